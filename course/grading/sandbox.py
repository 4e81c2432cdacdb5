"""The grader's side of the sandbox: bubblewrap around the fork server, where it is there and works.

What is inside is listed, everything else is not there: system directories, Python and its packages, `gpu_utils`, the
grader's own code and the lab's data, all to read only. No network, no solutions, no submissions, no gradebook. Where
bubblewrap is missing or refused, grading goes on without, and says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.grading import isolation

ROOT = Path(__file__).resolve().parents[2]
INSIDE = "/lab-data"
"""Where the staged data of labs is found inside the sandbox."""
NOBODY = 65534
THP = "/sys/kernel/mm/transparent_hugepage"
"""Where glibc asks whether there are huge pages (see `forkserver.QUIET`)."""
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt/rocm", "/sys/devices/system", THP)
SETTINGS = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime", "nsswitch.conf"),
    *("passwd", "group", "hosts", "mime.types", "OpenCL", "vulkan", "ssl/certs"),
)
"""What programs look up in /etc; never the rest of it."""
LOCK = ("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp")
DEVICES = ("/dev/nvidia*", "/dev/dri", "/dev/kfd", "/dev/dxg")
KEPT = ("PATH", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "TERM")
KEPT_PREFIXES = ("LC_", "CUDA_", "NVIDIA_", "HIP_", "ROCR_", "GPU_UTILS_")
"""Of the grader's environment: a token that it holds is no student's business."""
SENTENCES = {
    "own": "Each submission ran in a sandbox of its own, without network and with nothing but the lab's data.",
    "shared": "Submissions ran in one sandbox, without network and with nothing but the lab's data; "
    "this machine's kernel does not separate them from each other.",
    "none": "Submissions were NOT isolated, since bubblewrap (bwrap) is missing or refused here: they ran with limits "
    "in folders of their own, but could read what this account can read.",
}
"""What command and report say, by level."""


@dataclass(frozen=True)
class Sandbox:
    """How the fork server is started: what stands before its command, and as which user."""

    command: tuple[str, ...] = ()
    user: int | None = None

    @property
    def isolated(self) -> bool:
        """Whether bubblewrap is around it."""
        return bool(self.command)

    def options(self) -> dict[str, Any]:
        """More arguments for Popen: root lends its place to nobody, whom limits on processes bind."""
        return {} if self.user is None else {"user": self.user, "group": self.user, "extra_groups": []}


def is_data(path: Path) -> bool:
    """Whether a file of a lab's folder is data for students: what nbgrader copies, no notebook, source or answer."""
    return path.name not in ("answers", "__pycache__") and path.suffix not in (".ipynb", ".py") and path.name[0] != "."


class Staging:
    """Copies of labs' data in a folder that the sandbox reads; made when they are first asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._staged: dict[Path, tuple[str, int]] = {}

    @property
    def folder(self) -> Path:
        """The folder on this side."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="lab-data-"))
            self._folder.chmod(0o755)
        return self._folder

    def stage(self, lab_folder: Path) -> tuple[str, int]:
        """Copy the lab's data; gives the copy's name and its bytes."""
        source = lab_folder.resolve()
        with self._lock:
            if source not in self._staged:
                target = self.folder / str(len(self._staged))
                shutil.copytree(source, target, ignore=lambda _, names: [n for n in names if not is_data(Path(n))])
                paths = [target, *target.rglob("*")]
                for path in paths:
                    path.chmod(0o755 if path.is_dir() else 0o644)
                self._staged[source] = target.name, sum(p.stat().st_size for p in paths if p.is_file())
            return self._staged[source]

    def remove(self) -> None:
        """Take the copies away."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder, self._staged = None, {}


def environment(extra: dict[str, str]) -> dict[str, str]:
    """What a submission may know of the grader's environment, and `extra`."""
    kept = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith(KEPT_PREFIXES)}
    made = {**kept, "HOME": "/tmp", **extra}
    if "PYTHONPATH" in extra:  # packages of the user's own home, or of the grader's PYTHONPATH, are found there too
        made["PYTHONPATH"] = os.pathsep.join([extra["PYTHONPATH"], *_packages()])
    return made


