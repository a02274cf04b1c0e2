"""The number inside outlives the power: kept for its door alone, seldom enough for a card, and gone with the registry's word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.core.inside.people import VenueNumber
from kiosk.root.kept_number import LEAST, MOST, _is_due
from kiosk.store.store import Store
from tests.factories import NOON

TOLD = VenueNumber(inside=-1, own=2, at=NOON, doors=2, exits=True)


def test_it_is_there_after_a_restart_and_for_its_own_door_only(path, clock):
    store = Store(path, clock=clock)
    assert store.number_inside("A1") is None
    store.keep_number_inside("A1", replace(TOLD, inside=9))
    store.keep_number_inside("A1", TOLD)
    store.close()
    again = Store(path, clock=clock)
    assert again.number_inside("A1") == TOLD
    assert again.number_inside("B1") is None
    again.forget_documents()
    assert again.number_inside("A1") is None
    again.close()


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    "changes, due",
    [
        ({"at": NOON + MOST - SECOND}, False),
        ({"at": NOON + MOST}, True),
        ({"inside": 0, "own": 3, "at": NOON + MOST - SECOND}, False),
        ({"inside": 4, "at": NOON + LEAST - SECOND}, False),
        ({"inside": 4, "at": NOON + LEAST}, True),
        ({"doors": 3, "at": NOON + SECOND}, True),
        ({"exits": False, "at": NOON + SECOND}, True),
        ({"inside": 0, "own": 0, "at": NOON + SECOND}, True),
        ({"at": NOON - SECOND}, True),
    ],
    ids=str,
)
def test_it_is_kept_when_something_changed_for_others_and_not_each_time(changes, due):
    assert _is_due(replace(TOLD, **changes), TOLD) is due


def test_the_first_one_is_kept():
    assert _is_due(TOLD, None)
