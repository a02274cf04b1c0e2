"""What was made for one registry is sent to no other, waits in sight, and goes when the device belongs to that one again."""

from __future__ import annotations

import pytest

from kiosk.core.outbox import Origin
from kiosk.store.store import OTHER_REGISTRY, Store
from tests.store.making import make_sealed, make_visit

FIRST, OTHER = "a" * 32, "b" * 32
ME = Origin(device="D-0123456789abcdef", door="A1")
NEXT = Origin(device="D-fedcba9876543210", door="A1")


@pytest.fixture
def opened(path, clock):
    """Open the store as a device of some registry, one at a time."""
    stores: list[Store] = []

    def opened(lineage: str, origin: Origin = ME) -> Store:
        for before in stores:
            before.close()
        stores.append(Store(path, clock=clock, origin=origin, lineage=lineage))
        return stores[-1]

    yield opened
    for store in stores:
        store.close()


def sent(store: Store, clock) -> set[str]:
    return {each.waiting.uid for each in store.waiting(500, clock.wall())}


def parked(store: Store) -> dict[str, str | None]:
    return {row.uid: row.parked for row in store.reports.queue() if row.parked}


@pytest.mark.parametrize("origin", [ME, NEXT], ids=["the same names there", "other names there"])
def test_what_waits_for_another_registry_is_parked_and_waits_again_when_the_device_is_back(
    opened, clock, origin
):
    first, other = make_visit(1), make_visit(2)
    opened(FIRST).record(first, make_sealed())
    there = opened(OTHER, origin)
    assert (sent(there, clock), parked(there)) == (set(), {first.id: OTHER_REGISTRY})
    there.record(other, make_sealed())
    assert sent(there, clock) == {other.id}
    back = opened(FIRST)
    assert (sent(back, clock), parked(back)) == ({first.id}, {other.id: OTHER_REGISTRY})


def test_what_somebody_puts_back_by_hand_is_sent_to_no_other_either(opened, clock):
    visit = make_visit(1)
    opened(FIRST).record(visit, make_sealed())
    there = opened(OTHER, NEXT)
    assert there.requeue() == 1
    assert sent(there, clock) == set()
    assert parked(opened(OTHER, NEXT)) == {visit.id: OTHER_REGISTRY}


def test_what_the_registry_itself_would_not_take_is_not_put_back_by_coming_home(opened, clock):
    from kiosk.core.outbox import Parked

    visit = make_visit(1)
    store = opened(FIRST)
    store.record(visit, make_sealed())
    store.mark([Parked(uid=visit.id, reason="rejected")], clock.wall())
    opened(OTHER, NEXT)
    assert parked(opened(FIRST)) == {visit.id: "rejected"}


def test_what_an_older_kiosk_made_is_of_the_registry_that_the_device_belongs_to_first(opened, clock):
    visit = make_visit(1)
    opened("").record(visit, make_sealed())
    assert sent(opened(FIRST), clock) == {visit.id}
    assert parked(opened(OTHER, NEXT)) == {visit.id: OTHER_REGISTRY}
