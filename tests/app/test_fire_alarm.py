"""The fire alarm at a whole door: from the wire to the screen, the lamp, the gate and the registry."""

import pytest
from sqlalchemy import select

from kiosk.core.effects import Signal, Sound
from kiosk.core.events import HealthChanged, Part
from kiosk.core.model import Colour, Direction, DoorKind
from kiosk.core.screen.view import Page
from registry.database import heartbeats, records
from tests.app.house import House


@pytest.fixture
def house(tmp_path, registry, clock):
    with House(tmp_path, registry, clock, kind=DoorKind.TOGGLE, alarm=True) as house:
        yield house.ready()


def test_while_it_rings_nobody_enters_everybody_leaves_and_then_the_door_goes_on(house, registry):
    house.admits()
    house.idle()
    house.alarm.ring()
    house.until(lambda: house.view.page is Page.ALARM, "the alarm's page")
    assert house.lamp.shown[-1].signal is Signal.ALARM
    assert house.sounder.played[-1].sound is Sound.ALARM
    house.hold_up(house.pass_of(Colour.GREEN))
    house.until(lambda: len(house.gate.orders) == 2, "the way out opened")
    assert house.gate.orders == [Direction.ENTRY, Direction.EXIT]
    assert house.view.page is Page.ALARM
    house.alarm.silence()
    house.until(lambda: house.view.page is Page.IDLE, "the idle page")
    house.admits(Colour.BLUE)
    house.delivered()
    with registry.registry.database.read() as connection:
        bodies = connection.scalars(select(records.c.body).where(records.c.kind == "anomaly")).all()
    assert [body.count('"fire-alarm"') + 2 * body.count('"fire-alarm-over"') for body in bodies] == [1, 2]
    assert house.door.people.inside == 1


def test_a_cut_wire_rings_and_is_told_in_the_heartbeat_and_a_ringing_input_is_no_fault(house, registry):
    house.alarm.cut()
    house.until(lambda: house.door.building.alarm, "the alarm")

    def beats() -> list[str]:
        with registry.registry.database.read() as connection:
            return list(connection.scalars(select(heartbeats.c.body)))

    house.until(lambda: any('"fire"' in body for body in beats()), "the alarm in the heartbeat")
    assert not [one for one in house.happened(HealthChanged) if one.part is Part.ALARM]
