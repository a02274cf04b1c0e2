"""Settings -> drivers: one table a thing, from the name in the configuration to the class that drives it.

Part of the composition root. What is missing is said in the journal and replaced by nothing, so that a kiosk with a dead
lamp still opens its door, and a door without a screen works by lamp and sound until one is plugged in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

from drivers.nothing import LostGate, LostLamp, LostSound, NoGate, NoLamp, Silence
from drivers.sensors.board import SystemBoard
from kiosk.core.events import Part
from kiosk.errors import DriverBroken, DriverError, DriverMissing
from kiosk.ports import (
    Board,
    Clock,
    FireAlarm,
    Gate,
    Keypad,
    Lamp,
    PassageSensor,
    Scanner,
    Screen,
    Sounder,
)
from kiosk.root.awaited_screen import AwaitedScreen
from kiosk.root.eyes import OpenEyes, eyes_for
from kiosk.root.input_drivers import ALARMS, KEYPADS, PASSAGES, SCANNERS
from kiosk.root.quiet_hours import QuietHours
from kiosk.settings import Settings
from kiosk.settings.wires import lamp_keys

log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """The real things at this door, or their fakes. None: there is none here, and that is meant."""

    open_eyes: OpenEyes | None
    open_keypad: Callable[[], Keypad] | None
    gate: Gate
    lamp: Lamp
    sounder: Sounder
    screen: Screen
    open_scanner: Callable[[], Scanner] | None = None
    board: Board | None = None
    open_passage: Callable[[], PassageSensor] | None = None
    lost: tuple[tuple[Part, str], ...] = ()
    """What was meant to be here and could not be had, and why."""
    open_alarm: Callable[[], FireAlarm] | None = None


def drivers_for(settings: Settings, clock: Clock, last: ExitStack) -> Drivers:
    """Make every driver that the settings name; `last` closes them. Main thread only: one of them is the screen."""
    lost: dict[str, str] = {}
    gate: Gate = _or_else("gate", lambda: GATES[settings.gate.driver](settings), LostGate, lost)
    lamp: Lamp = _or_else("lamp", lambda: LAMPS[settings.lamp.driver](settings), LostLamp, lost)
    sounder: Sounder = _or_else("sound", lambda: SOUNDERS[settings.sound.driver](settings), LostSound, lost)
    if settings.sound.quiet_hours is not None and Part.SOUND not in lost:
        zone = settings.door.timezone
        sounder = QuietHours(sounder, settings.sound.quiet_hours, lambda: clock.wall().astimezone(zone))
    screen = _screen(settings, clock)
    for thing in (gate, lamp, sounder, screen):
        last.callback(thing.close)
    return Drivers(
        open_eyes=eyes_for(settings, last),
        open_keypad=KEYPADS[settings.keypad.driver](settings),
        gate=gate,
        lamp=lamp,
        sounder=sounder,
        screen=screen,
        open_scanner=SCANNERS[settings.scanner.driver](settings),
        board=SystemBoard(settings.store.path.parent),
        open_passage=PASSAGES[settings.passage.driver](settings),
        lost=tuple((part, lost[part]) for part in (Part.GATE, Part.LAMP, Part.SOUND) if part in lost),
        open_alarm=ALARMS[settings.alarm.driver](settings),
    )


def _or_else(what: str, make: Callable[[], _T], otherwise: Callable[[str], _T], lost: dict[str, str]) -> _T:
    try:
        return make()
    except Exception as failure:
        # A library that raises something else, too, must not keep the door from beginning.
        said = failure if isinstance(failure, DriverError) else DriverBroken(what, failure)
        log.error("%s: %s", what, said)
        lost[what] = str(said)
        return otherwise(str(said))


def _gpio_gate(settings: Settings) -> Gate:
    from drivers.gate.gpio_gate import Fail, GpioGate

    gate = settings.gate
    if gate.entry_pin is None:
        raise DriverMissing("the gate has no pin: set [gate] entry_pin")
    held = gate.mode == "hold" or gate.shut_pin is not None
    return GpioGate(
        entry_pin=gate.entry_pin,
        exit_pin=gate.exit_pin,
        shut_pin=gate.shut_pin,
        pulse_s=gate.pulse_s,
        hold_s=gate.hold_s if held else None,
        active_high=gate.active_high,
        fail=Fail(gate.fail),
        max_on_s=gate.max_on_s or None,
    )


def _lamp(settings: Settings) -> Lamp:
    from drivers.lamp.gpio_lamp import GpioLamp
    from drivers.lamp.palettes import ColumnLight, column, rgb

    lamp = settings.lamp
    outputs = [getattr(lamp, key) for key in lamp_keys(settings)]
    if None in outputs:
        raise DriverMissing("the lamp has not all of its pins: see [lamp] red_pin and the other ones")
    is_rgb = lamp.driver == "rgb"
    return GpioLamp(
        outputs=outputs,
        palette=rgb if is_rgb else column(tuple(ColumnLight(light) for light in lamp.lights)),
        active_high=lamp.active_high,
        dimmable=is_rgb if lamp.dimming == "auto" else lamp.dimming == "on",
    )


def _pygame_sounder(settings: Settings) -> Sounder:
    from drivers.sound.sounder import PygameSounder

    return PygameSounder(volume=settings.sound.volume / 100)


def _buzzer(settings: Settings) -> Sounder:
    from drivers.sound.gpio_buzzer import GpioBuzzer

    sound = settings.sound
    if sound.buzzer_pin is None:
        raise DriverMissing("the buzzer has no pin: set [sound] buzzer_pin")
    return GpioBuzzer(
        pin=sound.buzzer_pin,
        kind=sound.buzzer_kind,
        volume=sound.volume / 100,
        active_high=sound.buzzer_active_high,
    )


def _screen(settings: Settings, clock: Clock) -> Screen:
    from ui.display_card import connected_card
    from ui.phrases import Language
    from ui.screen import PygameScreen

    screen = settings.screen

    def open_screen() -> Screen:
        try:
            opened = PygameScreen(
                size=screen.size,
                fullscreen=screen.fullscreen,
                driver=screen.driver,
                rotate=screen.rotate,
                staff_language=Language(screen.staff_language),
            )
        except ValueError as unfit:  # a display smaller than a page can be
            raise DriverError(str(unfit)) from unfit
        wide, high = opened.size
        log.info("screen: %dx%d through %s", wide, high, opened.driver_name)
        return opened

    # SDL would look through every card for a connector each time; the kernel says it in a file.
    plugged = (lambda: connected_card() is not None) if screen.driver == "kmsdrm" else lambda: True
    return AwaitedScreen(open_screen, plugged=plugged, mono=clock.mono)


GATES: dict[str, Callable[[Settings], Gate]] = {"gpio": _gpio_gate, "none": lambda _settings: NoGate()}
LAMPS: dict[str, Callable[[Settings], Lamp]] = {
    "rgb": _lamp,
    "traffic-light": _lamp,
    "none": lambda _settings: NoLamp(),
}
SOUNDERS: dict[str, Callable[[Settings], Sounder]] = {
    "pygame": _pygame_sounder,
    "buzzer": _buzzer,
    "none": lambda _settings: Silence(),
}
