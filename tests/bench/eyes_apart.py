"""What it costs that the eyes are a process of their own: the same empty hall looked at here and over there, in turns.

    python -m tests.bench.eyes_apart

CPU and memory are of all processes together: the door's stand-in, the nursery, the one that looks, and the spare. Latency is
from the moment at which a frame was taken to the moment at which what was seen is told here, the look itself included.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from kiosk.ports import Eyes, Learned
from kiosk.root.camera_drivers import CAMERAS
from kiosk.root.eyes import OpenEyes, eyes_for, eyes_here
from kiosk.settings import Settings
from tests.bench.report import table

SECONDS, WARM_S, ROUNDS = 12.0, 3.0, 3
WAIT_S = 2.0
_TICK = os.sysconf("SC_CLK_TCK")


def family(process: int) -> list[int]:
    """Return a process and all that it began."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [process, *(each for child in children for each in family(int(child)))]


def cpu_s(processes: list[int]) -> float:
    """Return how much of the processor they used, in seconds."""
    used = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        used += int(fields[11]) + int(fields[12])
    return used / _TICK


def memory_mb(processes: list[int]) -> float:
    """Return their memory together, what they share counted once (PSS), in MB."""
    return (
        sum(
            int(line.split()[1])
            for process in processes
            for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            if line.startswith("Pss:")
        )
        / 1024
    )


def looked(eyes: Eyes) -> tuple[float, float, float]:
    """Look for a while; return ms from frame to word (median), per cent of one core, MB."""
    ends = time.monotonic() + WARM_S
    while time.monotonic() < ends:
        eyes.look(WAIT_S)
    processes, took = family(os.getpid()), []
    before, ends = cpu_s(processes), time.monotonic() + SECONDS
    while time.monotonic() < ends:
        if (seen := eyes.look(WAIT_S)) is not None:
            took.append((time.monotonic() - seen.mono) * 1000)
    used = cpu_s(processes) - before
    return statistics.median(took), used * 100 / SECONDS, memory_mb(processes)


def measured() -> dict[str, list[tuple[float, float, float]]]:
    """Return the rounds of both sides."""
    settings = Settings()
    settings = replace(
        settings,
        camera=replace(settings.camera, driver="replay"),
        reader=replace(settings.reader, process="own"),
    )
    open_camera = CAMERAS["replay"](settings)
    assert open_camera is not None
    sides: dict[str, Callable[[ExitStack], OpenEyes | None]] = {
        "in the door's process": lambda _last: eyes_here(open_camera),
        "in their own": lambda last: eyes_for(settings, last),
    }
    rounds: dict[str, list[tuple[float, float, float]]] = {side: [] for side in sides}
    for _ in range(ROUNDS):
        for side, make in sides.items():
            with ExitStack() as last:
                open_eyes = make(last)
                assert open_eyes is not None
                eyes = open_eyes(Learned())
                last.callback(eyes.close)
                rounds[side].append(looked(eyes))
    return rounds


def main() -> int:
    """Measure, and print a table of medians."""
    rows = []
    for side, rounds in measured().items():
        word, cpu, memory = (statistics.median(column) for column in zip(*rounds, strict=True))
        rows.append([side, f"{word:.2f}", f"{cpu:.1f}", f"{memory:.0f}"])
    head = ["the eyes", "ms from frame to word", "CPU of one core, %", "memory MB (PSS, all together)"]
    sys.stdout.write(table(head, rows) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
