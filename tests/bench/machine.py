"""Which machine this is, and how much of it somebody else used while we measured."""

from __future__ import annotations

import os
import platform
import resource
import time
from pathlib import Path
from typing import Any

import psutil

DISTURBED = 0.05
"""The share of all cores used by others from which on a measure is said to be disturbed."""


def machine() -> dict[str, Any]:
    """Return what the results belong to."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "arch": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


class Others:
    """The share of the machine that was used by other processes between its making and `share`."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._busy_s, self._own_s = _busy_s(), _own_s()

    def share(self) -> float:
        """Return it, 0.0 to 1.0 of all cores. Our own processes count once they have ended."""
        everything_s = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        others_s = (_busy_s() - self._busy_s) - (_own_s() - self._own_s)
        return min(1.0, max(0.0, others_s / everything_s))


def _busy_s() -> float:
    times = psutil.cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)


def _own_s() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _cpu() -> str:
    model = Path("/sys/firmware/devicetree/base/model")
    if model.exists():
        return model.read_text().strip("\0\n")
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].partition(":")[2].strip() if names else platform.processor() or "unknown"
