"""The busy suite burns while its tests run, and never a moment longer: not after Ctrl-C, and not after it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import psutil
import pytest

from tests.busy.__main__ import command
from tests.busy.burning import LONGEST_S, Burners

pytestmark = pytest.mark.concurrent

LIMIT_S = 60


def burns(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_they_burn_inside_and_are_gone_afterwards():
    with Burners(2) as burners:
        pids = [process.pid for process in burners.processes]
        assert all(map(burns, pids))
        assert all(psutil.Process(pid).rlimit(psutil.RLIMIT_CPU)[0] == LONGEST_S for pid in pids)
    assert not any(map(burns, pids))


def test_they_are_gone_though_a_test_broke():
    with pytest.raises(ZeroDivisionError), Burners(2) as burners:
        1 / 0
    assert not any(burns(process.pid) for process in burners.processes)


WAITING = """
import sys
from tests.busy.burning import Burners
with Burners(2) as burners:
    print(*(process.pid for process in burners.processes), flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda ends: ends.name)
def test_they_end_with_whoever_started_them(ends, root, interruptible):
    with subprocess.Popen(
        [sys.executable, "-c", WAITING],
        cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as waiting:  # fmt: skip
        try:
            burners = [psutil.Process(int(pid)) for pid in waiting.stdout.readline().split()]
            waiting.send_signal(ends)
            waiting.wait(LIMIT_S)
        finally:
            waiting.kill()
    assert len(burners) == 2
    gone, left = psutil.wait_procs(burners, LIMIT_S)
    assert (len(gone), left) == (2, [])


def test_a_round_that_breaks_is_told_and_the_others_run_all_the_same(root, tmp_path):
    (tmp_path / "test_one.py").write_text(
        "import pytest\n@pytest.mark.concurrent\ndef test_one(): raise ValueError\ndef test_two(): pass\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = concurrent: starts something\n")
    done = subprocess.run(
        [sys.executable, "-m", "tests.busy", "--burners", "1", "--rounds", "2", "--jobs", "0", "--", str(tmp_path)],
        cwd=root, env=os.environ, capture_output=True, text=True, check=False, timeout=LIMIT_S,
    )  # fmt: skip
    said = [line for line in done.stdout.splitlines() if line.startswith("round") or line.endswith("broke")]
    assert [line.partition(",")[0] for line in said if "load" not in line] == [
        "round 1: broke",
        "round 2: broke",
        "round 3: broke",
        "3 of 3 rounds broke",
    ]
    assert "1 failed, 1 passed" in done.stdout
    assert "1 failed, 1 deselected" in done.stdout
    assert done.returncode == 1


def test_pytest_is_called_as_make_test_calls_it(root):
    made = (root / "Makefile").read_text()
    assert "-m pytest -n $(JOBS) --dist loadfile" in made
    assert "-n 3 --dist loadfile" in " ".join(command("3", []))
