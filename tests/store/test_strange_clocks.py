"""A clock that is certainly wrong keeps no visit from being recorded: the store takes every id that is made by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kiosk.clock import new_id
from tests.store.making import make_sealed, make_visit


@pytest.mark.parametrize("year", [1970, 1972, 2003, 2026, 2038, 2098, 2110, 2199])
def test_a_visit_is_recorded_whatever_year_the_clock_says(store, clock, year):
    at = datetime(year, 1, 1, 1, tzinfo=UTC)
    visit = replace(make_visit(1), id=new_id(lambda: int(at.timestamp() * 1000)), decided_at=at)
    store.record(visit, make_sealed())
    assert {each.waiting.uid for each in store.waiting(5, clock.wall())} == {visit.id}


def test_ids_of_a_right_clock_sort_by_their_time_and_never_repeat():
    ids = [new_id(lambda ms=ms: ms) for ms in range(1_800_000_000_000, 1_800_000_000_100)]
    assert ids == sorted(set(ids))
    assert len({new_id(lambda: 0) for _ in range(1000)}) == 1000
