"""Hostile submissions beyond DESIGN.md's table: (what stands in the cell, what becomes of it).

`ANSWERS` are answer cells for `double`, `CELLS` are cells that a student added before its tests. What becomes of a
submission is its status, and the points of `double` (of 3); the other questions are answered rightly and keep theirs.
"""

from __future__ import annotations

RIGHT = "def double(x):\n    return 2 * x\n"
WHILE_CALLED = "def double(x):\n{}\n    return 2 * x\n"
FORGED = """
import json, stat, struct
def frame(position):
    check = {"score": 1.0, "points": 1.0, "status": "passed", "expectations": [], "failed": []}
    body = json.dumps({"event": "cell", "position": position, "seconds": 0.1, "error": None, "checks": [check],
                       "value": {"kind": "number", "number": 1.0}, "outputs": [], "count": 1, "tampered": []}).encode()
    return struct.pack(">I", len(body)) + body
def double(x):
    return 5
for fd in range(3, 1024):
    try:
        if stat.S_ISFIFO(os.fstat(fd).st_mode):
            os.write(fd, b"".join(frame(i) for i in range(20)))
    except OSError:
        pass
"""

ANSWERS = {
    "closes every descriptor": (WHILE_CALLED.format("    os.closerange(0, 65536)"), "crashed", 0.0),
    "takes the streams away": (RIGHT + "sys.stdout = sys.stderr = sys.stdin = None", "graded", 3.0),
    "prints to a full device": (RIGHT + "sys.stdout = sys.stderr = open('/dev/full', 'w')", "graded", 3.0),
    "deletes the folder it is in": (RIGHT + "import shutil\nshutil.rmtree(os.getcwd())", "graded", 3.0),
    "deletes all it can": (
        RIGHT + "import shutil\nshutil.rmtree(os.path.expanduser('~'), True)\nos.chdir('/')",
        "graded",
        3.0,
    ),
    "overflows the stack in C": (
        WHILE_CALLED.format(
            "    sys.setrecursionlimit(10**9)\n    held = None\n    for _ in range(10**6):\n        held = [held]\n"
            "    repr(held)"
        ),
        "crashed",
        0.0,
    ),
    "reads where nothing is": (WHILE_CALLED.format("    import ctypes; ctypes.string_at(8)"), "crashed", 0.0),
    "stops itself": (WHILE_CALLED.format("    os.kill(os.getpid(), signal.SIGSTOP)"), "timed_out", 0.0),
    "becomes another program": (WHILE_CALLED.format("    os.execvp('sleep', ['sleep', MARKER])"), "timed_out", 0.0),
    "signals whoever is above": (
        RIGHT + "for pid in (1, os.getppid()):\n    try: os.kill(pid, signal.SIGKILL)\n    except OSError: pass",
        "graded",
        3.0,
    ),
    "a thread that never ends": (
        RIGHT
        + "import threading\ndef spin():\n    while True: time.sleep(0.001)\n"
        + "for daemon in (True, False):\n    threading.Thread(target=spin, daemon=daemon).start()",
        "graded",
        3.0,
    ),
    "hangs at its end": (
        RIGHT
        + "import atexit\natexit.register(time.sleep, 999)\n"
        + "class Clings:\n    def __del__(self): time.sleep(999)\nclings = Clings()",
        "graded",
        3.0,
    ),
    "deaf to every signal": (
        "for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:\n"
        "    try: signal.signal(number, signal.SIG_IGN)\n    except OSError: pass\n"
        + WHILE_CALLED.format("    while True: time.sleep(1)"),
        "timed_out",
        0.0,
    ),
    "an alarm for later": (
        RIGHT + "def ring(*_): raise KeyboardInterrupt\nsignal.signal(signal.SIGALRM, ring)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.05, 0.01)",
        "graded",
        3.0,
    ),
    "time stands still": (
        RIGHT + "time.time = time.monotonic = time.perf_counter = time.process_time = lambda: float('nan')",
        "graded",
        3.0,
    ),
    "grows without a collector": (
        "import gc\ngc.disable()\n"
        + WHILE_CALLED.format("    held = []\n    while True: held.append([held, bytearray(10**7)])"),
        None,  # out of memory, or out of time on a busy machine
        0.0,
    ),
    "waits for the keyboard": (WHILE_CALLED.format("    input('your name? ')"), "graded", 0.0),
    "takes the check away": (RIGHT + "del check", "graded", 3.0),
    "workers of its own": (
        "from multiprocessing import Pool\ndef twice(x):\n    return 2 * x\n"
        "def double(x):\n    with Pool(2) as pool:\n        return pool.map(twice, [x])[0]",
        "graded",
        3.0,
    ),
    "strays": (
        RIGHT + "subprocess.Popen(['sh', '-c', f'(trap \"\" TERM HUP; setsid sleep {MARKER}) &'])\n"
        "if os.fork() == 0:\n    os.setsid()\n    os.execvp('sleep', ['sleep', MARKER])",
        "graded",
        3.0,
    ),
    "escapes, nothing and half characters": (
        RIGHT + "print('\\x1b[2J\\x1b]0;mine\\x07' * 5000, '\\x00', '\\ud800', end='\\udcff')",
        "graded",
        3.0,
    ),
    "an error that can't be written": (
        WHILE_CALLED.format("    raise type('\\udcff' + 'E' * 10**6, (Exception,), {})('\\ud800\\x1b[31m' * 10**5)"),
        "graded",
        0.0,
    ),
    "an error that hangs when it is read": (
        "class Mute(Exception):\n    def __str__(self): time.sleep(99)\n" + WHILE_CALLED.format("    raise Mute"),
        "timed_out",
        0.0,
    ),
    "a display of fifty megabytes": (
        RIGHT + "from IPython.display import display, HTML\nfor _ in range(50): display(HTML('x' * 10**6))",
        "graded",
        3.0,
    ),
    "ten thousand displays": (
        RIGHT + "from IPython.display import display\nfor i in range(10_000): display(i)",
        "graded",
        3.0,
    ),
    "forged results": (FORGED, "needs_human", 0.0),
    "results of another kind": (
        "def double(x):\n    return 5\nfor fd in range(3, 1024):\n    try: os.write(fd, b'\\x00\\x00\\x00\\x02[]')\n"
        "    except OSError: pass",
        "needs_human",
        0.0,
    ),
    "builtins gone": (RIGHT + "import builtins\nvars(builtins).clear()", None, None),
    "modules gone": (RIGHT + "sys.modules.clear()", None, None),
    "trace that hangs": (
        RIGHT + "def slow(*_):\n    time.sleep(99)\nsys.setprofile(slow)",
        "timed_out",
        0.0,
    ),
}
for _depth in (500, 900, 930, 960, 990, 3000):
    ANSWERS[f"a display {_depth} deep"] = (
        RIGHT
        + "sys.setrecursionlimit(10**5)\nfrom IPython.display import display\n"
        + f"for depth in range({_depth}, {_depth} + 30):\n    deep = []\n    for _ in range(depth): deep = [deep]\n"
        + "    display({'application/json': deep}, raw=True)",
        "graded",
        3.0,
    )

