"""A stop between a visit's commit and its passage: kiosk and registry count the same afterwards, and nobody is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.clock import new_id
from kiosk.core.crossings import Sensor
from kiosk.core.door.building import Standing
from kiosk.core.door.state import State
from kiosk.core.events import StaffAdmitted
from kiosk.core.model import Amendment, Colour, Direction, Record, Via, Visit
from kiosk.store.store import Store
from registry.demo_people import DEMO_DOOR
from tests.app.house import House
from tests.app.test_parts import full_disk
from tests.factories import NOON
from tests.store.making import GREEN, RED, make_subject

BOOT = "01234567-89ab-4def-8123-456789abcdef"


def left_behind(folder, clock, *records: Record) -> None:
    """Write what a kill leaves: what was committed, and nothing of what came after it."""
    store = Store(folder / "kiosk.db", clock=clock, boot_id=BOOT)
    for record in records:
        store.record(record)
    store.close()


def visit(clock, number=1, direction=Direction.ENTRY, decision=GREEN) -> Visit:
    return Visit(
        id=new_id(),
        direction=direction,
        via=Via.CAMERA,
        identifier=make_subject(number),
        decision=decision,
        decided_at=clock.wall(),
    )


def inside_by_the_registry(registry) -> int:
    return registry.report(DEMO_DOOR, NOON - timedelta(hours=5))["inside"]


def test_whoever_was_admitted_at_the_moment_of_a_kill_is_inside_for_kiosk_and_registry_alike(
    tmp_path, registry, clock
):
    with House(tmp_path, registry, clock) as house:
        house.ready()
    cut, turned = visit(clock), visit(clock, 2)
    refused = Amendment(id=new_id(), visit_id=turned.id, decision=RED, decided_at=clock.wall())
    left_behind(tmp_path, clock, cut, turned, refused)
    with House(tmp_path, registry, clock) as house:
        assert house.door.people.inside == 1, (
            "the one who was turned away while their visit was written is not"
        )
        house.ready().delivered()
        house.until(
            lambda: [row["passed"] for row in registry.visits(DEMO_DOOR) if row["uid"] == cut.id] == [True],
            "a passage",
        )
        assert inside_by_the_registry(registry) == 1
    with House(tmp_path, registry, clock) as house:
        assert house.door.people.inside == 1, "told once"


@pytest.mark.parametrize("sensor", [Sensor.NONE, Sensor.CONTACT], ids=str)
def test_it_is_counted_beside_what_is_remembered_over_a_restart_of_the_service(
    tmp_path, registry, clock, sensor
):
    with House(tmp_path, registry, clock, boot=BOOT, sensor=sensor) as house:
        house.ready()
        house.hold_up(house.pass_of(Colour.GREEN))
        house.next_shown()
        if house.passage:
            assert house.door.people.pending, "on their way, and stopped there"
    cut = visit(clock)
    left_behind(tmp_path, clock, cut)
    for _start in range(2):
        with House(tmp_path, registry, clock, boot=BOOT, sensor=sensor) as house:
            assert house.door.people.inside == 2
            assert not house.door.people.everybody_is_known, "a count, and no name for it"


def test_an_override_that_the_disk_did_not_take_is_no_admission_when_there_is_room_again(
    tmp_path, registry, clock
):
    with House(tmp_path, registry, clock, refused_s=30) as house:
        house.ready()
        house.idle()
        house.hold_up(house.pass_of(Colour.YELLOW))
        shown = house.next_shown()
        house.delivered()
        registry.cut()  # it shares our process, and is to keep its own room
        house.until(lambda: not house.door.word.online, "no link")
        with full_disk(tmp_path / "kiosk.db-wal"):
            house.app.loop.inbox.put(StaffAdmitted(by="Aigul", why="has a paper"))
            house.until(lambda: house.door.standing is Standing.OUT_OF_ORDER, "out of order")
        house.until(lambda: house.door.state is State.IDLE, "a disk that works again")
        registry.restore()
        house.until(lambda: house.door.word.online, "a link")
        house.admits()
        house.delivered()
        (told,) = (row for row in registry.visits(DEMO_DOOR) if row["uid"] == shown.visit_id)
        assert (told["outcome"], told["opens"], told["amendments"]) == ("refused", False, 0)
        assert len(house.gate.orders) == house.door.people.inside == inside_by_the_registry(registry) == 1
