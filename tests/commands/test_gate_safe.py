"""`kiosk gate-safe`: what systemd calls when nobody else can switch the gate off. It never fails for what it was not told."""

import subprocess
import sys

import pytest
from gpiozero import OutputDevice
from gpiozero.pins.mock import MockFactory

from kiosk.commands.gate_safe import main
from tests.drivers.gate_pins import RecordingPin

GATE = """
[gate]
driver = "gpio"
entry_pin = 17
exit_pin = 27
active_high = false
"""
LAMP = """
[lamp]
driver = "rgb"
red_pin = 5
green_pin = 6
blue_pin = 13
"""


@pytest.fixture
def pins():
    return MockFactory(pin_class=RecordingPin)


@pytest.fixture
def said():
    return []


@pytest.fixture
def run(tmp_path, pins, said):
    """Run the command on a configuration; it returns the exit code."""

    def on(text: str) -> int:
        file = tmp_path / "kiosk.toml"
        file.write_text(text)
        return main(file, said.append, pin_factory=pins)

    return on


def test_every_line_that_the_kiosk_drives_is_off_whatever_the_lock(run, pins, said):
    assert run(GATE + LAMP) == 0
    assert [pins.pin(number).levels[-1] for number in (17, 27, 5, 6, 13)] == [True, True, False, False, False]
    assert "[gate] entry_pin on GPIO17, [gate] exit_pin on GPIO27" in said[-1]


def test_a_mistake_elsewhere_does_not_leave_the_gate_on(run, pins, said):
    assert run(GATE + "[registry]\nurl = 3\n[camera\nfps = many\n") == 0
    assert pins.pin(17).levels[-1] is True
    assert "[registry] url" in said[0]


def test_a_line_whose_own_settings_have_a_mistake_is_left_alone_and_named(run, pins, said):
    assert run(GATE.replace("27", '"27"')) == 0
    assert pins.pin(17).levels[-1] is True
    assert "GPIO27" not in {pin.name for pin in pins.pins}
    assert any("[gate] exit_pin" in line for line in said)


def test_with_a_mistake_in_the_polarity_nothing_is_switched_the_wrong_way(run, pins, said):
    assert run(GATE.replace("false", '"no"')) == 0
    assert not pins.pins
    assert any("[gate] entry_pin was not touched" in line for line in said)


def test_a_buzzer_of_unsure_polarity_is_left_alone_and_the_gate_is_not(run, pins):
    assert run(GATE + '[sound]\ndriver = "buzzer"\nbuzzer_active_high = 1\n') == 0
    assert {pin.name for pin in pins.pins} == {"GPIO17", "GPIO27"}


def test_without_pins_in_the_configuration_there_is_nothing_to_do(run, pins):
    assert run("") == 0
    assert not pins.pins


def test_without_a_configuration_it_says_so(tmp_path, said):
    assert main(tmp_path / "nowhere.toml", said.append) == 0
    assert "nowhere.toml" in said[0]


def test_a_line_that_a_running_kiosk_holds_is_the_one_thing_that_counts_as_a_failure(run, pins, said):
    with OutputDevice(17, pin_factory=pins):
        assert run(GATE) == 1
    assert pins.pin(27).levels[-1] is True
    assert "GPIO17" in said[-1]


@pytest.mark.concurrent
@pytest.mark.slow
def test_on_a_machine_without_pins_it_says_so_quickly_and_ends_well(root, tmp_path):
    file = tmp_path / "kiosk.toml"
    file.write_text(GATE)
    ended = subprocess.run(
        [sys.executable, "-m", "kiosk", "gate-safe", "--config", str(file)],
        cwd=root, env={"PATH": "/usr/bin"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 0
    assert ended.stderr.startswith("gate-safe: no line was touched: ")
    assert "expected the pins of a Raspberry Pi, found none" in ended.stderr
