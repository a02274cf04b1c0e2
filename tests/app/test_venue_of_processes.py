"""Two ways in and a way out, each a real kiosk process, beside one real registry process: nobody is over the number.

Two entries, because only they can give the same last place away; a seeded crowd which is larger than the venue. The ten
minutes are `make test-long`, and half a minute of the same is in `make test`.
"""

from __future__ import annotations

import random

import pytest

from kiosk.core.model import DoorKind
from tests.app.venue import Tally, Venue

DOORS = {"IN-1": DoorKind.ENTRY, "IN-2": DoorKind.ENTRY, "OUT": DoorKind.EXIT}
CAPACITY = 8
HEAD = "| visits | admitted | full | other | left | largest | at the end | lost | doubled | openings |"


def worked(root, folder, *, seed: int, seconds: float, capacity: int) -> Tally:
    with Venue(root, folder, DOORS, capacity) as venue:
        venue.works(random.Random(seed), seconds)
        return venue.ends()


def is_right(tally: Tally, capacity: int, capsys) -> None:
    with capsys.disabled():
        print(f"\n{HEAD}\n{tally.row()}")
    assert (tally.lost, tally.doubled, tally.others) == (0, 0, 0), tally
    assert tally.largest == capacity, f"expected the venue to be full and never over-full: {tally}"
    assert tally.full > 0, tally
    assert tally.at_last == tally.admitted - tally.left, tally
    assert tally.openings == tally.admitted + tally.left, tally


@pytest.mark.slow
def test_for_some_seconds_two_ways_in_never_let_in_more_than_there_are_places(root, tmp_path, capsys):
    is_right(worked(root, tmp_path, seed=7, seconds=9.0, capacity=3), 3, capsys)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_for_ten_minutes_two_ways_in_never_let_in_more_than_there_are_places(root, tmp_path, capsys):
    tally = worked(root, tmp_path, seed=11, seconds=600.0, capacity=CAPACITY)
    is_right(tally, CAPACITY, capsys)
