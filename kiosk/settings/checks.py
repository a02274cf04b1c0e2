"""What cannot be said of one key alone: pins used twice, a door nobody can be read at, times that contradict.

Pure: it looks at settings, never at the machine (that is `doctor`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kiosk.core.model import DoorKind
from kiosk.ports import Symbology
from kiosk.settings.schema import LOOPBACK
from kiosk.settings.wires import Wire, lamp_keys, wires

if TYPE_CHECKING:
    from kiosk.settings import Settings


PULLED_UP_ON_THE_BOARD = frozenset({2, 3})
"""BCM. They have a resistor to 3.3 V that no program switches off: whoever needs another gets an error instead of the pin."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Keys that do not go together, and what to do. The first key is where the technician should look."""

    keys: tuple[tuple[str, str], ...]
    text: str


def clashes(settings: Settings) -> Iterator[Clash]:
    """Yield everything that would not work."""
    yield from _pins_used_twice(settings)
    yield from _gate(settings)
    yield from _lamp(settings)
    yield from _passage(settings)
    yield from _keypad(settings)
    yield from _alarm(settings)
    yield from _sound(settings)
    door, camera, keypad = settings.door, settings.camera, settings.keypad
    readers = {camera.driver, settings.scanner.driver, keypad.driver}
    if readers == {"none"} and not door.venue_code:
        yield Clash(
            (("camera", "driver"), ("scanner", "driver"), ("keypad", "driver")),
            "nobody could be read: there is no camera, no scanner, no keypad and no venue code",
        )
    if settings.scanner.driver == "evdev" and settings.scanner.device == keypad.device != "auto":
        yield Clash(
            (("scanner", "device"), ("keypad", "device")),
            "the keypad is there: scanner and keypad are two devices, see them with `ls -l /dev/input/by-id`",
        )
    if keypad.longest_pause_s < keypad.pause_s:
        yield Clash(
            (("keypad", "longest_pause_s"), ("keypad", "pause_s")),
            f"expected at least pause_s, which is {keypad.pause_s:g}",
        )
    if settings.times.unchecked_s < settings.registry.question_s:
        yield Clash(
            (("times", "unchecked_s"), ("registry", "question_s")),
            "expected more than question_s, or the screen would go before the answer comes",
        )


def notes(settings: Settings) -> Iterator[str]:
    """Yield what works and deserves a second look."""
    gate, door = settings.gate, settings.door
    if gate.driver == "gpio" and gate.fail == "secure" and door.kind != DoorKind.ENTRY and not door.attended:
        yield (
            '[gate] fail = "secure" where people leave and nobody stands by: without power it has to open by hand from '
            'inside (nobody is ever held inside), or be a lock with fail = "safe"'
        )
    if gate.driver == "gpio" and gate.mode == "hold" and not settings.passage.driver.lines:
        yield (
            f'[gate] mode = "hold" without a passage sensor stands open for {gate.hold_s:g} s, whoever comes behind: set '
            "[passage] driver, or a shorter hold_s"
        )
    if urlsplit(settings.registry.url).hostname in LOOPBACK:
        yield "[registry] url is this machine itself: right for a trial, not for a door"
    if settings.camera.driver == "replay":
        yield '[camera] driver = "replay" plays a made-up recording: right for a trial, not for a door'
    if Symbology.QR not in settings.reader.formats:
        yield '[reader] formats has no "qr": no pass is read here, only ID cards'
    if settings.screen.driver == "offscreen":
        yield '[screen] driver = "offscreen" shows nothing to anybody'
    if settings.store.path.parts[:2] in (("/", "run"), ("/", "tmp")):
        yield f"[store] path {settings.store.path} does not outlive the power: put it under /var/lib"


def remarks(settings: Settings) -> Iterator[str]:
    """Yield what is right as it stands, and what it depends on: things that no file on this machine knows."""
    if settings.door.kind == DoorKind.ENTRY:
        yield (
            '[door] kind = "entry": nobody who leaves is counted here, so the policy\'s capacity holds only while the registry '
            'knows an exit or toggle door of this venue, or where the policy says "capacity_without_exit": "enforce"; '
            "`kiosk doctor` (39) asks the running kiosk"
        )


