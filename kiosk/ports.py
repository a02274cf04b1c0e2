"""What the kiosk needs of the outer world, as Protocols. Drivers and their fakes pass the same contract tests.

Every `close()` may be called twice and never raises. Every call that can wait takes its limit in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from kiosk.core.effects import Signal, Sound
from kiosk.core.events import Key, Passed
from kiosk.core.health.board import Vitals
from kiosk.core.health.camera_view import ViewTrouble
from kiosk.core.hint import Hint
from kiosk.core.model import Colour, Direction, Identifier, NotACredential, Status, Via
from kiosk.core.screen.view import View
from kiosk.core.strokes import Stroke

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Grey: TypeAlias = "NDArray[np.uint8]"
"""A luminance plane: uint8, shape (height, width), rows may be strided. Borrowed: read it before the next one."""


class Camera(Protocol):
    """Gives the newest frame and drops older ones: fresh beats complete."""

    def read(self, wait_s: float) -> Grey:
        """Return the newest frame that was not yet returned.

        Raises CameraLost where none came within `wait_s` seconds; never blocks longer.
        """
        ...

    def close(self) -> None:
        """Give the camera back."""
        ...


class Symbology(StrEnum):
    """The kinds of code that a visitor may bear. kiosk/reader/formats.py says what each is for and what it costs."""

    QR = "qr"
    CODE_128 = "code-128"
    CODE_39 = "code-39"
    PDF417 = "pdf417"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One code in a frame."""

    text: str = field(repr=False)
    """As the engine decoded it; may be anything: it goes through core/credential before it means something."""
    corners: tuple[tuple[int, int], ...]
    """Four (x, y) in pixels of the frame that was given, or empty where the engine does not tell."""
    engine: str
    symbology: Symbology = Symbology.QR


class Decoder(Protocol):
    """Finds codes in a frame. Total: whatever the picture holds, it returns a list and raises nothing."""

    name: str

    def decode(self, frame: Grey) -> list[Reading]:
        """Return every code that could be read, in no particular order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the eyes tell of the newest frame."""

    mono: float
    """When it was looked at, in seconds of the monotonic clock."""
    moved_at: float = float("-inf")
    """When something last moved before the camera, by the same clock."""
    readings: tuple[Reading, ...] = ()
    """Its codes, the one nearest the middle first."""
    guidance: Hint | None = None
    """What would help whoever holds up a code that is not read."""
    trouble: ViewTrouble | None = None
    """What is wrong with the picture as a whole."""
    frame: Grey | None = None
    """The picture itself, only where it is to be drawn."""
    scenery: bytes = field(default=b"", repr=False)
    """What was learned of the hall, where it is worth keeping over a restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What earlier eyes knew of the view: it is handed to those that are opened next."""

    scenery: bytes = field(default=b"", repr=False)
    """What the hall looks like (`kiosk/reader/scenery.py`); empty where nobody knows."""
    trouble: ViewTrouble | None = None
    """What was wrong with the picture, until somebody sees that it is not any more."""


NOTHING_LEARNED = Learned()


class Eyes(Protocol):
    """A camera and the reader behind it."""

    def look(self, wait_s: float) -> Seen:
        """Return what is to be told next.

        Raises CameraLost where nothing came within `wait_s` seconds; never blocks longer.
        """
        ...

    def hear(self, *, is_open: bool, read: int) -> None:
        """Take what the door knows: whether visitors may come now, and how many new codes it took from the last look."""
        ...

    def close(self) -> None:
        """Give the camera back."""
        ...


class Keypad(Protocol):
    """Keys, from wherever: a USB keypad, a matrix, the window."""

    def read(self, wait_s: float) -> Stroke | None:
        """Return the next key that went down or up, or None after `wait_s` seconds. Raises DriverError when it is gone.

        What waits is returned before what is awaited, also with `wait_s` 0. What was down when it went is down no more.
        """
        ...

    def close(self) -> None:
        """Give the keypad back."""
        ...


Scanned: TypeAlias = "str | NotACredential"
"""What a desk scanner gives: the text, which may be anything, or why it is none. Never printed."""


