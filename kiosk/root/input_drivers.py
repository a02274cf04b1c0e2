"""Settings -> the drivers of what a door hears beside its camera: keypad, desk scanner, passage sensor, fire alarm. Part of the composition root."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.core.crossings import Sensor
from kiosk.errors import DriverMissing
from kiosk.ports import FireAlarm, Keypad, PassageSensor, Scanner
from kiosk.settings import Settings


def _evdev(settings: Settings) -> Callable[[], Keypad]:
    def open_keypad() -> Keypad:
        from drivers.keypad.evdev_keypad import EvdevKeypad

        return EvdevKeypad(settings.keypad.device)

    return open_keypad


def _matrix(settings: Settings) -> Callable[[], Keypad]:
    def open_keypad() -> Keypad:
        from drivers.keypad.matrix_keypad import MatrixKeypad

        return MatrixKeypad(rows=settings.keypad.row_pins, columns=settings.keypad.column_pins)

    return open_keypad


def _evdev_scanner(settings: Settings) -> Callable[[], Scanner]:
    def open_scanner() -> Scanner:
        from drivers.scanner.evdev_scanner import EvdevScanner

        scanner = settings.scanner
        return EvdevScanner(scanner.device, ends=scanner.ends, pause_s=scanner.pause_s)

    return open_scanner


def _serial_scanner(settings: Settings) -> Callable[[], Scanner]:
    def open_scanner() -> Scanner:
        from drivers.scanner.serial_scanner import SerialScanner

        scanner = settings.scanner
        return SerialScanner(scanner.device, baud=scanner.baud, ends=scanner.ends, pause_s=scanner.pause_s)

    return open_scanner


def _gpio_passage(settings: Settings) -> Callable[[], PassageSensor]:
    def open_passage() -> PassageSensor:
        from drivers.sensors.passage_sensor import GpioPassageSensor

        passage = settings.passage
        pins = [pin for pin in (passage.first_pin, passage.second_pin) if pin is not None]
        return GpioPassageSensor(
            passage.driver,
            pins[: passage.driver.lines],
            active_high=passage.active_high,
            bounce_s=passage.bounce_s,
        )

    return open_passage


def _gpio_alarm(settings: Settings) -> Callable[[], FireAlarm]:
    def open_alarm() -> FireAlarm:
        from drivers.sensors.fire_alarm import GpioFireAlarm

        alarm = settings.alarm
        if alarm.alarm_pin is None:
            raise DriverMissing("the fire alarm has no pin: set [alarm] alarm_pin")
        return GpioFireAlarm(alarm.alarm_pin, closed_when_quiet=alarm.contact == "closed")

    return open_alarm


KEYPADS: dict[str, Callable[[Settings], Callable[[], Keypad] | None]] = {
    "auto": _evdev,
    "evdev": _evdev,
    "matrix": _matrix,
    "screen": lambda _settings: None,
    "none": lambda _settings: None,
}
SCANNERS: dict[str, Callable[[Settings], Callable[[], Scanner] | None]] = {
    "serial": _serial_scanner,
    "evdev": _evdev_scanner,
    "none": lambda _settings: None,
}
PASSAGES: dict[str, Callable[[Settings], Callable[[], PassageSensor] | None]] = {
    **dict.fromkeys(Sensor, _gpio_passage),
    Sensor.NONE: lambda _settings: None,
}
ALARMS: dict[str, Callable[[Settings], Callable[[], FireAlarm] | None]] = {
    "gpio": _gpio_alarm,
    "none": lambda _settings: None,
}
