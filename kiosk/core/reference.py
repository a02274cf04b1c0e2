"""The short number of a visit, by which staff and registry find a refusal again (rule 11)."""

from __future__ import annotations

import hashlib

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Thirty signs that nobody mistakes for one another on the telephone."""
LENGTH = 6


def reference(visit_id: str) -> str:
    """Return six signs in two groups: 7e8 values, so that a day's refusals at one door do not meet.

    Not reversible, and not made of the visitor: of the random visit id only.

    >>> reference("01900000-0000-7000-8000-000000000000")
    '3XG-N6W'
    """
    number = int.from_bytes(hashlib.sha256(visit_id.encode()).digest()[:8])
    signs = ""
    for _ in range(LENGTH):
        number, sign = divmod(number, len(ALPHABET))
        signs += ALPHABET[sign]
    return f"{signs[:3]}-{signs[3:]}"
