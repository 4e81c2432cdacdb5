"""Processes in a ring: results in order, errors in a sentence, and nothing left behind whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gpu_utils import ranks
from gpu_utils.ranks import RankError, report, run_ranks, torchrun, unavailable

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are counted in /proc, which Linux has")

pytest.importorskip("torch")


def running(mark: str) -> list[int]:
    """Every process whose command line or environment holds `mark`, zombies aside."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if (place / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                continue
            if mark.encode() in (place / "environ").read_bytes() and int(place.name) != os.getpid():
                found.append(int(place.name))
        except OSError:
            continue
    return found


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch) -> str:
    """A word in the environment of all that a test starts; this process itself started without it."""
    word = f"ranks-test-{os.getpid()}-{time.monotonic_ns()}"
    monkeypatch.setenv("RANKS_TEST_MARK", word)
    return word


def gone(mark: str, within_s: float = 5.0) -> bool:
    end = time.monotonic() + within_s
    while running(mark) and time.monotonic() < end:
        time.sleep(0.05)
    return running(mark) == []


GRANDCHILD = "import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"


def test_results_come_in_the_order_of_ranks(mark: str) -> None:
    script = "import os, time\nfrom gpu_utils.ranks import report\nr = int(os.environ['RANK'])\n"
    script += "time.sleep(0.3 * (2 - r))\nreport({'rank': r, 'world': int(os.environ['WORLD_SIZE'])})\n"
    assert run_ranks(script, 3) == [{"rank": r, "world": 3} for r in range(3)]
    assert gone(mark)


def test_a_file_runs_as_its_text_does(tmp_path: Path) -> None:
    file = tmp_path / "job.py"
    file.write_text("from gpu_utils.ranks import report\nimport sys\nreport(sys.argv)\n", encoding="utf-8")
    assert run_ranks(file, 1) == run_ranks(str(file), 1) == [[str(file)]]


def test_an_error_is_told_by_its_rank_and_ends_the_others(mark: str) -> None:
    script = "import os, time\nif os.environ['RANK'] == '1':\n    raise ValueError('no such chunk')\ntime.sleep(60)\n"
    start = time.monotonic()
    with pytest.raises(RankError, match="rank 1 stopped: ValueError: no such chunk"):
        run_ranks(script, 3)
    assert time.monotonic() - start < 30
    assert gone(mark)


def test_a_rank_that_vanishes_ends_the_others(mark: str) -> None:
    script = "import os, time\nif os.environ['RANK'] == '0':\n    os._exit(0)\ntime.sleep(60)\n"
    with pytest.raises(RankError, match="rank 0 stopped"):
        run_ranks(script, 2)
    assert gone(mark)


def test_the_time_limit_ends_all_and_what_they_started(mark: str) -> None:
    with pytest.raises(RankError, match=r"after 3 s rank 0, 1 still ran, so all were ended"):
        run_ranks(GRANDCHILD + "time.sleep(60)\n", 2, limit_s=3)
    assert gone(mark)


def test_what_a_finished_rank_started_ends_with_it(mark: str) -> None:
    assert run_ranks(GRANDCHILD, 2) == [None, None]
    assert gone(mark)


def test_a_rank_that_ignores_signals_is_ended(mark: str) -> None:
    script = "import signal, time\nfor s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):\n"
    script += "    signal.signal(s, signal.SIG_IGN)\ntime.sleep(60)\n"
    with pytest.raises(RankError, match="still ran"):
        run_ranks(script, 2, limit_s=3)
    assert gone(mark)


ESCAPED = "import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], "
ESCAPED += "start_new_session=True)\n"


@pytest.mark.parametrize("end", ["", "raise ValueError('no')\n", "sys.exit(3)\n", "sys.exit(0)\n", "time.sleep(60)\n"])
def test_even_what_has_moved_to_a_session_of_its_own_ends(mark: str, end: str) -> None:
    if end in ("", "sys.exit(0)\n"):
        assert run_ranks(ESCAPED + end, 1) == [None]
    else:
        with pytest.raises(RankError):
            run_ranks(ESCAPED + end, 1, limit_s=3)
    assert gone(mark)


JOINED = "import os, time, torch, torch.distributed as d\nfrom gpu_utils.ranks import report\n"
JOINED += "d.init_process_group('gloo')\nx = torch.ones(2)\nd.all_reduce(x)\n"


def test_torchrun_gives_the_same_environment(mark: str) -> None:
    # Without its last line, gloo's threads sometimes abort a rank that is on its way out.
    script = JOINED + "if d.get_rank() == 0:\n    report(x.tolist())\nd.destroy_process_group()\n"
    assert torchrun(script, 2) == [2.0, 2.0]
    assert gone(mark)


def test_the_workers_of_torchrun_end_with_the_time_limit(mark: str) -> None:
    """They have sessions of their own, which a signal to torchrun's group doesn't reach."""
    with pytest.raises(RankError, match="still ran"):
        torchrun(JOINED + "time.sleep(60)\n", 2, limit_s=12)
    assert gone(mark)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda s: s.name)
def test_nothing_outlives_an_interrupted_or_killed_notebook(
    mark: str, how: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program stands in for the kernel: it is interrupted, or dies, while its ranks hang in an all-reduce."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    script = GRANDCHILD + "import torch, torch.distributed as d\nd.init_process_group('gloo')\n"
    script += "if d.get_rank() == 1:\n    time.sleep(60)\nd.all_reduce(torch.ones(3))\n"
    host = subprocess.Popen(
        [sys.executable, "-c", f"from gpu_utils.ranks import run_ranks\nrun_ranks({script!r}, 2)"],
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 30
    while len(running(mark)) < 5 and time.monotonic() < end:  # the host, two ranks, two grandchildren
        time.sleep(0.1)
    assert len(running(mark)) == 5
    time.sleep(0.5)
    host.send_signal(how)
    host.wait(timeout=20)
    assert gone(mark, within_s=10)
    assert list(tmp_path.iterdir()) == []


def test_gloo_joins_the_ranks_over_the_loopback(mark: str) -> None:
    script = "import torch, torch.distributed as d\nfrom gpu_utils.ranks import report\nd.init_process_group('gloo')\n"
    script += "x = torch.full((3,), float(d.get_rank() + 1))\nd.all_reduce(x)\nreport(x.tolist())\n"
    assert run_ranks(script, 2) == [[3.0, 3.0, 3.0]] * 2
    assert gone(mark)


def test_a_port_that_somebody_takes_meanwhile_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    offers = iter([taken.getsockname()[1], ranks._free_port(), ranks._free_port()])
    monkeypatch.setattr(ranks, "_free_port", lambda: next(offers))
    script = "import torch.distributed as d\nfrom gpu_utils.ranks import report\nd.init_process_group('gloo')\n"
    try:
        assert run_ranks(script + "report(d.get_world_size())\n", 2) == [2, 2]
    finally:
        taken.close()


def test_without_torch_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranks.importlib.util, "find_spec", lambda name: None)
    assert unavailable() == "PyTorch isn't installed here, so no processes can be joined."
    with pytest.raises(RankError, match="isn't installed here"):
        run_ranks("\n", 2)


def test_a_torch_without_its_distributed_part_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch.distributed

    monkeypatch.setattr(torch.distributed, "is_available", lambda: False)
    assert "built without torch.distributed" in str(unavailable())


def test_no_ranks_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one rank"):
        run_ranks("\n", 0)


def test_a_report_outside_a_run_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    report([1, 2])
    assert capsys.readouterr().out == "[1, 2]\n"
