"""Turns the text of a QR code into a verified `Pass`, or says why not.

The text is a stranger's: the verifier is total, bounded before it decodes, and takes nothing from the message that
decides how the message is verified. It knows no clock: whether the pass counts now is `kiosk/core/who/passes.py`.
"""

from __future__ import annotations

import re
from datetime import timedelta

from kiosk.core.ids import may_hide_an_iin
from kiosk.core.model import Colour, NotACredential, Pass, TextFault
from kiosk.core.who.credential import LONGEST
from kiosk.trust.cose import decoded, integers, parse_sign1
from kiosk.trust.keyring import Keyring
from kiosk.trust.moments import moment
from kiosk.trust.qr_text import octets_of

PREFIX = "AQ1:"
_ANY_VERSION = re.compile(r"AQ[0-9]{1,3}:", re.ASCII)

AUD, EXP, IAT, CTI, COLOUR = 3, 4, 6, 7, -70001
CLAIMS = {EXP, IAT, CTI, COLOUR}
COLOURS = {1: Colour.GREEN, 2: Colour.BLUE, 3: Colour.YELLOW, 4: Colour.RED}
LONGEST_LIFE = timedelta(hours=72)
_DOOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z", re.ASCII)


class _Refused(Exception):
    def __init__(self, reason: TextFault) -> None:
        super().__init__(reason.value)
        self.reason = reason


def verify_pass(text: str, keyring: Keyring) -> Pass | NotACredential:
    """Return the pass that `text` is, signed by a key of `keyring`, or the reason why it is none. Raises nothing."""
    try:
        return _verified(text, keyring)
    except _Refused as refused:
        return NotACredential(reason=refused.reason)
    except Exception:  # total: whatever a stranger's bytes do to a library, they are no pass
        return NotACredential(reason=TextFault.DAMAGED_PASS)


def _verified(text: str, keyring: Keyring) -> Pass:
    _must(len(text) <= LONGEST, TextFault.TOO_LONG)
    if not text.startswith(PREFIX):
        raise _Refused(TextFault.NEWER_PASS if _ANY_VERSION.match(text) else TextFault.NOT_OURS)
    sign1 = parse_sign1(octets_of(text.removeprefix(PREFIX)))
    key = keyring.passes.get(sign1.kid)
    if key is None:
        raise _Refused(TextFault.UNKNOWN_KEY)
    _must(sign1.algorithm == key.algorithm and sign1.signed_by(key.public), TextFault.WRONG_SIGNATURE)
    claims = _pass(sign1.payload, key_id=key.kid.hex())
    _must(key.not_after is None or claims.expires_at <= key.not_after, TextFault.UNKNOWN_KEY)
    return claims


def _pass(payload: bytes, *, key_id: str) -> Pass:
    claims = decoded(payload, dict, depth=1)
    _must(CLAIMS <= claims.keys() <= CLAIMS | {AUD} and integers(claims))
    issued, expires, pass_id, colour, door = (claims.get(key) for key in (IAT, EXP, CTI, COLOUR, AUD))
    issued_at, expires_at = moment(issued), moment(expires)
    _must(timedelta(0) < expires_at - issued_at <= LONGEST_LIFE)
    _must(isinstance(pass_id, bytes) and len(pass_id) == 12 and not may_hide_an_iin(pass_id.hex()))
    _must(integers((colour,)) and colour in COLOURS)
    _must(AUD not in claims or (isinstance(door, str) and _DOOR.match(door) is not None))
    return Pass(
        pass_id=pass_id.hex(),
        colour=COLOURS[colour],
        issued_at=issued_at,
        expires_at=expires_at,
        key_id=key_id,
        door=door,
    )


def _must(holds: bool, otherwise: TextFault = TextFault.DAMAGED_PASS) -> None:
    if not holds:
        raise _Refused(otherwise)
