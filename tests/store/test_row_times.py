"""A kiosk that does not know the time writes down by which clock it read it, and puts it right when it knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from kiosk.core.outbox import Delivered
from kiosk.store.records import utc_text
from kiosk.store.store import Store
from tests.factories import NOON
from tests.store.making import ManualClock, make_passage, make_sealed, make_visit

BOOT = "01234567-89ab-4def-8123-456789abcdef"
OTHER_BOOT = "fedcba98-89ab-4def-8123-456789abcdef"
LATE = timedelta(days=100)
EPOCH_MS = int(NOON.timestamp() * 1000)


@dataclass
class LateClock(ManualClock):
    """A clock that came up a hundred days late, until somebody tells it the time."""

    right: bool = False

    def trusted(self) -> bool:
        return self.right

    def set_right(self) -> None:
        self.now += LATE
        self.right = True

    @property
    def offset_ms(self) -> int:
        return round(self.now.timestamp() * 1000 - self.seconds * 1000)


@pytest.fixture
def late(path):
    clock = LateClock(now=NOON - LATE)
    store = Store(path, clock=clock, boot_id=BOOT)
    yield store, clock
    store.close()


def sent(store, clock):
    return {out.item["uid"]: out.item for out in store.waiting(500, clock.wall())}


def visit_now(number, clock):
    return make_visit(number, decided_at=clock.wall(), time_trusted=clock.trusted())


def test_what_was_written_before_the_time_was_known_is_put_right_to_the_millisecond(late):
    store, clock = late
    first = visit_now(1, clock)
    store.record(first, make_sealed())
    clock.advance(7.125)
    store.record(replace(make_passage(2, visit_now(1, clock)), time_trusted=False))
    clock.advance(60)
    clock.set_right()
    assert store.trust_time(BOOT, clock.offset_ms) == 2
    items = list(sent(store, clock).values())
    assert [item["at"] for item in items] == [utc_text(NOON), utc_text(NOON + timedelta(seconds=7.125))]
    assert items[0]["time_trusted"] is True


def test_a_visit_that_was_decided_before_the_time_came_and_written_after_is_put_right_too(late):
    """It waited for the disk while the clock jumped: its own moment was read by the old time."""
    store, clock = late
    visit = visit_now(1, clock)
    store.record(visit_now(2, clock))
    clock.advance(3)
    clock.set_right()
    store.record(visit)
    assert store.trust_time(BOOT, clock.offset_ms) == 2
    assert sent(store, clock)[visit.id]["at"] == utc_text(NOON)


def test_a_passage_that_waited_for_the_disk_while_the_clock_jumped_is_put_right_too(late):
    store, clock = late
    visit = visit_now(1, clock)
    passage = replace(make_passage(2, visit), time_trusted=False)
    clock.advance(3)
    clock.set_right()
    store.record(passage)
    assert store.trust_time(BOOT, clock.offset_ms) == 1
    assert sent(store, clock)[passage.id]["at"] == utc_text(NOON)
    assert sent(store, clock)[passage.id]["time_trusted"] is True


def test_a_row_of_an_earlier_boot_is_sent_as_untrusted_with_the_time_that_it_had(path, late):
    store, clock = late
    visit = visit_now(1, clock)
    store.record(visit)
    store.close()
    clock.set_right()
    again = Store(path, clock=clock, boot_id=OTHER_BOOT)
    assert again.trust_time(OTHER_BOOT, clock.offset_ms) == 0
    [item] = sent(again, clock).values()
    again.close()
    assert (item["at"], item["time_trusted"]) == (utc_text(visit.decided_at), False)


def test_a_time_that_was_trusted_is_not_touched(late):
    store, clock = late
    clock.set_right()
    visit = visit_now(1, clock)
    store.record(visit)
    assert store.trust_time(BOOT, clock.offset_ms + 5000) == 0
    assert sent(store, clock)[visit.id]["at"] == utc_text(visit.decided_at)


def test_what_the_registry_has_is_not_changed_any_more(late):
    store, clock = late
    visit = visit_now(1, clock)
    store.record(visit)
    store.mark([Delivered(uid=visit.id)], clock.wall())
    clock.set_right()
    assert store.trust_time(BOOT, clock.offset_ms) == 0


def test_without_a_boot_id_or_with_a_strange_one_a_visit_is_written_all_the_same(path):
    for number, boot_id in enumerate((None, "", "not an id", "00000000-0000-4000-8000-123456789012")):
        clock = LateClock()
        store = Store(path, clock=clock, boot_id=boot_id)
        store.record(visit_now(number, clock))
        assert store.trust_time(BOOT, clock.offset_ms) == 0
        store.close()


def test_the_latest_signed_time_survives_a_restart_and_never_goes_back(path, store, clock):
    assert store.latest_signed() is None
    store.raise_latest_signed(NOON)
    store.raise_latest_signed(NOON - timedelta(seconds=1))
    store.close()
    again = Store(path, clock=clock)
    assert again.latest_signed() == NOON
    again.raise_latest_signed(NOON + timedelta(milliseconds=1))
    assert again.latest_signed() == NOON + timedelta(milliseconds=1)
    again.close()


def test_what_a_clock_wrote_that_was_set_back_and_claimed_to_be_right_is_put_right_too(path):
    """The kernel said that it was synchronised; the door did not believe it, and the row says so."""
    clock = LateClock(right=True)
    store = Store(path, clock=clock, boot_id=BOOT)
    clock.advance(60)
    clock.now -= LATE
    visit = make_visit(1, decided_at=clock.wall(), time_trusted=False)
    store.record(visit, make_sealed())
    clock.advance(5)
    clock.now += LATE
    assert store.trust_time(BOOT, clock.offset_ms) == 1
    assert sent(store, clock)[visit.id]["at"] == utc_text(visit.decided_at + LATE)
    assert sent(store, clock)[visit.id]["time_trusted"] is True
    store.close()


def test_signed_time_goes_back_only_where_something_signed_took_it_back(path, store, clock):
    store.raise_latest_signed(NOON + LATE)
    store.take_back_signed(NOON)
    store.close()
    again = Store(path, clock=clock)
    assert again.latest_signed() == NOON
    again.raise_latest_signed(NOON - LATE)
    assert again.latest_signed() == NOON
    again.close()
