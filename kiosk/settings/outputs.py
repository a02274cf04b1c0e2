"""The table of what can be set, for what the kiosk drives: gate, lamp, sound. The other sections are in `settings/sections.py`."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.core.rule.policy import Window
from kiosk.settings.pins import pin
from kiosk.settings.schema import choice, flag, key, local_hours, number, several


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """The turnstile or lock, driven through relays."""

    driver: str = key(
        choice("gpio", "none"), "none", "none: the door is opened by people, the kiosk only tells."
    )
    entry_pin: int | None = key(
        pin(), 17, "The relay that opens the gate: inwards where exit_pin is another one, else both ways."
    )
    exit_pin: int | None = key(
        pin(), 0, "A relay of its own for the way out; 0 where one relay opens both ways."
    )
    shut_pin: int | None = key(
        pin(),
        0,
        "A relay on the gate's stop or close input: a pulse on it shuts the gate when the visitor has passed, or after "
        "hold_s. 0 where the gate shuts by itself.",
    )
    mode: str = key(
        choice("pulse", "hold"),
        "pulse",
        "pulse: the relay is on for pulse_s, and the turnstile does the rest. hold: it is on until the passage sensor "
        "saw the visitor, or for hold_s: a door that stands open only as long as it must.",
    )
    pulse_s: float = key(number(0.1, 10, "s"), 0.5, "How long a pulse is.")
    hold_s: float = key(
        number(1, 60, "s"), 5.0, "How long the gate is held for one person, and until shut_pin shuts it."
    )
    max_on_s: float = key(
        number(0, 60, "s"),
        10.0,
        "The longest time that the relay stays on, to protect the coil; on average it is on for at most half of the time. "
        "0 is no limit, for a coil rated 100 % ED. Not used for a magnet, which opens when its power is taken away.",
    )
    active_high: bool = key(
        flag(), True, "false for a relay board that switches when its input is pulled to ground."
    )
    fail: str = key(
        choice("secure", "safe"),
        "secure",
        "secure: a pulse energises the lock, as of a turnstile or a strike. safe: a magnet that a pulse lets go, "
        "and that is open without power.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LampSettings:
    """The lamp that shows the colour from afar."""

    driver: str = key(
        choice("rgb", "traffic-light", "none", renamed={"gpio": "rgb"}),
        "none",
        "rgb: three outputs, one for each colour of an RGB lamp. traffic-light: a column, an output for each of its lights.",
    )
    lights: tuple[str, ...] = key(
        several("red", "yellow", "green", "blue", "white"),
        ["red", "yellow", "green"],
        "The lights that a traffic-light has. Without blue, that status is yellow and green together; without white, "
        '"could not check" is all of them.',
    )
    red_pin: int | None = key(pin(), 5, "The output for red.")
    green_pin: int | None = key(pin(), 6, "The output for green.")
    blue_pin: int | None = key(pin(), 13, "The output for blue.")
    yellow_pin: int | None = key(pin(), 19, "The output for yellow, of a traffic-light.")
    white_pin: int | None = key(pin(), 26, "The output for white, of a traffic-light that has one.")
    active_high: bool = key(
        flag(), True, "false for a lamp with a common anode, or a relay board that switches on ground."
    )
    dimming: str = key(
        choice("auto", "on", "off"),
        "auto",
        "Whether the outputs may be dimmed by switching them fast, which wears relays out. auto: rgb yes, traffic-light no.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundSettings:
    """What is heard."""

    driver: str = key(
        choice("pygame", "buzzer", "none"),
        "pygame",
        "pygame: a loudspeaker. buzzer: one on a pin. none: the kiosk is silent.",
    )
    volume: float = key(
        number(0, 100, "percent"), 70.0, "How loud. An active buzzer knows only silent (0) and loud."
    )
    quiet_hours: Window | None = key(
        local_hours(), "", 'When it is silent, in local time, such as "22:00-07:00".'
    )
    buzzer_pin: int | None = key(pin(), 12, "The output for the buzzer.")
    buzzer_kind: str = key(
        choice("active", "passive"),
        "active",
        "active: it has its own tone and knows only rhythms. passive: it is given the pitch too.",
    )
    buzzer_active_high: bool = key(
        flag(), True, "false for a module that sounds when its input is pulled to ground."
    )
