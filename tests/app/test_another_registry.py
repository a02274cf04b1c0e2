"""A kiosk that is given to another door, perhaps of another registry: nothing of the old one counts at the new one."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest

from kiosk.core.enrolling.table import EnrolmentStage
from kiosk.core.model import Colour
from kiosk.enrolment.by_text import enrol_by_text
from kiosk.enrolment.device import Device
from kiosk.enrolment.enroller import Enroller
from kiosk.enrolment.initialize import initialize
from kiosk.store.store import OTHER_REGISTRY
from registry.demo_people import DEMO_DOOR, DEMO_VENUE
from registry.embedded import EmbeddedRegistry
from registry.passes import Life
from tests.app.around import HouseClock, open_registry
from tests.app.house import House
from tests.factories import make_person


def known_list(house: House) -> int:
    """The number of the list of revoked passes that is kept."""
    kept = house.app._kiosk.storage.store.call(lambda store: store.kept("revocations")).result(10)
    return kept.sequence if kept else 0


def revoked_there(registry: EmbeddedRegistry, people: int) -> None:
    for number in range(people):
        registry.revoke_pass(registry.add_visitor(make_person(100 + number), Colour.GREEN))


@pytest.mark.parametrize("before, after", [(5, 1), (1, 5)], ids=["a lower number", "a higher number"])
def test_a_pass_that_the_new_registry_revoked_opens_nothing_offline_whatever_the_old_ones_list_was_called(
    tmp_path, clock, before, after
):
    with open_registry(clock) as old, open_registry(clock) as new:
        with House(tmp_path, old, clock) as house:
            house.ready()
            revoked_there(old, before)
            house.until(lambda: known_list(house) == 1 + before, "the old registry's list")
        Device.beside(tmp_path / "kiosk.db").forget()  # `kiosk enrol --anew` changes nothing else
        stolen = new.add_visitor(make_person(1), Colour.GREEN)
        text = new.issue_pass(stolen, Life.CARRY)
        new.revoke_pass(stolen)
        revoked_there(new, after - 1)
        with House(tmp_path, new, clock) as house:
            house.ready()
            house.until(lambda: known_list(house) == 1 + after, "the new registry's list")
            new.cut()
            house.until(lambda: not house.door.word.online, "no link")
            house.idle()
            house.hold_up(text)
            house.until(lambda: bool(house.told), "an answer to the pass")
            assert (house.told, house.gate.orders) == (["revoked"], [])


def enrol(
    registry: EmbeddedRegistry,
    folder: Path,
    clock: HouseClock,
    door: str,
    serial: str,
    *,
    another: bool = False,
) -> None:
    """Make the device of a folder this door's, as `kiosk enrol --anew` does, and with `another` `--another-registry`."""
    enroller = Enroller(
        Device.beside(folder / "kiosk.db"),
        initialize=partial(initialize, mono=time.monotonic, serial=serial),
        join=lambda _wifi: None,
        wall=clock.wall,
        serial=serial,
        another_registry=another,
    )
    assert (
        enrol_by_text(enroller, registry.enrolment_code(door), lambda _lines: True).state
        is EnrolmentStage.ENROLLED
    )


def made_offline(house: House, registry: EmbeddedRegistry) -> str:
    """Somebody comes while there is no link; return their visit."""
    house.ready()
    registry.cut()
    house.until(lambda: not house.door.word.online, "no link")
    shown = house.admits()
    house.idle()
    return shown.visit_id


@pytest.mark.parametrize(
    "venue, machine, why",
    [
        (DEMO_VENUE, "10000000abcdef01", ""),
        (DEMO_VENUE, "another", "other-device"),
        ("Sauna", "10000000abcdef01", "other-venue"),
    ],
)
def test_what_waits_is_delivered_as_the_doors_where_it_was_made_by_the_same_machine_only(
    tmp_path, registry, clock, venue, machine, why
):
    registry.add_door("SAUNA-7", venue=venue)
    registry.put_policy(venue, [{"effective_from": "2026-01-01T00:00:00Z"}])
    enrol(registry, tmp_path, clock, DEMO_DOOR, "10000000abcdef01")
    with House(tmp_path, registry, clock) as house:
        made = made_offline(house, registry)
    registry.restore()
    enrol(registry, tmp_path, clock, "SAUNA-7", machine)
    with House(tmp_path, registry, clock) as house:
        house.ready()
        later = house.admits().visit_id
        house.until(lambda: later in {row["uid"] for row in registry.visits("SAUNA-7")}, "the new door's")
        house.until(lambda: house.door.word.waiting == 0, "nothing waiting")
        parked = house.app._kiosk.storage.store.call(lambda store: store.reports.queue()).result(10)
    assert {row["uid"] for row in registry.visits("SAUNA-7")} == {later}
    assert {row["uid"] for row in registry.visits(DEMO_DOOR)} == (set() if why else {made})
    assert {row.parked for row in parked} == ({why} if why else set())


def test_what_was_made_for_another_registry_waits_for_that_one_and_is_told_to_no_other(tmp_path, clock):
    with open_registry(clock) as first, open_registry(clock) as other:
        enrol(first, tmp_path, clock, DEMO_DOOR, "10000000abcdef01")
        with House(tmp_path, first, clock) as house:
            made = made_offline(house, first)
        enrol(other, tmp_path, clock, DEMO_DOOR, "10000000abcdef01", another=True)
        with House(tmp_path, other, clock) as house:
            house.ready()
            meanwhile = house.admits().visit_id
            house.until(
                lambda: house.door.word.parked > 0 and house.door.word.waiting == 0, "all of it apart"
            )
            rows = house.app._kiosk.storage.store.call(lambda store: store.reports.queue()).result(10)
        assert {row.parked for row in rows} == {OTHER_REGISTRY}
        assert made in {row.uid for row in rows}
        assert {row["uid"] for row in other.visits(DEMO_DOOR)} == {meanwhile}
        first.restore()
        enrol(first, tmp_path, clock, DEMO_DOOR, "10000000abcdef01", another=True)
        with House(tmp_path, first, clock) as house:
            house.ready()
            house.until(lambda: made in {row["uid"] for row in first.visits(DEMO_DOOR)}, "what had waited")
            house.until(lambda: house.door.word.parked == house.door.word.waiting == 0, "nothing left")
        assert meanwhile not in {row["uid"] for row in first.visits(DEMO_DOOR)}
