"""The terminal: the one place through which the registry's commands print. Texts from outside are printed, never obeyed.

A device says of itself what model it is, and whoever has one enrolment code says it: a control sequence in it must clear no
screen, and an end of line must write no device of its own making into the keeper's list.
"""

from __future__ import annotations

import logging
import sys

from kiosk.core.printable import printable, printable_lines


def say(*lines: str) -> None:
    """Print these lines to standard output, each on one line, whatever is in it."""
    sys.stdout.write("".join(printable(line) + "\n" for line in lines))


def complain(sentence: str) -> None:
    """Print why a command was not done, to standard error; its further lines show that they go on."""
    sys.stderr.write(f"registry: {printable_lines(sentence)}\n")


class PlainFormatter(logging.Formatter):
    """Formats a record of the log: what stands behind an end of line in it shows that it goes on."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines of a record."""
        return printable_lines(super().format(record))
