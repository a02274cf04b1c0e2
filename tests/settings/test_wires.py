"""The list of wires: what the pin check, the doctor and `kiosk gate-safe` see of a configuration."""

from kiosk.settings import SECTIONS, Settings, parse
from kiosk.settings.wires import wires

OUTPUTS = """\
[gate]
driver = "gpio"
exit_pin = 27
shut_pin = 22
[lamp]
driver = "traffic-light"
lights = ["red", "yellow", "green", "blue", "white"]
active_high = false
[sound]
driver = "buzzer"
"""
INPUTS = """\
[passage]
driver = "beams"
[alarm]
driver = "gpio"
[keypad]
driver = "matrix"
"""


def test_a_door_without_wires_has_none():
    assert list(wires(Settings())) == []


def test_every_wire_is_told_with_its_name_and_the_level_that_switches_it_on():
    found = {wire.name: (wire.pin, wire.active_high) for wire in wires(parse(OUTPUTS))}
    assert found["[gate] entry_pin"] == (17, True)
    assert found["[gate] shut_pin"] == (22, True)
    assert found["[lamp] red_pin"] == (5, False)
    assert found["[sound] buzzer_pin"] == (12, True)
    assert len(found) == 9


def test_what_the_kiosk_only_listens_to_is_never_driven_and_only_as_much_as_the_driver_has():
    found = {wire.name: wire.output for wire in wires(parse(INPUTS))}
    assert found["[passage] second_pin"] is False
    assert not any(found.values())
    one = parse('[passage]\ndriver = "beam"')
    assert [wire.setting for wire in wires(one)] == ["first_pin"]


def test_what_is_not_wired_is_left_out():
    assert [wire.setting for wire in wires(parse('[gate]\ndriver = "gpio"'))] == ["entry_pin"]


def test_every_pin_that_can_be_set_can_be_in_the_list():
    """A key of a new driver that is forgotten in kiosk/settings/wires.py would be used twice without anybody noticing."""
    pins_that_can_be_set = {
        (section, name)
        for section, keys in SECTIONS.items()
        for name, entry in keys.items()
        if entry.kind.unit == "BCM"
    }
    assert {(wire.section, wire.setting) for wire in wires(parse(OUTPUTS + INPUTS))} == pins_that_can_be_set
