"""The terminal: the one place through which a command prints. Texts from outside are printed, never obeyed."""

from __future__ import annotations

import sys

from kiosk.core.printable import printable


def say(text: str, *, aside: bool = False) -> None:
    """Print these lines, whatever is in them, to standard output; `aside`, to standard error, beside what a program may read."""
    plain = "\n".join(printable(line) for line in text.split("\n"))
    print(plain, file=sys.stderr if aside else sys.stdout, flush=True)


def draw(text: str) -> None:
    """Print control sequences of our own, such as those that go up a line; nothing from outside may be in them."""
    print(text, flush=True)