def _lamp(settings: Settings) -> Iterator[Clash]:
    lamp = settings.lamp
    for name in lamp_keys(settings):
        if getattr(lamp, name) is None:
            yield Clash(
                (("lamp", name), ("lamp", "driver"), ("lamp", "lights")),
                "expected a GPIO: the lamp needs one for each of its colours",
            )
    missing = [light for light in ("red", "yellow", "green") if light not in lamp.lights]
    if lamp.driver == "traffic-light" and missing:
        yield Clash(
            (("lamp", "lights"), ("lamp", "driver")),
            f"expected at least red, yellow and green, found no {' and no '.join(missing)}: "
            "with fewer lights two statuses would look alike",
        )


def _sound(settings: Settings) -> Iterator[Clash]:
    if settings.sound.driver == "buzzer" and settings.sound.buzzer_pin is None:
        yield Clash(
            (("sound", "buzzer_pin"), ("sound", "driver")), "expected the GPIO of the buzzer, found none"
        )


def _passage(settings: Settings) -> Iterator[Clash]:
    passage = settings.passage
    for name in ("first_pin", "second_pin")[: passage.driver.lines]:
        if getattr(passage, name) is None:
            yield Clash(
                (("passage", name), ("passage", "driver")),
                f'expected a GPIO: "{passage.driver}" has {passage.driver.lines} wires',
            )

        elif passage.active_high and getattr(passage, name) in PULLED_UP_ON_THE_BOARD:
            yield Clash(
                (("passage", name), ("passage", "active_high")),
                f"GPIO {getattr(passage, name)} is pulled up on the board, so it is never low while nobody passes: "
                "take another, or a sensor that pulls to ground (active_high = false)",
            )


def _keypad(settings: Settings) -> Iterator[Clash]:
    keypad = settings.keypad
    if keypad.driver == "matrix":
        if fixed := sorted(PULLED_UP_ON_THE_BOARD & set(keypad.row_pins)):
            yield Clash(
                (("keypad", "row_pins"), ("keypad", "driver")),
                f"GPIO {' and '.join(map(str, fixed))} cannot float, being pulled up on the board: take others; for columns it does",
            )
        for name, right in (("row_pins", (4,)), ("column_pins", (3, 4))):
            if (count := len(getattr(keypad, name))) not in right:
                words = " or ".join(str(number) for number in right)
                yield Clash(
                    (("keypad", name), ("keypad", "driver")), f"expected {words} GPIOs, found {count}"
                )


def _alarm(settings: Settings) -> Iterator[Clash]:
    alarm = settings.alarm
    if alarm.driver == "gpio" and alarm.alarm_pin is None:
        yield Clash(
            (("alarm", "alarm_pin"), ("alarm", "driver")),
            "expected the GPIO of the alarm's contact, found none",
        )
    if alarm.opens_gate and settings.gate.driver == "none":
        yield Clash(
            (("alarm", "opens_gate"), ("gate", "driver")),
            'there is no gate to open: set [gate] driver = "gpio"',
        )


def _pins_used_twice(settings: Settings) -> Iterator[Clash]:
    users: dict[int, list[Wire]] = defaultdict(list)
    for wire in wires(settings):
        users[wire.pin].append(wire)
    for pin, (*others, last) in users.items():
        if others:
            taken = " and ".join(wire.name for wire in others)
            keys = tuple((wire.section, wire.setting) for wire in (last, *others))
            yield Clash(keys, f"GPIO {pin} is taken by {taken}: one wire each")


def _gate(settings: Settings) -> Iterator[Clash]:
    gate, passage = settings.gate, settings.passage
    if gate.driver == "none":
        return
    longest = "hold_s" if gate.mode == "hold" else "pulse_s"
    if gate.fail == "secure" and 0 < gate.max_on_s < getattr(gate, longest):
        yield Clash(
            (("gate", "max_on_s"), ("gate", longest)),
            f"expected at least {longest}, which is {getattr(gate, longest):g}, or 0 for a coil that may stay on",
        )
    if gate.mode == "hold" and gate.shut_pin is not None:
        yield Clash(
            (("gate", "shut_pin"), ("gate", "mode")),
            'a held line shuts the gate by itself: set shut_pin = 0, or mode = "pulse"',
        )
    held = gate.mode == "hold" or gate.shut_pin is not None
    if held and passage.driver.lines and gate.hold_s > passage.wait_s:
        yield Clash(
            (("gate", "hold_s"), ("passage", "wait_s")),
            f"expected at most [passage] wait_s, which is {passage.wait_s:g}: who passes later would not be waited for",
        )
    if gate.entry_pin is None:
        yield Clash((("gate", "entry_pin"), ("gate", "driver")), "expected the GPIO of the relay, found none")
