"""What a check of `kiosk doctor` can find: three states, a line, and a remedy for everything that is not ok."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class CheckState(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Fix:
    """One repair that is safe at any moment, with visitors at the door too; done twice it does no more than done once."""

    says: str
    """What it does, in words; said before it is done."""
    do: Callable[[], None]
    """Raises KioskError or OSError where it cannot."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, in one line, and what to do where something is to be done."""

    state: CheckState
    says: str
    remedy: str = ""
    fixes: tuple[Fix, ...] = ()
    """What `kiosk doctor --fix` does about it, in this order."""


def ok(says: str) -> Finding:
    """Nothing to do."""
    return Finding(CheckState.OK, says)


def warning(says: str, remedy: str, *fixes: Fix) -> Finding:
    """The door works, and should be looked at."""
    return Finding(CheckState.WARNING, says, remedy, fixes)


def broken(says: str, remedy: str, *fixes: Fix) -> Finding:
    """The door does not work, or not as it is set up."""
    return Finding(CheckState.BROKEN, says, remedy, fixes)
