"""What the reader takes from the rest of its process: memory, and time in which no other Python thread can run.

Both run in a process of their own (apart.py), and nothing is imported there before it is wanted. They must never be run beside
the other measures: those are threads, too.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SIZE = (1280, 720)
FPS = 15.0
NOTICED_S = 0.0002
"""A shorter gap between two looks at the clock is the looking itself."""


def memory(order: dict[str, Any]) -> dict[str, Any]:
    """Return MiB above the bare interpreter: with the engines loaded, and after so many frames of noise, the dearest there is."""
    bare = _resident_mib()
    import numpy as np

    from drivers.engine.zbar_engine import ZbarDecoder
    from drivers.engine.zxing_engine import ZxingDecoder
    from kiosk.reader.pipeline import Reader

    reader = Reader(ZxingDecoder(), ZbarDecoder(), timer=time.thread_time)
    loaded = _resident_mib() - bare
    rng, after, shown = np.random.default_rng(1), {}, 0
    for count in order["frames"]:
        for index in range(shown, count):
            reader.read(rng.integers(0, 2, SIZE[::-1], np.uint8) * np.uint8(255), index / FPS)
        shown, after[count] = count, _resident_mib() - bare
    return {"loaded_mib": loaded, "after_mib": after}


def pauses(order: dict[str, Any]) -> dict[str, Any]:
    """Return for each side the longest pause of another thread in ms in each of so many frames; `nothing` decodes nothing."""
    import cv2

    from simulator.lens import people_walking, shots, varied
    from tests.bench.hostile import pictures
    from tests.bench.sides import SIDES
    from tests.reader.codes import PASS

    cv2.setNumThreads(1)
    count = order["frames"]
    frames = [
        *people_walking(1000, SIZE, count // 3),
        *(shot.frame for shot in shots(varied(PASS, 1000, SIZE), count // 3)),
        *itertools.islice(itertools.cycle(pictures(SIZE).values()), count - count // 3 * 2),
    ]
    made: dict[str, Callable[[], Any]] = {"nothing": _Nothing, **SIDES}
    return {name: list(_longest(make(), frames)) for name, make in made.items()}


class _Nothing:
    def texts(self, frame: Any, mono: float) -> set[str]:
        time.sleep(0.005)
        return set()


def _longest(side: Any, frames: list[Any]) -> Iterator[float]:
    for index, frame in enumerate(frames):
        reading = threading.Thread(target=side.texts, args=(frame, index / FPS))
        longest, last = 0.0, time.perf_counter()
        reading.start()
        while reading.is_alive():
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
        yield 1e3 * (longest if longest > NOTICED_S else 0.0)


def _resident_mib() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
