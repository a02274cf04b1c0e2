"""What a code that was read means: an identifier, a pass, our own venue code, or nothing of ours, and why.

Anything may be held before the camera: every text is either understood or refused with a reason, and none raises.
A code that is none of ours is never looked up: a link that happens to hold twelve digits is nobody's IIN.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kiosk.core.model import (
    Credential,
    Identifier,
    IdentifierKind,
    NotACredential,
    OwnVenueCode,
    Pass,
    TextFault,
)
from kiosk.core.who import iin
from kiosk.core.who.venue_code import door_in

LONGEST = 1200
"""Characters. The longest pass of ours has 175; bounded before anything is decoded."""

Verify = Callable[[str], Pass | NotACredential]

_PASS = re.compile(r"AQ[0-9]{1,3}:", re.ASCII)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
CARD_FORMATS = (
    ("bare number", re.compile(r"\s*([0-9]{12})\s*\Z", re.ASCII)),
    ("labelled", re.compile(r"\s*(?:ЖСН|ИИН|IIN)[ :=#№]{0,3}([0-9]{12})\s*\Z")),
    # ICAO 9303 TD1, first line: IDKAZ, document number and its check digit, then the optional field, which holds the IIN.
    ("card, machine-readable zone", re.compile(r"I[A-Z<]KAZ[0-9A-Z<]{9}[0-9<]([0-9]{12})<", re.ASCII)),
)
"""Where the IIN stands in what a national ID card may bear. Not verified with a real card: so they are a table."""


def understand(text: str, *, verify: Verify, venue_url: str, door: str) -> Credential:
    """Return what `text` identifies. `verify` checks a pass's signature; it is total and knows no time."""
    if not text.strip():
        return NotACredential(reason=TextFault.EMPTY)
    if len(text) > LONGEST:
        return NotACredential(reason=TextFault.TOO_LONG)
    if _CONTROL.search(text):
        return NotACredential(reason=TextFault.CONTROL_BYTES)
    if _PASS.match(text):
        return verify(text)
    if venue_url and (shown_at := door_in(venue_url, text)) is not None:
        return OwnVenueCode() if shown_at == door.upper() else NotACredential(reason=TextFault.OTHER_DOOR)
    number = card_number(text)
    if number is None:
        return NotACredential(reason=TextFault.NOT_OURS)
    if not iin.is_valid(number):
        return NotACredential(reason=TextFault.BAD_IIN)
    return Identifier(kind=IdentifierKind.IIN, value=number)


def precedence(credential: Credential) -> int:
    """Return the place of a code among those that are in view together: ours first, our own venue code last.

    >>> precedence(OwnVenueCode()) > precedence(NotACredential(reason=TextFault.NOT_OURS))
    True
    """
    match credential:
        case Identifier() | Pass():
            return 0
        case NotACredential():
            return 1
        case OwnVenueCode():
            return 2


def card_number(text: str) -> str | None:
    """Return the twelve digits that stand where a card bears its IIN, right or mistyped; None where nothing stands there."""
    matches = (pattern.match(text) for _name, pattern in CARD_FORMATS)
    return next((match.group(1) for match in matches if match), None)


def bears_iin(text: str) -> bool:
    """Whether the text is a card's, with an IIN whose check digit is right."""
    number = card_number(text)
    return number is not None and iin.is_valid(number)
