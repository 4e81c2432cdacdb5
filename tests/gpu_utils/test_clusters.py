"""A cluster that starts here: it computes, listens to this machine only, and leaves no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gpu_utils.clusters import cluster, pieces

pytest.importorskip("distributed")
POSIX = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc to see processes and ports")
BUSY = """
import sys, time
from gpu_utils.clusters import cluster

def spin(seconds):
    end = time.time() + seconds
    while time.time() < end:
        pass

if __name__ == "__main__":
    print("starting", flush=True)
    with cluster(workers=1) as client:
        print("working", flush=True)
        client.submit(spin, 60).result()
"""


def below(session: int) -> list[str]:
    """Command lines of the living cluster processes that were started by `session` or its descendants."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,stat,args"], capture_output=True, text=True).stdout.splitlines()[1:]
    rows = [line.split(None, 3) for line in listed]
    family, found = {session}, []
    for _ in rows:
        family |= {int(pid) for pid, parent, _, _ in rows if int(parent) in family}
    for pid, _, state, command in rows:
        if int(pid) in family and int(pid) != session and not state.startswith("Z") and "ps -eo" not in command:
            found.append(command)
    return found


@pytest.mark.parametrize("processes", [True, False])
def test_work_comes_back_and_every_process_goes(processes: bool):
    with cluster(workers=2, processes=processes) as client:
        assert client.submit(sum, [1, 2, 3]).result() == 6
        assert sum(client.nthreads().values()) == 2
    assert [line for line in below(os.getpid()) if "gpu_utils.clusters" in line or "multiprocessing" in line] == []


@POSIX
def test_it_listens_on_the_loopback_only():
    def listening() -> set[str]:
        rows = [
            line.split() for path in ("tcp", "tcp6") for line in Path(f"/proc/net/{path}").read_text().split("\n")[1:]
        ]
        return {row[1] for row in rows if row and row[3] == "0A"}

    before = listening()
    with cluster(workers=1):
        new = {address for address in listening() - before if address.split(":")[0] != "0100007F"}
        family = below(os.getpid())
    assert family
    assert not {address for address in new if set(address.split(":")[0]) == {"0"}}  # 0.0.0.0 and ::


@POSIX
@pytest.mark.parametrize("word", ["starting", "working"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_whoever_asked_for_it(word: str, number: signal.Signals, tmp_path: Path):
    script = tmp_path / "busy.py"
    script.write_text(BUSY)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    asked = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
        start_new_session=True,
    )
    assert asked.stdout is not None
    while asked.stdout.readline().strip() != word:
        pass
    time.sleep(1.0)
    before = {line for line in _clusters()}
    os.killpg(asked.pid, number)  # as a notebook server does: to the kernel's whole group
    asked.wait(20)
    mine = {line for line in before if int(line.split()[1]) == asked.pid}
    end = time.monotonic() + 15
    while (
        left := {line.split()[0] for line in _clusters()} & {line.split()[0] for line in mine}
    ) and time.monotonic() < end:
        time.sleep(0.2)
    assert not left


def _clusters() -> list[str]:
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True).stdout.splitlines()
    return [line for line in listed if "gpu_utils.clusters" in line]


def test_nobody_at_an_address_is_an_error_in_time():
    with pytest.raises(OSError), cluster("tcp://127.0.0.1:9", timeout_s=1):
        pass


def test_the_cluster_behind_an_address_goes_on():
    with cluster(workers=1, processes=False) as owner:
        address = owner.scheduler.address
        with cluster(address) as guest:
            assert guest.submit(sum, [2, 3]).result() == 5
        assert owner.submit(sum, [3, 4]).result() == 7


def test_pieces_are_what_was_computed_in_order():
    def row(key: str, worker: str, start: float) -> dict[str, object]:
        spans = [
            {"action": "transfer", "start": 0, "stop": 9},
            {"action": "compute", "start": start, "stop": start + 1},
        ]
        return {"key": key, "worker": worker, "startstops": spans}

    found = pieces([row("late", "tcp://a", 5), row("early", "tcp://b", 2), row("last", "tcp://b", 8)])
    assert [(p.key, p.worker, p.start_s) for p in found] == [
        ("early", "worker 0", 2),
        ("late", "worker 1", 5),
        ("last", "worker 0", 8),
    ]
