"""What is set of scanner, keypad, passage and alarm: mistakes in it are told like all others."""

import pytest

from kiosk.errors import SettingsError
from kiosk.settings import parse


def mistakes(text: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        parse(text)
    return str(refused.value).splitlines()


@pytest.mark.parametrize(
    "text, says",
    [
        ('[scanner]\ndriver = "usb"', '2: [scanner] driver: expected one of "none", "evdev", "serial"'),
        ("[scanner]\nbaud = 9601", "2: [scanner] baud: expected one of 9600, 19200"),
        (
            '[scanner]\ndriver = "evdev"\ndevice = "/dev/input/by-id/a"\n[keypad]\ndevice = "/dev/input/by-id/a"',
            "5: [scanner] device: the keypad is there",
        ),
        (
            '[passage]\ndriver = "beams"\nsecond_pin = 0',
            '3: [passage] second_pin: expected a GPIO: "beams" has 2 wires',
        ),
        (
            '[gate]\ndriver = "gpio"\n[passage]\ndriver = "beam"\nfirst_pin = 17',
            "5: [passage] first_pin: GPIO 17 is taken by [gate] entry_pin: one wire each",
        ),
        (
            '[passage]\ndriver = "beam"\nfirst_pin = 2\nactive_high = true',
            "4: [passage] first_pin: GPIO 2 is pulled up on the board",
        ),
        (
            '[keypad]\ndriver = "matrix"\nrow_pins = [2, 3, 20, 21]',
            "3: [keypad] row_pins: GPIO 2 and 3 cannot float",
        ),
        (
            '[keypad]\ndriver = "matrix"\nrow_pins = [16, 20, 21]',
            "3: [keypad] row_pins: expected 4 GPIOs, found 3",
        ),
        (
            "[keypad]\ncolumn_pins = [4, 4, 9]",
            "2: [keypad] column_pins: expected a list of the GPIOs of the columns",
        ),
        ("[keypad]\nrow_pins = 16", "write a list, as [2, 3, 4]"),
        ("[keypad]\nrow_pins = [1, 2, 3, 4]", "BCM numbers"),
        (
            '[keypad]\ndriver = "matrix"\ncolumn_pins = [16, 9, 10]',
            "GPIO 16 is taken by [keypad] row_pins: one wire each",
        ),
        ('[alarm]\ndriver = "gpio"\nalarm_pin = 0', "3: [alarm] alarm_pin: expected the GPIO"),
        ("[alarm]\nopens_gate = true", "2: [alarm] opens_gate: there is no gate to open"),
        (
            '[passage]\ndriver = "beam"\nfirst_pin = 25\n[alarm]\ndriver = "gpio"',
            "3: [alarm] alarm_pin: GPIO 25 is taken by [passage] first_pin",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_do(text, says):
    (told,) = mistakes(text)
    assert says in told


def test_a_door_with_nothing_but_a_scanner_can_be_read_at():
    none = '[door]\nvenue_code = false\n[camera]\ndriver = "none"\n[keypad]\ndriver = "none"\n'
    assert "no camera, no scanner, no keypad" in mistakes(none)[0]
    assert parse(none + '[scanner]\ndriver = "serial"').scanner.driver == "serial"


def test_pins_with_a_resistor_on_the_board_do_where_that_is_what_is_needed():
    parse('[passage]\ndriver = "beams"\nfirst_pin = 2\nsecond_pin = 3')
    parse('[keypad]\ndriver = "matrix"\ncolumn_pins = [2, 3, 9]')
