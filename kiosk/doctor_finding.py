"""What a check of `kiosk doctor` can find: three states, a line, and a remedy for everything that is not ok."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, in one line, and what to do where something is to be done."""

    state: State
    says: str
    remedy: str = ""


def ok(says: str) -> Finding:
    """Nothing to do."""
    return Finding(State.OK, says)


def warning(says: str, remedy: str) -> Finding:
    """The door works, and should be looked at."""
    return Finding(State.WARNING, says, remedy)


def broken(says: str, remedy: str) -> Finding:
    """The door does not work, or not as it is set up."""
    return Finding(State.BROKEN, says, remedy)
