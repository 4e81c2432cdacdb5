"""The submission's side of the sandbox: namespaces of its own, where the kernel grants them.

A supervisor enters them before it forks, so that its child is process 1 of a world in which there is nobody else: no
classmate to see or signal, no supervisor to kill, no network; when process 1 ends, the kernel ends all others.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

NEWNS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
NOSUID, NODEV, NOEXEC, RDONLY = 2, 4, 8, 1
BIND, RECURSIVE = 4096, 16384
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG = 4, 24, 38, 1
SIGKILL = 9
MOST_FILES = 20_000
WHOLE_PROC = "/.whole-proc"
"""Where the sandbox of root shows all of /proc to whoever makes a new one; no submission gets to see it."""


@dataclass(frozen=True)
class World:
    """What a supervisor has got: processes of its own, and a /tmp of its own (in the sandbox only)."""

    own_processes: bool = False
    own_files: bool = False


def enter(sandboxed: bool, disk_bytes: int) -> World:
    """Leave the others' namespaces; in the sandbox also get a /tmp and a /dev/shm that hold `disk_bytes` at most."""
    uid, gid = os.geteuid(), os.getegid()
    if sys.platform != "linux" or _libc().unshare(NEWUSER | NEWNS | NEWPID | NEWNET | NEWIPC) != 0:
        return World()
    with contextlib.suppress(OSError):
        _write("/proc/self/setgroups", "deny")
    try:
        _write("/proc/self/uid_map", f"{uid} {uid} 1")
        _write("/proc/self/gid_map", f"{gid} {gid} 1")
    except OSError:
        return World()
    with contextlib.suppress(OSError):
        _raise_loopback()
    if not sandboxed:
        return World(own_processes=True)
    size = f"size={disk_bytes},nr_inodes={MOST_FILES},mode=1777"
    with _kept_below("/tmp"):
        own = [_mount("tmpfs", place, "tmpfs", NOSUID | NODEV, size) for place in ("/tmp", "/dev/shm")]
    return World(own_processes=True, own_files=all(own))


@contextlib.contextmanager
def _kept_below(place: str) -> Iterator[None]:
    """Show again what was mounted below `place` once something new covers it: the course itself may lie in /tmp."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        points = [line.split()[4] for line in file]
    points = sorted({p for p in points if p.startswith(f"{place}/") and "\\" not in p})
    kept = {point: os.open(point, os.O_PATH) for point in points}
    try:
        yield
        for point, handle in kept.items():
            if not os.path.lexists(point):
                folder = point if os.path.isdir(f"/proc/self/fd/{handle}") else os.path.dirname(point)
                os.makedirs(folder, exist_ok=True)
                if folder != point:
                    os.close(os.open(point, os.O_CREAT | os.O_WRONLY, 0o644))
            _mount(f"/proc/self/fd/{handle}", point, "", BIND | RECURSIVE)
    finally:
        for handle in kept.values():
            os.close(handle)


def possible() -> bool:
    """Whether a submission here will get processes of its own; tried in a child."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            if enter(False, 0).own_processes and os.fork() == 0:
                be_first(lambda: os._exit(0), writer, True)
            elif os.wait():
                os._exit(0)
        os._exit(1)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as said:
        return said.read() == struct.pack("i", 0)


def be_first(run: Callable[[], None], status: int, sandboxed: bool) -> None:
    """Process 1: start `run` in a child, write its wait status to the descriptor `status`, and end; never returns."""
    try:
        libc = _libc()
        libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
        if not _mount("proc", "/proc", "proc", NOSUID | NODEV | NOEXEC) and sandboxed:
            _mount("tmpfs", "/proc", "tmpfs", NOSUID | NODEV | NOEXEC | RDONLY)  # rather none than the others'
        if os.path.isdir(WHOLE_PROC) and not _mount("tmpfs", WHOLE_PROC, "tmpfs", NOSUID | NODEV | NOEXEC | RDONLY):
            os._exit(72)
        child = os.fork()
        if child == 0:
            os.close(status)
            drop_rights()
            run()
            os._exit(70)
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # not to be looked into by its child
        while True:
            pid, found = os.wait()
            if pid == child:
                os.write(status, struct.pack("i", found))
                os._exit(0)
    finally:
        os._exit(71)


def drop_rights() -> None:
    """Give up what a new user namespace grants: nothing that is run from here gets it back."""
    libc = _libc()
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.capset(struct.pack("Ii", 0x20080522, 0), struct.pack("6I", 0, 0, 0, 0, 0, 0))


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> bool:
    done = _libc().mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())
    return bool(done == 0)


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _raise_loopback() -> None:
    """A network of one's own has a loopback device, switched off: frameworks talk to themselves over it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14s", b"lo", 0x1 | 0x40, b""))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
