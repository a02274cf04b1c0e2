"""The venue's QR code on our own screen: another one every 15 seconds, so that a photo of it is worthless in a minute.

`HTTPS://A.KZ/V/<DOOR>.<CODE>`, upper case so that a QR code holds it in alphanumeric mode (43 characters, version 3-Q).
CODE is Crockford's base32 of the 15-second step (5 bytes) and 80 bits of HMAC-SHA256 over door and step.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime

STEP_S = 15
STEP_BYTES = 5
KEY_BYTES = 32
"""A door's key: random bytes that the registry made."""
TAG_BYTES = 10


@dataclass(frozen=True, slots=True)
class VenueCode:
    """What a door needs for its own code. The registry gives it at enrolment, and nobody else has it."""

    url: str
    """What the code begins with, as `HTTPS://A.KZ/V/`."""
    key: bytes = field(repr=False)


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def step_of(now: datetime) -> int:
    """Return the number of the 15-second step that `now` lies in."""
    return int(now.timestamp()) // STEP_S


def code_at(url: str, door: str, key: bytes, now: datetime) -> str:
    """Return the text of the venue code for this door at this moment."""
    return code_of_step(url, door, key, step_of(now))


def code_of_step(url: str, door: str, key: bytes, step: int) -> str:
    """Return the text of the venue code of one step."""
    step_bytes = step.to_bytes(STEP_BYTES)
    tag = hmac.digest(key, door.upper().encode() + b"|" + step_bytes, "sha256")[:TAG_BYTES]
    return f"{url.upper()}{door.upper()}.{_base32(step_bytes + tag)}"


def door_in(url: str, text: str) -> str | None:
    """Return the door that a venue code belongs to, ours or not; None for any other text."""
    if not text.upper().startswith(url.upper()):
        return None
    door, dot, _code = text[len(url) :].upper().partition(".")
    return door if dot else None


def _base32(octets: bytes) -> str:
    bits = len(octets) * 8
    number = int.from_bytes(octets)
    signs = -(-bits // 5)
    number <<= signs * 5 - bits
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range((signs - 1) * 5, -1, -5))
