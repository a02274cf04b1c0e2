"""Enrolment by a code that was typed, stands in a file, or was handed over: the same table, without camera and screen."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.core.enrolling.table import READ_FIRST_S, Enrolling, Pressed, step
from kiosk.core.events import Key
from kiosk.core.screen.view import Fact
from kiosk.enrolment.enroller import Enroller

Lines = tuple[tuple[Fact, str], ...]
"""What a code says, as it is shown."""


def enrol_by_text(enroller: Enroller, text: str, confirm: Callable[[Lines], bool]) -> Enrolling:
    """Enrol by a code that was typed or read from a file; `confirm` is shown all that it says, and answers.

    Returns how it ended: ENROLLED, FAILED with its trouble, or WAITING where it was not confirmed.
    """
    now, _ = step(Enrolling(), enroller.read(text), 0.0)
    if now.offer is None or not confirm(now.offer.lines):
        return now if now.offer is None else Enrolling()
    now, order = step(now, Pressed(key=Key.CONFIRM), READ_FIRST_S)
    while order is not None and now.offer is not None:
        now, order = step(now, enroller.perform(order, now.offer), READ_FIRST_S)
    return now
