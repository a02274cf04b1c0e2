"""A thing that is gone is said to be gone once; one that need not be here is no fault until it was seen here."""

import threading

import pytest

from kiosk.core.events import HealthChanged, Part
from kiosk.errors import DriverError, DriverMissing
from kiosk.workers.reopening import reopening

MISSING, LOST = DriverMissing("none is plugged in"), DriverError("it was pulled out")


class Impatient(threading.Event):
    """A stop that nobody waits for."""

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


class Thing:
    def close(self) -> None:
        """Nothing to give back."""


def told_of(*story: Exception | None, optional: bool) -> list[bool]:
    """Return what is told of a keypad that at each opening raises, or (None) works and then is pulled out."""
    heard: list[HealthChanged] = []
    stop, coming = Impatient(), iter(story)

    def open_thing() -> Thing:
        try:
            failure = next(coming)
        except StopIteration:
            stop.set()
            raise MISSING from None
        if failure is not None:
            raise failure
        return Thing()

    def use(_thing, _stop, seen) -> None:
        seen()
        raise LOST

    reopening(Part.KEYPAD, open_thing, use, stop, heard.append, optional=optional)
    return [one.working for one in heard]


@pytest.mark.parametrize("optional", [False, True])
def test_what_was_here_and_is_gone_is_told_once_and_its_return_too(optional):
    assert told_of(None, LOST, LOST, None, optional=optional) == [False, True, False]


def test_what_need_not_be_here_is_no_fault_until_it_was_seen_here():
    assert told_of(MISSING, MISSING, MISSING, optional=True) == []
    assert told_of(MISSING, None, MISSING, optional=True) == [False]
    assert told_of(MISSING, optional=False) == [False]


def test_one_that_is_here_and_may_not_be_read_is_a_fault_all_the_same():
    assert told_of(LOST, optional=True) == [False]
