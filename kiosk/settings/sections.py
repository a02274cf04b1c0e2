"""The table of everything that can be set: sections, keys, kinds, defaults, comments.

What the kiosk drives (gate, lamp, sound) is in `settings/outputs.py`, what it hears beside its camera in `settings/inputs.py`. A key stands in one of them and nowhere else:
the checks, `config/kiosk.toml` and `docs/configuration.md` come from them (`python -m kiosk.commands.reference_pages`). No secret is ever a value here: keys come with the enrolment (kiosk/enrolment/device.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.core.model import DoorKind
from kiosk.core.rule.policy import Window
from kiosk.ports import Symbology
from kiosk.settings.pins import pins
from kiosk.settings.schema import (
    ValueKind,
    address,
    choice,
    device,
    fingerprint,
    flag,
    key,
    local_hours,
    number,
    path,
    several,
    size,
    size_or_auto,
    text,
    time_zone,
    whole,
)

_NAME = r"[A-Z0-9](?:[A-Z0-9-]{0,14}[A-Z0-9])?"


def _name(what: str) -> ValueKind:
    return text(f"{what} of 1 to 16 capital Latin letters, digits and hyphens", _NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSettings:
    """The door that the kiosk stands at."""

    id: str = key(_name("a name"), "A1", "What the registry calls this door; it is part of the venue code.")
    kind: DoorKind = key(
        choice(*DoorKind),
        "entry",
        "Which way people go here. A toggle door takes who is known to be inside as leaving.",
    )
    attended: bool = key(
        flag(),
        True,
        "Whether staff can see this door. Where they cannot, the keypad is rationed and the policy says what a saved pass is worth.",
    )
    timezone: ZoneInfo = key(
        time_zone(), "Asia/Almaty", "The venue's wall clock: opening hours are meant in it."
    )
    venue_code: bool = key(
        flag(),
        True,
        "Whether the idle screen shows the venue code for visitors' phones, where the registry gave one at enrolment.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrySettings:
    """The registry and how long a visitor waits for it."""

    url: str = key(address(), "http://127.0.0.1:8080", "The registry's address, without /v1.")
    authorities: str = key(
        text('"system" or the absolute path of a file of certificates (PEM)', r"system|/[^\0]+"),
        "system",
        "Whose certificates the registry may show: the system's, or those of a state's or company's own authority.",
    )
    device: str = key(_name("a name"), "KIOSK-1", "What the registry calls this kiosk.")
    question_s: float = key(
        number(0.3, 10, "s"), 1.5, 'How long a visitor waits for the answer before it is "could not check".'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    """The camera that visitors show their codes to."""

    driver: str = key(
        choice("auto", "v4l2", "picamera2", "replay", "none"),
        "auto",
        "picamera2 for a ribbon cable, v4l2 for USB, auto takes what it finds, replay plays a made-up recording.",
    )
    device: str = key(
        device(),
        "auto",
        "Which USB camera, as /dev/v4l/by-id/...-video-index0; auto takes one, and the same one again when it was pulled.",
    )
    size: tuple[int, int] = key(
        size(), "1280x720", "Width and height of the picture that is searched for codes."
    )
    fps: int = key(whole(5, 60, "fps"), 30, "How many pictures the camera is asked for.")
    profile: str = key(
        choice("auto", "bright-hall", "dark-corridor", "phones-only", "none"),
        "auto",
        "How it exposes, for phones that shine: docs/wiring/camera.md says what each sets; none leaves the camera as it is.",
    )
    focus: str = key(
        choice("fixed", "continuous", "camera"),
        "fixed",
        "Where the lens can be set: fixed at focus_cm, continuous follows what is near, camera leaves it as it is.",
    )
    focus_cm: float = key(
        number(5, 200, "cm"), 26.0, "How far from a ribbon camera phones are held: its lens is fixed there."
    )
    usb_focus_step: int = key(
        whole(0, 1023, "steps"),
        0,
        "Where a USB camera's lens is fixed, in its own numbers (v4l2-ctl -C focus_absolute); 0: it keeps its autofocus.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSettings:
    """What is looked for in the camera's pictures, and what counts as one code."""

    formats: tuple[Symbology, ...] = key(
        several(*Symbology),
        [each.value for each in Symbology],
        "qr for passes; the others are barcodes of ID cards, looked for five times a second where something moves that "
        "looks like bars.",
    )
    process: str = key(
        choice("auto", "service", "own"),
        "auto",
        "Which process looks: service is ashyq-kiosk-eyes, which has the camera and nothing else; own is one that the kiosk begins; "
        "auto takes the service where there is one.",
    )
    hold_s: float = key(
        number(0.5, 30, "s"), 3.0, "The same code counts anew only after it was away for this long."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeypadSettings:
    """The keys on which an IIN is typed."""

    driver: str = key(
        choice("auto", "evdev", "matrix", "screen", "none"),
        "auto",
        "evdev for a USB keypad, matrix for one of 4x3 or 4x4 keys on pins, screen for the touch screen alone, auto takes a keypad where one is plugged in.",
    )
    device: str = key(device(), "auto", "Which input device, as /dev/input/by-id/...-event-kbd.")
    row_pins: tuple[int, ...] = key(
        pins(4, "the rows"), [16, 20, 21, 18], "Of a matrix: its four rows from the top."
    )
    column_pins: tuple[int, ...] = key(
        pins(4, "the columns"), [4, 9, 10, 11], "Of a matrix: its three or four columns from the left."
    )
    guesses_per_minute: int = key(
        whole(1, 60, "tries"),
        6,
        "How many numbers may be tried in a minute where nobody watches; then the keypad rests.",
    )
    guesses_per_hour: int = key(
        whole(1, 1000, "tries"), 30, "How many in an hour; then it rests until one is an hour old."
    )
    guesses_per_day: int = key(
        whole(1, 5000, "tries"), 200, "How many in a day; then it rests until one is a day old."
    )
    attended_factor: int = key(
        whole(1, 50, "tries"), 8, "At an attended door so many times as many are allowed, of each of these."
    )
    mistakes_in_a_row: int = key(
        whole(1, 20, "tries"), 5, "After so many mistyped numbers the keypad rests, where nobody watches."
    )
    pause_s: float = key(
        number(5, 600, "s"), 30.0, "How long it rests the first time; each further time twice as long."
    )
    longest_pause_s: float = key(
        number(5, 3600, "s"),
        900.0,
        "It never rests longer; after so long a quiet it begins with pause_s again.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSettings:
    """The one display."""

    driver: str = key(
        choice("kmsdrm", "x11", "wayland", "offscreen"),
        "kmsdrm",
        "kmsdrm draws on the panel without a desktop. There is no auto: it would end on a black screen.",
    )
    size: tuple[int, int] | None = key(size_or_auto(), "auto", "The window; auto is the whole display.")
    rotate: int = key(choice(0, 90, 180, 270), 0, "Degrees clockwise by which the panel is mounted turned.")
    fullscreen: bool = key(flag(), True, "false for a window on a desktop.")
    public_colours: str = key(
        choice("full", "decision-only"),
        "full",
        "decision-only shows a refusal in grey, so that people behind do not learn the status.",
    )
    staff_language: str = key(
        choice("kk", "ru", "en"),
        "kk",
        "In which language the strip at the top speaks to staff. Visitors are spoken to in all three.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesSettings:
    """How long each screen stays, and how long the door waits."""

    admitted_s: float = key(number(0.8, 30, "s"), 3.0, "The screen of who was admitted.")
    refused_s: float = key(number(2, 60, "s"), 6.0, "The screen of who was refused.")
    unchecked_s: float = key(number(5, 300, "s"), 20.0, 'The screen "could not check", until staff come.')
    notice_s: float = key(
        number(1, 10, "s"), 3.0, 'A notice to a visitor, such as "that code is not a pass".'
    )
    keypad_idle_s: float = key(number(5, 120, "s"), 20.0, "A half-typed IIN is forgotten when no key comes.")
    confirm_s: float = key(number(3, 60, "s"), 15.0, "A typed IIN waits this long to be confirmed.")
    record_s: float = key(
        number(0.2, 10, "s"), 2.0, "How long the disk may take to record a visit before staff are called."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where visits are kept until the registry has them."""

    runtime: Path = key(
        path(),
        "/run/ashyq-kiosk",
        "Where who is inside is kept, as keyed hashes, over a restart; it has to be in memory, and go with the power.",
    )
    path: Path = key(path(), "/var/lib/ashyq-kiosk/kiosk.db", "The database; its folder has to exist.")
    keep_days: int = key(whole(1, 365, "days"), 30, "How long a visit is kept after the registry has it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentSettings:
    """Whose door this device may become."""

    root: str = key(
        fingerprint(),
        "",
        "The only root key whose enrolment codes are taken, as `enrolment create` prints it.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSettings:
    """How visits travel to the registry."""

    batch: int = key(whole(1, 500, "records"), 500, "How many records go at once.")
    policy_every_s: float = key(number(5, 3600, "s"), 60.0, "How often policy and keys are asked for.")
    heartbeat_every_s: float = key(
        number(5, 3600, "s"), 60.0, "How often the kiosk tells the registry that it lives."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSettings:
    """How a new release takes over (`kiosk update`)."""

    hours: Window | None = key(
        local_hours(),
        "",
        'When it may, in local time, such as "02:00-05:00"; "": at any hour. Then it waits until nobody is at the door, half an hour at most.',
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """The journal: it goes to standard error, where systemd takes it up."""

    level: str = key(
        choice("debug", "info", "warning", "error"),
        "info",
        "info is one line a visit; debug is for a fault that hides.",
    )