def choose(staging: Path, hidden: Iterable[Path] = ()) -> Sandbox:
    """The best sandbox that works here, tried out: as nobody when root grades, else as who grades, else none."""
    bwrap = shutil.which("bwrap")
    if bwrap is None or sys.platform != "linux":
        return Sandbox()
    root = os.geteuid() == 0
    plain = (bwrap, *_arguments(staging, [p.resolve() for p in hidden]))
    candidates = [Sandbox((*plain, *LOCK, "--"), NOBODY)] if root else []
    if root:
        # bubblewrap covers parts of /proc for root, and the kernel then grants nobody a new one, unless a whole one
        # is in sight: process 1 of a submission hides it again before the submission starts, or ends (isolation.py).
        candidates.append(Sandbox((*plain, "--bind", "/proc", isolation.WHOLE_PROC, *LOCK, "--")))
    candidates.append(Sandbox((*plain, *LOCK, "--")))
    return next((s for s in candidates if _works(s)), Sandbox())


def _works(sandbox: Sandbox) -> bool:
    """Whether Python starts in it and finds the grader; with the whole /proc in sight, whether that gets hidden."""
    trial = f"open({str(ROOT / 'gpu_utils' / '__init__.py')!r}).close(); open('/tmp/trial', 'w').close()"
    if isolation.WHOLE_PROC in sandbox.command:
        trial += "; from course.grading import isolation; raise SystemExit(0 if isolation.possible() else 1)"
    try:
        done = subprocess.run(
            [*sandbox.command, sys.executable, "-P", "-S", "-c", trial],
            env=environment({"PYTHONPATH": str(ROOT)}),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            **sandbox.options(),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _arguments(staging: Path, hidden: list[Path]) -> Iterator[str]:
    # CAP_SETFCAP lets root make the namespaces of single submissions, which give it up before they start.
    yield from ("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--cap-add", "CAP_SETFCAP")
    yield from ("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp")
    bound = [*_system(), *_python(), *_own()]
    for path in bound:
        yield from ("--ro-bind", path, path)
    for device in _devices():
        yield from ("--dev-bind", device, device)
    yield from ("--ro-bind", str(staging), INSIDE)
    for secret in hidden:  # only where one lies inside something that is bound
        if secret.is_dir() and any(secret.is_relative_to(p) for p in bound):
            yield from ("--tmpfs", str(secret), "--remount-ro", str(secret))


def _system() -> list[str]:
    paths = [*SYSTEM, *(f"/etc/{name}" for name in SETTINGS)]
    if _devices():
        paths.append("/sys")
    return [p for p in paths if os.path.exists(p)]


def _python() -> list[str]:
    """The interpreter's folders and whatever other packages it imports; never a folder that holds the repository."""
    found: list[str] = []
    for path in [sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix, *_packages()]:
        folder = Path(path) if os.path.isabs(path) else None
        if folder is None or not folder.exists() or ROOT.is_relative_to(folder.resolve()):
            continue
        ours = folder.resolve().is_relative_to(ROOT) and not folder.resolve().is_relative_to(Path(sys.prefix).resolve())
        if ours and path not in _packages():
            continue
        if not any(folder.is_relative_to(p) for p in ("/usr", *found)):
            found.append(str(folder))
    return found


def _packages() -> list[str]:
    return [p for p in sys.path if "site-packages" in p or "dist-packages" in p]


def _own() -> list[str]:
    """The grader's code that runs inside, without the rest of course/ (rubrics are model answers)."""
    own = ("gpu_utils", "course/__init__.py", "course/grading")
    return [str(ROOT / name) for name in own]


def _devices() -> list[str]:
    return sorted(str(p) for pattern in DEVICES for p in Path("/").glob(pattern[1:]))
