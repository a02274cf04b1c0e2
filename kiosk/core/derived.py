"""The one form of every id that leaves the kiosk, and ids that follow from another one."""

from __future__ import annotations

import hashlib
import uuid

TIME_BYTES, REST_BYTES = 6, 10


def uuid7(time: bytes, rest: bytes) -> str:
    """Return a UUIDv7 (RFC 9562) of 6 bytes of unix milliseconds and 10 bytes of anything, 6 bits of which give way."""
    octets = bytearray(time[:TIME_BYTES] + rest[:REST_BYTES])
    octets[6] = 0x70 | octets[6] & 0x0F
    octets[8] = 0x80 | octets[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(octets)))


def derived_id(origin: str, what: str) -> str:
    """Return the id of what belongs to `origin`, a UUID: always the same, so that nothing can be told twice.

    It has the same time in it; the store takes no other form.

    >>> derived_id("01900000-0000-7000-8000-000000000000", "passage")
    '01900000-0000-7dd7-9c7d-db5226a40c53'
    """
    seed = uuid.UUID(origin).bytes
    return uuid7(seed, hashlib.sha256(seed + what.encode()).digest())
