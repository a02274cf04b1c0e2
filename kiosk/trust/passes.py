"""Turns the text of a QR code into a verified `Pass`, or says why not.

The text is a stranger's: the verifier is total, bounded before it decodes, and takes nothing from the message that
decides how the message is verified. It knows no clock: whether the pass counts now is `kiosk/core/passes.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, NoReturn

import base45
import cbor2
from cryptography.exceptions import InvalidSignature

from kiosk.core.credential import LONGEST
from kiosk.core.model import Colour, NotACredential, Pass, Refusal
from kiosk.trust.keyring import Keyring

PREFIX = "AQ1:"
_ANY_VERSION = re.compile(r"AQ[0-9]{1,3}:", re.ASCII)

SIGN1 = 0xD2
"""CBOR tag 18 in one byte: COSE_Sign1. A pass has exactly this tag around it and no other anywhere."""
ALG, KID = 1, 4
AUD, EXP, IAT, CTI, COLOUR = 3, 4, 6, 7, -70001
CLAIMS = {EXP, IAT, CTI, COLOUR}
COLOURS = {1: Colour.GREEN, 2: Colour.BLUE, 3: Colour.YELLOW, 4: Colour.RED}
LONGEST_LIFE_S = 72 * 3600
EARLIEST_S = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
LATEST_S = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())
"""Outside of these no pass was ever issued; inside, any two of them make a datetime."""
_DOOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z", re.ASCII)


class _Refused(Exception):
    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class _NoTags(dict[int, Callable[..., Any]]):
    """Refuses every tag that cbor2 would give a meaning to: bignums, dates, regular expressions ..."""

    def __missing__(self, tag: int) -> Callable[..., NoReturn]:
        return _refuse_tag


def _refuse_tag(*_: object) -> NoReturn:
    raise ValueError("no tag belongs here")


_NO_TAGS = _NoTags()


def verify_pass(text: str, keyring: Keyring) -> Pass | NotACredential:
    """Return the pass that `text` is, signed by a key of `keyring`, or the reason why it is none. Raises nothing."""
    try:
        return _verified(text, keyring)
    except _Refused as refused:
        return NotACredential(reason=refused.reason)
    except Exception:  # total: whatever a stranger's bytes do to a library, they are no pass
        return NotACredential(reason=Refusal.DAMAGED_PASS)


def _verified(text: str, keyring: Keyring) -> Pass:
    _must(len(text) <= LONGEST, Refusal.TOO_LONG)
    if not text.startswith(PREFIX):
        raise _Refused(Refusal.NEWER_PASS if _ANY_VERSION.match(text) else Refusal.NOT_OURS)
    body = text.removeprefix(PREFIX)
    message = base45.b45decode(body)
    _must(base45.b45encode(message).decode() == body)  # base45 drops a newline at the end

    _must(message[0] == SIGN1)
    protected, unprotected, payload, signature = _cbor(message[1:], list, depth=4)
    _must(isinstance(unprotected, dict))  # nobody signed it: what it holds is not looked at
    _must(isinstance(protected, bytes) and isinstance(payload, bytes) and isinstance(signature, bytes))

    header = _cbor(protected, dict, depth=1)
    _must(header.keys() == {ALG, KID} and _integers((*header, header[ALG])))
    _must(isinstance(header[KID], bytes) and len(header[KID]) == 4)
    key = keyring.passes.get(header[KID])
    if key is None:
        raise _Refused(Refusal.UNKNOWN_KEY)
    _must(header[ALG] == key.algorithm, Refusal.WRONG_SIGNATURE)
    try:
        key.public.verify(signature, cbor2.dumps(["Signature1", protected, b"", payload]))
    except InvalidSignature:
        raise _Refused(Refusal.WRONG_SIGNATURE) from None

    found = _pass(payload, key_id=key.kid.hex())
    _must(key.not_after is None or found.expires_at <= key.not_after, Refusal.UNKNOWN_KEY)
    return found


def _pass(payload: bytes, *, key_id: str) -> Pass:
    claims = _cbor(payload, dict, depth=1)
    _must(CLAIMS <= claims.keys() <= CLAIMS | {AUD} and _integers(claims))
    issued, expires, pass_id, colour, door = (claims.get(key) for key in (IAT, EXP, CTI, COLOUR, AUD))
    _must(_integers((issued, expires, colour)))
    _must(EARLIEST_S <= issued < expires <= LATEST_S and expires - issued <= LONGEST_LIFE_S)
    _must(isinstance(pass_id, bytes) and len(pass_id) == 12)
    _must(colour in COLOURS)
    _must(AUD not in claims or (isinstance(door, str) and _DOOR.match(door) is not None))
    return Pass(
        pass_id=pass_id.hex(),
        colour=COLOURS[colour],
        issued_at=datetime.fromtimestamp(issued, UTC),
        expires_at=datetime.fromtimestamp(expires, UTC),
        key_id=key_id,
        door=door,
    )


def _cbor(octets: bytes, shape: type, *, depth: int) -> Any:
    """Decode one value of `shape` that stands in the one way to write it.

    Written again it must be the same bytes: so it is definite and shortest, has no key twice, and nothing after it.
    """
    value = cbor2.loads(octets, max_depth=depth, semantic_decoders=_NO_TAGS)
    _must(isinstance(value, shape) and cbor2.dumps(value) == octets)
    return value


def _integers(values: Iterable[object]) -> bool:
    """Whether these are integers and nothing that equals one: True == 1 == 1.0."""
    return all(type(value) is int for value in values)


def _must(holds: bool, otherwise: Refusal = Refusal.DAMAGED_PASS) -> None:
    if not holds:
        raise _Refused(otherwise)
