"""A text as the modules of a QR code, quiet zone included. Draws nothing."""

from __future__ import annotations

from functools import lru_cache

import segno

QUIET = 4
"""Modules of white on each side: what the standard asks for."""
LEAST_PX = 5
"""A module on the screen is never smaller: phones read it at arm's length (docs/facts.md#modules-of-a-code)."""


@lru_cache(maxsize=8)
def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the rows of the code, True for a dark module. Error correction Q, as the venue code wants it."""
    code = segno.make_qr(text, error="q", boost_error=False)
    return tuple(tuple(bool(dark) for dark in row) for row in code.matrix_iter(border=QUIET))
