"""The list of wires: what the pin check, the doctor and `kiosk gate-safe` see of a configuration."""

import pytest

from kiosk.core.model import Direction
from kiosk.equipment import GATES, rest_outputs
from kiosk.settings import SECTIONS, Settings, parse
from kiosk.wires import wires

EVERYTHING = (
    '[gate]\ndriver = "gpio"\nexit_pin = 27\nshut_pin = 22\n[lamp]\ndriver = "gpio"\nactive_high = false\n'
)


def test_a_door_without_wires_has_none():
    assert list(wires(Settings())) == []


def test_every_wire_is_told_with_its_name_and_the_level_that_switches_it_on():
    found = {wire.name: (wire.pin, wire.active_high) for wire in wires(parse(EVERYTHING))}
    assert found["[gate] entry_pin"] == (17, True)
    assert found["[gate] shut_pin"] == (22, True)
    assert found["[lamp] red_pin"] == (5, False)
    assert len(found) == 6


def test_what_is_not_wired_is_left_out():
    assert [wire.setting for wire in wires(parse('[gate]\ndriver = "gpio"'))] == ["entry_pin"]


def test_a_gate_that_was_left_on_is_put_at_rest_by_its_settings_alone(pins):
    settings = parse(EVERYTHING)
    gate = GATES["gpio"](settings)
    gate.open(Direction.ENTRY)
    assert pins.pin(17).state
    gate.close()
    assert [output.what for output in rest_outputs(settings)] == [wire.name for wire in wires(settings)]
    assert not pins.pin(17).state


@pytest.fixture
def pins():
    from gpiozero import Device
    from gpiozero.pins.mock import MockFactory, MockPWMPin

    before = Device.pin_factory
    Device.pin_factory = MockFactory(pin_class=MockPWMPin)
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = before


def test_every_pin_that_can_be_set_can_be_in_the_list():
    """A key of a new driver that is forgotten in kiosk/wires.py would be used twice without anybody noticing."""
    pins_that_can_be_set = {
        (section, name)
        for section, keys in SECTIONS.items()
        for name, entry in keys.items()
        if entry.kind.unit == "BCM"
    }
    assert {(wire.section, wire.setting) for wire in wires(parse(EVERYTHING))} == pins_that_can_be_set
