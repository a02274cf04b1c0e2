"""Checks one after the other, a line each: what `make test-install` and `make test-device` tell."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import TypeVar

from tests.install.container.machine import Failed

_printing = threading.Lock()
S = TypeVar("S")


def say(text: str) -> None:
    """Print a line, whole."""
    with _printing:
        print(text, flush=True)


class Course:
    """All checks of one machine, in order. One that fails is said, and the others go on: the next often tells why."""

    def __init__(self, name: str) -> None:
        self.name, self.passed, self.failed = name, 0, 0

    def look(self, site: S, each: Sequence[Callable[[S], str | None]]) -> None:
        """Have each look at the site. Its name is its sentence; what it returns is added, and what it raises is why it failed."""
        for check in each:
            name, begun, detail = check.__name__.replace("_", " "), time.monotonic(), ""
            try:
                told = check(site)
                state, self.passed = "ok", self.passed + 1
                name += f" ({told})" if told else ""
            except Exception as wrong:
                state, self.failed = "FAILED", self.failed + 1
                detail = f"\n{wrong if isinstance(wrong, Failed) else traceback.format_exc()}"
            say(f"{state:7} {self.name:9} {name}, {time.monotonic() - begun:.1f} s{detail}")
