"""What goes over the line between the door and its eyes: JSON, one message a packet, each bounded.

The eyes look at strangers' pictures, and a picture may have made them somebody else's. So whatever comes from them is read as if a
stranger had written it: every field has a form and a bound, and a message that has not is the end of the line.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from dataclasses import dataclass, field
from typing import Any

from kiosk.core.health.camera_view import ViewTrouble
from kiosk.core.hint import Hint
from kiosk.core.printable import printable
from kiosk.core.who.credential import LONGEST
from kiosk.errors import CameraLost, DriverError, DriverHangs, DriverMissing
from kiosk.ports import Learned, Reading, Seen, Symbology

LONGEST_BYTES = 128 * 1024
"""Of one message: less than a UNIX socket takes at once by default (212,992), more than what is learned of a hall."""
MOST_READINGS = 16
LONGEST_SCENERY = 64_000
LONGEST_SENTENCE = 500
LARGEST_PX = 4096
OLDEST_S = 60.0
"""A frame that was looked at longer ago, or later than now, was looked at by no honest clock."""
KINDS: dict[str, type[DriverError]] = {
    "lost": CameraLost,
    "missing": DriverMissing,
    "hangs": DriverHangs,
    "broken": DriverError,
}
"""How a camera fails -> the error that the door raises for it."""


class Garbled(Exception):
    """A message that is none of ours. It says what was expected, and nothing of what came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Where in the shared memory a frame lies."""

    slot: int
    wide: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraOpened:
    """The camera is open, and pictures come through a memory of so many slots of so many bytes."""

    slots: int
    slot_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The camera, or the eyes, do not work. `kind` is one of KINDS."""

    kind: str
    sentence: str

    @property
    def error(self) -> DriverError:
        """What to raise for it."""
        return KINDS[self.kind](self.sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCamera:
    """The door's first word: how to open the camera (the sections `camera` and `reader` of a configuration, as TOML)."""

    settings: str
    learned: Learned = field(default_factory=Learned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the door knows: see `kiosk.ports.Eyes.hear`."""

    is_open: bool
    read: int


def seen(what: Seen, picture: Picture | None) -> bytes:
    """Return the message of one look; `picture`: where its frame lies, where it is to be drawn.

    What does not fit is left out: more codes than MOST_READINGS, the tail of a text that is longer than any credential.
    """
    return _packed(
        {
            "t": what.mono,
            "m": what.moved_at if math.isfinite(what.moved_at) else None,
            "r": [
                [each.text[: LONGEST + 1], each.symbology, each.engine, [list(at) for at in each.corners]]
                for each in what.readings[:MOST_READINGS]
            ],
            "g": what.guidance,
            "v": what.trouble,
            "p": None if picture is None else [picture.slot, picture.wide, picture.high],
            "s": base64.b64encode(what.scenery).decode(),
        }
    )


def opened(slots: int, slot_bytes: int) -> bytes:
    """Return the message that the camera is open."""
    return _packed({"opened": [slots, slot_bytes]})


def failed(failure: DriverError) -> bytes:
    """Return the message that it is not."""
    kind = next((kind for kind, error in KINDS.items() if type(failure) is error), "broken")
    return _packed({"failed": [kind, str(failure)[:LONGEST_SENTENCE]]})


def to_open(order: OpenCamera) -> bytes:
    """Return the door's first message."""
    scenery = base64.b64encode(order.learned.scenery).decode()
    return _packed({"open": order.settings, "scenery": scenery, "trouble": order.learned.trouble})


def hear(word: Heard) -> bytes:
    """Return the message of what the door knows."""
    return _packed({"is_open": word.is_open, "read": word.read})


def of_the_eyes(packet: bytes, now: float) -> tuple[Seen, Picture | None] | CameraOpened | Failed:
    """Return what the eyes say, at `now` seconds of the monotonic clock. Total: raises Garbled and nothing else."""
    match _unpacked(packet):
        case {"opened": [int(slots), int(slot_bytes)]} if slots > 0 and slot_bytes > 0:
            return CameraOpened(slots=slots, slot_bytes=slot_bytes)
        case {"failed": [str(kind), str(sentence)]} if kind in KINDS:
            return Failed(kind=kind, sentence=printable(sentence[:LONGEST_SENTENCE]))
        case {
            "t": mono,
            "m": moved_at,
            "r": list(rows),
            "g": guidance,
            "v": trouble,
            "p": place,
            "s": str(learned),
        }:
            at = _moment(mono, now)
            return (
                Seen(
                    mono=at,
                    moved_at=float("-inf") if moved_at is None else min(_number(moved_at), at),
                    readings=_readings(rows),
                    guidance=_one_of(Hint, guidance),
                    trouble=_one_of(ViewTrouble, trouble),
                    scenery=_bytes(learned),
                ),
                _picture(place),
            )
    raise Garbled("expected a word of the eyes")


def of_the_door(packet: bytes) -> OpenCamera | Heard:
    """Return what the door says. Raises Garbled."""
    match _unpacked(packet):
        case {"open": str(settings), "scenery": str(scenery), "trouble": trouble}:
            learned = Learned(scenery=_bytes(scenery), trouble=_one_of(ViewTrouble, trouble))
            return OpenCamera(settings=settings, learned=learned)
        case {"is_open": bool(is_open), "read": int(read)} if 0 <= read <= LARGEST_PX:
            return Heard(is_open=is_open, read=read)
    raise Garbled("expected a word of the door")


def _packed(what: object) -> bytes:
    # A text with half a surrogate pair is somebody's joke; as an escape it is a character like others.
    return json.dumps(what, separators=(",", ":"), allow_nan=False).encode()


def _unpacked(packet: bytes) -> Any:
    if len(packet) > LONGEST_BYTES:
        raise Garbled(f"expected at most {LONGEST_BYTES} bytes")
    try:
        return json.loads(packet)
    except (ValueError, RecursionError):
        raise Garbled("expected JSON") from None


def _readings(rows: list[Any]) -> tuple[Reading, ...]:
    if len(rows) > MOST_READINGS:
        raise Garbled(f"expected at most {MOST_READINGS} codes in a frame")
    return tuple(_reading(row) for row in rows)


def _reading(row: Any) -> Reading:
    match row:
        case [str(text), str(symbology), str(engine), list(corners)]:
            if len(text) <= LONGEST + 1 and len(engine) <= 40 and len(corners) in (0, 4):
                kind = _one_of(Symbology, symbology)
                if kind is not None:
                    return Reading(
                        text=text,
                        symbology=kind,
                        engine=printable(engine),
                        corners=tuple(_corner(at) for at in corners),
                    )
    raise Garbled("expected a text, its kind, its engine and four corners")


def _corner(at: Any) -> tuple[int, int]:
    match at:
        case [int(x), int(y)] if abs(x) <= 2 * LARGEST_PX and abs(y) <= 2 * LARGEST_PX:
            return x, y
    raise Garbled("expected a corner in the picture")


def _picture(place: Any) -> Picture | None:
    match place:
        case None:
            return None
        case [int(slot), int(wide), int(high)] if (
            slot >= 0 and 0 < wide <= LARGEST_PX and 0 < high <= LARGEST_PX
        ):
            return Picture(slot=slot, wide=wide, high=high)
    raise Garbled("expected a place in the shared memory")


def _moment(value: Any, now: float) -> float:
    at = _number(value)
    if not now - OLDEST_S <= at <= now:
        raise Garbled(f"expected a frame of the last {OLDEST_S:g} s")
    return at


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Garbled("expected a number")
    try:
        number = float(value)
    except OverflowError:
        raise Garbled("expected a number of seconds") from None
    if not math.isfinite(number):
        raise Garbled("expected a number of seconds")
    return number


def _one_of(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    try:
        return kind(value)
    except ValueError:
        raise Garbled(f"expected a {kind.__name__}") from None


def _bytes(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Garbled("expected base64") from None
    if len(content) > LONGEST_SCENERY:
        raise Garbled(f"expected at most {LONGEST_SCENERY} bytes of what was learned")
    return content