CELLS = {
    "bash and shell lines": ("%%bash\necho hello\nsleep {marker} > /dev/null 2>&1 &", "graded", 3.0),
    "a shell line": ("!echo hello; ls /; (sleep {marker} &)", "graded", 3.0),
    "exit": ("exit()", "graded", 3.0),
    "quit": ("quit()", "graded", 3.0),
    "raises SystemExit": ("raise SystemExit('done')", "graded", 3.0),
    "a window for figures": ("%matplotlib qt", "graded", 3.0),
    "tk": ("import matplotlib\nmatplotlib.use('TkAgg', force=True)", "graded", 3.0),
    "figures inline": ("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])", "graded", 3.0),
    "awaits": (
        "import asyncio\nasync def forever():\n    while True: await asyncio.sleep(0.01)\n"
        "task = asyncio.ensure_future(forever())\nawait asyncio.sleep(0.05)",
        "graded",
        3.0,
    ),
    "a loop of events": ("import asyncio\nasyncio.new_event_loop().run_forever()", "timed_out", 3.0),
    "pip": ("%pip install no-such-package", "graded", 3.0),
    "no such magic": ("%nonsense\n%%nonsense", "graded", 3.0),
    "forgets everything": ("%reset -f", "graded", None),
    "a zero byte": ("x = '\0'", "graded", 3.0),
    "too nested to parse": ("x = " + "(" * 5000 + ")" * 5000, "graded", 3.0),
    "minus signs": ("x = " + "-" * 100_000 + "1", None, 3.0),
}