class Scanner(Protocol):
    """A scanner on the desk that reads codes by itself: its texts go the way of the camera's."""

    def read(self, wait_s: float) -> Scanned | None:
        """Return the next whole scan, or why it was refused; None after `wait_s` seconds. Raises DriverError when it is gone."""
        ...

    def close(self) -> None:
        """Give the scanner back."""
        ...


class PassageSensor(Protocol):
    """Sees people go through the gate."""

    fault: str
    """What keeps it from seeing, for staff; empty while nothing does. Looked at by each `read`."""

    def read(self, wait_s: float) -> Passed | None:
        """Return the next passage, or None after `wait_s` seconds. Raises DriverError when it is gone."""
        ...

    def close(self) -> None:
        """Give the sensor back."""
        ...


class FireAlarm(Protocol):
    """Hears the building's fire alarm. It releases no door: that is the building's own hardware."""

    def read(self, wait_s: float) -> bool | None:
        """Return whether it rings, the first time and after each change; None where nothing changed in `wait_s` seconds.

        Raises DriverError when it is gone.
        """
        ...

    def close(self) -> None:
        """Give the input back."""
        ...


class Gate(Protocol):
    """Lets one person through. Owns its pulse: the line is off again whatever happens."""

    def open(self, direction: Direction) -> None:
        """Start one pulse and return at once; the pulse ends by itself. Raises DriverError if the line cannot be set.

        Called during a pulse it prolongs it: one pulse from now, never two edges.
        """
        ...

    def shut(self, direction: Direction) -> None:
        """Nobody is on the way in this direction any more: end what is held open for them, and return at once.

        A gate that only pulses has nothing to end: its turnstile locks by itself. Raises DriverError like `open`.
        """
        ...

    def close(self) -> None:
        """End any pulse and leave the line safe."""
        ...


class Lamp(Protocol):
    """Shows the same as the screen, from afar: the colour of the status in the rhythm of the decision."""

    def show(self, signal: Signal, colour: Colour | None, fault: int = 0) -> None:
        """Change at once and return. `fault` above 0 is blinked (kiosk/core/health/faults.py), in no status colour, and begins anew only
        when it changes; IDLE and OUT_OF_ORDER alone bear one.
        """
        ...

    def close(self) -> None:
        """Go dark."""
        ...


class Sounder(Protocol):
    """Makes one of a few sounds."""

    def play(self, sound: Sound) -> None:
        """Start it and return at once; a newer sound ends an older one."""
        ...

    def close(self) -> None:
        """Fall silent."""
        ...


class Board(Protocol):
    """The computer itself. Total: what it does not tell is None."""

    def read(self) -> Vitals:
        """Look once, within a moment. Raises nothing."""
        ...


class Screen(Protocol):
    """The one display. Called from the main thread only (SDL wants it)."""

    def show(self, view: View, preview: Grey | None = None) -> None:
        """Paint the view; `preview` is the camera's newest frame where the view wants it."""
        ...

    @property
    def down(self) -> Key | None:
        """The key that is down now, by hand or under a finger, as of the last `poll`; None: none is."""
        ...

    def poll(self) -> list[Key]:
        """Return the keys typed or touched since the last call. Raises `KeyboardInterrupt` when the window closes."""
        ...

    def close(self) -> None:
        """Give the display back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the registry says of one visitor."""

    status: Status | None
    subject: str = ""


class Registry(Protocol):
    """The questions that a door asks while a visitor waits."""

    def ask(
        self, visit_id: str, identifier: Identifier, direction: Direction, via: Via, deadline_s: float
    ) -> Answer:
        """Return the status, within `deadline_s` seconds in all. Raises RegistryUnreachable or RegistryRefused."""
        ...

    def take_place(self, visit_id: str, deadline_s: float) -> bool:
        """Return whether the venue has a place for a visit, within `deadline_s` seconds. Raises as `ask`."""
        ...


class Clock(Protocol):
    """Both clocks. Whoever begins something (a door, a command, the demo) makes the real one."""

    def wall(self) -> datetime:
        """UTC."""
        ...

    def mono(self) -> float:
        """Seconds, never backwards."""
        ...

    def trusted(self) -> bool:
        """Whether the wall clock is known to be right (synchronised since boot)."""
        ...
