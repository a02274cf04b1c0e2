"""What compares this tree with one before: every side answers, and memory that is shared counts once. How fast anything was is never looked at."""

import mmap
import os
import signal
import subprocess
import sys

import pytest

from tests.bench.cell import Edges
from tests.bench.eyes import BEFORE, BESIDE, HERE, INSIDE, measured, report
from tests.bench.measures import Size
from tests.bench.together import mappings, memory_mb, processor_s, tree_of

pytestmark = pytest.mark.concurrent

TINY = Size(rounds=1, cut=1, whole=0, network=0, idle_s=0.2, starts=0, visits=0, warm_up=0)
SMAPS = """\
7f0000000000-7f0000010000 r-xp 00001000 fe:00 260850                     /usr/lib/x y.so
Size:                 64 kB
Rss:                  40 kB
Pss:                  20 kB
Anonymous:             0 kB
VmFlags: rd ex
7f0000020000-7f0000030000 rw-p 00000000 00:00 0
Size:                 64 kB
Rss:                   8 kB
Pss:                   8 kB
Anonymous:             8 kB
"""
BIG = 64 << 20


def test_each_mapping_is_read_with_its_file_and_its_sizes():
    library, heap = mappings(SMAPS)
    assert library[0] == (("00001000", "fe:00", "260850"), "/usr/lib/x y.so")
    assert (library[1]["Rss"], library[1]["Anonymous"]) == (40, 0)
    assert heap[0] == (("00000000", "00:00", "0"), "")
    assert heap[1]["Pss"] == 8


def test_pages_that_two_processes_share_count_once():
    with mmap.mmap(-1, BIG) as shared:
        shared.write(b"x" * BIG)
        before = memory_mb([os.getpid()])
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            sum(shared[at] for at in range(0, BIG, mmap.PAGESIZE))
            os.write(writes, b"!")
            signal.pause()
        try:
            assert os.read(reads, 1) == b"!"
            together = memory_mb([os.getpid(), child])
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(reads), os.close(writes)
    assert together - before < BIG / 2 / 1e6


def test_the_time_of_a_process_and_of_what_it_began_is_counted():
    burn = "import subprocess, sys; print(sum(range(10**6)), flush=True); sys.stdin.read()"
    begin = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", begin], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as began:
        began.stdout.readline()
        pids = tree_of(began.pid)
        first, both = processor_s(pids[:1]), processor_s(pids)
        began.communicate()
    assert len(pids) == 2
    assert both > first > 0


def test_what_one_process_counts_another_reads(tmp_path):
    file = tmp_path / "edges"
    file.write_bytes(bytes(Edges.SIZE))
    Edges(file).set(3)
    assert Edges(file)() == 3


@pytest.mark.long
@pytest.mark.timeout(400)
def test_every_side_is_shown_the_same_visitors_and_the_report_has_them_all():
    run = measured(HERE, TINY, settles_s=0.5)
    assert set(run["walks"]) == {BEFORE, INSIDE, BESIDE}
    assert len({rows[0]["seed"] for rows in run["walks"].values()}) == 1
    assert set(run["halls"]) == {BEFORE, BESIDE}
    assert all(len(row["resident_mb"]) == 4 for rows in run["halls"].values() for row in rows)
    text = report(run)
    assert text.count(BESIDE) == 2
    assert text.count("Others used") == 2
