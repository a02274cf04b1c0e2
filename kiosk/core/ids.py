"""The one form of every id that leaves the kiosk, ids that follow from another one, and the short number of a visit."""

from __future__ import annotations

import hashlib
import re
import uuid

TIME_BYTES, REST_BYTES = 6, 10
REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Thirty signs that nobody mistakes for one another on the telephone."""
REFERENCE_LENGTH = 6


_MAY_BE_AN_IIN = re.compile(r"\d{12}0{12}|(?:3\d){12}|0{12}(?!0000)\d{12}")


def may_hide_an_iin(random_hex: str) -> bool:
    """Whether 24 hexadecimal digits may be twelve decimal ones among zeros, or their ASCII codes: no random id is.

    The store takes none of them (kiosk/store/forms.py), so whoever sends one must not get it that far.

    >>> may_hide_an_iin("850101300123000000000000"), may_hide_an_iin("0" * 24), may_hide_an_iin("0123456789abcdef01234567")
    (True, True, False)
    """
    return _MAY_BE_AN_IIN.fullmatch(random_hex) is not None


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


def reference(visit_id: str) -> str:
    """Return the short number by which staff and registry find a refusal again (rule 11): six signs in two groups, 7e8 values, so that a day's refusals at one door do not meet.

    Not reversible, and not made of the visitor: of the random visit id only.

    >>> reference("01900000-0000-7000-8000-000000000000")
    '3XG-N6W'
    """
    number = int.from_bytes(hashlib.sha256(visit_id.encode()).digest()[:8])
    signs = ""
    for _ in range(REFERENCE_LENGTH):
        number, sign = divmod(number, len(REFERENCE_ALPHABET))
        signs += REFERENCE_ALPHABET[sign]
    return f"{signs[:3]}-{signs[3:]}"
