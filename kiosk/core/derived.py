"""Ids that follow from another id: always the same, so that nothing can be told twice."""

from __future__ import annotations

import hashlib
import uuid


def derived_id(origin: str, what: str) -> str:
    """Return the id of what belongs to `origin`, a UUID: shaped like a UUIDv7 with the same time in it.

    Every id that leaves the kiosk has that one form, and the store takes no other.

    >>> derived_id("01900000-0000-7000-8000-000000000000", "passage")
    '01900000-0000-7dd7-9c7d-db5226a40c53'
    """
    seed = uuid.UUID(origin).bytes
    octets = bytearray(seed[:6] + hashlib.sha256(seed + what.encode()).digest()[:10])
    octets[6] = 0x70 | octets[6] & 0x0F
    octets[8] = 0x80 | octets[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(octets)))
