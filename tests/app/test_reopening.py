"""A thing that is gone is said to be gone, once for each kind of failure; one that need not be here is no fault until it was seen here."""

import logging
import threading

import pytest

from kiosk.core.events import HealthChanged, Part
from kiosk.errors import DriverError, DriverHangs, DriverMissing
from kiosk.threads.reopening import reopening
from tests.factories import make_iin

MISSING, LOST = DriverMissing("none is plugged in"), DriverError("it was pulled out")
IIN = make_iin(7)


class Impatient(threading.Event):
    """A stop that nobody waits for, and that comes with the last pause."""

    def __init__(self, pauses: int) -> None:
        super().__init__()
        self._left = pauses

    def wait(self, timeout: float | None = None) -> bool:
        self._left -= 1
        if self._left == 0:
            self.set()
        return self.is_set()


class Thing:
    def close(self) -> None:
        """Nothing to give back."""


def heard_of(*story: Exception | None, optional: bool = False, lost: Exception = LOST) -> list[HealthChanged]:
    """Return what is told of a keypad that at each opening raises, or (None) works and then fails."""
    heard: list[HealthChanged] = []
    coming = iter(story)

    def open_thing() -> Thing:
        failure = next(coming)
        if failure is not None:
            raise failure
        return Thing()

    def use(_thing, _stop, seen) -> None:
        seen()
        raise lost

    stop = Impatient(len(story))
    reopening(Part.KEYPAD, open_thing, use, stop, heard.append, optional=optional)
    return heard


def told_of(*story: Exception | None, optional: bool) -> list[bool]:
    return [one.working for one in heard_of(*story, optional=optional)]


@pytest.mark.parametrize("optional", [False, True])
def test_what_was_here_and_is_gone_is_told_once_and_its_return_too(optional):
    assert told_of(None, LOST, LOST, None, optional=optional) == [False, True, False]


def test_what_need_not_be_here_is_no_fault_until_it_was_seen_here():
    assert told_of(MISSING, MISSING, MISSING, optional=True) == []
    assert told_of(MISSING, None, optional=True) == [False]
    assert told_of(MISSING, optional=False) == [False]


def test_one_that_is_here_and_may_not_be_read_is_a_fault_all_the_same():
    assert told_of(LOST, optional=True) == [False]


def test_each_kind_of_failure_is_told_once_until_the_part_works_again():
    hangs = DriverHangs("it is not given back")
    heard = heard_of(None, MISSING, hangs, MISSING, hangs, None)
    assert [one.why for one in heard] == [str(LOST), str(MISSING), str(hangs), "", str(LOST)]


def wrong(what: str) -> Exception:
    """An exception as a library raises it: from somewhere, and nobody's."""
    try:
        raise ValueError(what)
    except ValueError as failure:
        return failure


@pytest.mark.parametrize("story", [(wrong("numpy.dtype size changed"),) * 3, (None,) * 3])
def test_a_failure_that_nobody_foresaw_is_told_as_the_parts_and_it_is_opened_anew(story, caplog):
    heard = heard_of(*story, lost=wrong("numpy.dtype size changed"))
    faults = [one.why for one in heard if not one.working]
    assert len(faults) == (1 if story[0] else 3)
    assert (
        "expected the keypad to work or to say why not, its program failed: ValueError in test_reopening.py"
        in faults[0]
    )
    assert sum("it failed here" in record.message for record in caplog.records) == len(faults)


def test_a_failure_that_nobody_foresaw_is_told_without_what_it_says(caplog):
    caplog.set_level(logging.DEBUG)
    heard = heard_of(wrong(f"no such row: {IIN}"))
    assert len(heard) == 1
    assert IIN not in heard[0].why + caplog.text
    assert "ValueError" in caplog.text


def test_one_that_need_not_be_here_is_a_fault_all_the_same_when_its_library_breaks():
    assert told_of(wrong("anything"), optional=True) == [False]
