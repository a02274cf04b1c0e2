"""Processor time and memory of several processes together, by what the Linux kernel says of each (clock_getcpuclockid(3), proc_pid_smaps(5))."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

SCHEDULED = 2
"""The kind of clock that counts what the scheduler gave: the lowest bits of a process's clock id."""
_MAPPING = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ (\S+) (\S+) (\d+) *(.*)$")
SHARED_MEMORY = ("/memfd:", "/dev/zero", "/SYSV", "/dev/shm/")


def tree_of(pid: int) -> list[int]:
    """Return this process and all that it began, in the order in which they began."""
    first = psutil.Process(pid)
    return [pid, *(child.pid for child in sorted(first.children(recursive=True), key=lambda each: each.pid))]


def processor_s(pids: Iterable[int]) -> float:
    """Return the processor seconds that they have used so far, together."""
    return sum(time.clock_gettime((~pid << 3) | SCHEDULED) for pid in pids)


def memory_mb(pids: Iterable[int]) -> float:
    """Return what would be free without them, in MB: each page counts once, however many of them share it.

    What others of this machine share as well counts as theirs: libraries of Python that a test beside them has loaded, too.
    """
    own_kb = 0.0
    files: dict[tuple[str, str, str], float] = {}
    for pid in pids:
        for (mapping, name), sizes in mappings(Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8")):
            if name.startswith(SHARED_MEMORY) or mapping[2] == "0":
                own_kb += sizes["Pss"]
                continue
            # Pages that were written to are a process's own, those that were not are the file's: once for all.
            own_kb += sizes["Anonymous"] and sizes["Anonymous"] * sizes["Pss"] / sizes["Rss"]
            files[mapping] = max(files.get(mapping, 0.0), sizes["Rss"] - sizes["Anonymous"])
    return (own_kb + sum(files.values())) * 1024 / 1e6


def mappings(smaps: str) -> Iterable[tuple[tuple[tuple[str, str, str], str], dict[str, float]]]:
    """Yield for each mapping its (offset, device, inode) and name, and its sizes in kB by the kernel's names."""
    what: tuple[tuple[str, str, str], str] | None = None
    sizes: dict[str, float] = {}
    for line in smaps.splitlines():
        if head := _MAPPING.match(line):
            if what is not None:
                yield what, sizes
            what, sizes = (head.group(1, 2, 3), head.group(4)), {}
        elif line.endswith(" kB"):
            name, _, value = line.partition(":")
            sizes[name] = float(value.removesuffix(" kB"))
    if what is not None:
        yield what, sizes
