"""The keys that this kiosk trusts, built from the registry's `/v1/keys` document.

All or nothing: a document with one mistake gives no keyring, and every mistake is told at once. What a key is good
for is written here, in our own record of it, and never taken from a message that claims to be signed with it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from kiosk.errors import KeysError
from kiosk.trust.hpke import SUITE

COSE_ALGORITHMS = {"EdDSA": -8}
"""The names in a keys document, and the numbers in a pass. One is enough; a second needs a verifier of its own."""
MOST_PASS_KEYS = 64

_HEX = re.compile(r"(?:[0-9a-f]{2}){1,32}\Z", re.ASCII)
_UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassKey:
    """One key that the registry signs passes with."""

    kid: bytes
    algorithm: int
    """Its COSE number."""
    public: Ed25519PublicKey
    not_after: datetime | None
    """No pass that ends later than this is good under it; None is no limit. UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKey:
    """The registry's key that identifiers are sealed to."""

    kid: str
    public: X25519PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """Every key that is trusted now. `Keyring()` trusts none: every pass is of an unknown key, and nothing is sealed."""

    passes: Mapping[bytes, PassKey] = field(default_factory=lambda: MappingProxyType({}))
    sealing: SealingKey | None = None

    @classmethod
    def from_document(cls, document: object) -> Self:
        """Read the decoded JSON of `/v1/keys`. Raises KeysError with every mistake, one a line."""
        reader = _Reader()
        top = reader.fields(document, "the document", required={"sealing", "passes"})
        sealing = _sealing_key(reader, top.get("sealing")) if "sealing" in top else None
        keys = _pass_keys(reader, top.get("passes")) if "passes" in top else {}
        if reader.mistakes:
            raise KeysError(
                "the registry's keys document was refused, and the keys known before stay in force:\n"
                + "\n".join(reader.mistakes)
            )
        return cls(passes=MappingProxyType(keys), sealing=sealing)


class _Reader:
    """Collects mistakes. It says what kind of thing came and never its content: that may be anything."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def mistake(self, where: str, expected: str, came: object) -> None:
        length = f" of length {len(came)}" if isinstance(came, (str, list, dict)) else ""
        self.mistakes.append(f"{where}: expected {expected}, but {type(came).__name__}{length} came")

    def fields(self, came: object, where: str, *, required: set[str]) -> dict[str, Any]:
        if not isinstance(came, dict):
            self.mistake(where, "an object", came)
            return {}
        if missing := required - came.keys():
            self.mistakes.append(f"{where}: expected also {', '.join(sorted(missing))}")
        if extra := len(came.keys() - required):
            self.mistakes.append(
                f"{where}: expected only {', '.join(sorted(required))}, but {extra} more came; update the kiosk"
            )
        return came

    def parsed(self, came: object, where: str, expected: str, parse: Callable[[str], Any]) -> Any:
        """Return `parse(came)`, or None and a mistake."""
        if isinstance(came, str):
            try:
                return parse(came)
            except ValueError:  # binascii's and cryptography's mistakes too
                pass
        self.mistake(where, expected, came)
        return None


def _sealing_key(reader: _Reader, came: object) -> SealingKey | None:
    fields = reader.fields(came, "sealing", required={"kid", "x25519"})
    kid = reader.parsed(
        fields.get("kid"), "sealing.kid", "8 to 64 lower-case hexadecimal digits", _sealing_kid
    )
    public = reader.parsed(fields.get("x25519"), "sealing.x25519", "an X25519 public key in base64", _x25519)
    return SealingKey(kid=kid, public=public) if kid and public else None


def _pass_keys(reader: _Reader, came: object) -> dict[bytes, PassKey]:
    keys: dict[bytes, PassKey] = {}
    if not isinstance(came, list) or len(came) > MOST_PASS_KEYS:
        reader.mistake("passes", f"a list of at most {MOST_PASS_KEYS} keys", came)
        return keys
    for number, item in enumerate(came):
        where = f"passes[{number}]"
        fields = reader.fields(item, where, required={"kid", "alg", "ed25519", "not_after"})
        kid = reader.parsed(fields.get("kid"), f"{where}.kid", "8 lower-case hexadecimal digits", _kid)
        algorithm = reader.parsed(
            fields.get("alg"), f"{where}.alg", f"one of {', '.join(COSE_ALGORITHMS)}", _algorithm
        )
        public = reader.parsed(
            fields.get("ed25519"), f"{where}.ed25519", "an Ed25519 public key in base64", _ed25519
        )
        not_after = fields.get("not_after")
        if not_after is not None:
            not_after = reader.parsed(
                not_after, f"{where}.not_after", "an RFC 3339 time with Z, or null", _time
            )
        if kid in keys:
            reader.mistakes.append(
                f"{where}.kid: expected a key id of its own, but an earlier key has the same"
            )
        if kid and algorithm and public:
            keys[kid] = PassKey(kid=kid, algorithm=algorithm, public=public, not_after=not_after)
    return keys


def _hex(text: str) -> str:
    if not _HEX.match(text):
        raise ValueError("not hexadecimal")
    return text


def _sealing_kid(text: str) -> str:
    """4, 8, 16 or 32 bytes: the store takes no other, and a visit must not be lost for a key's name."""
    if len(text) not in (8, 16, 32, 64):
        raise ValueError("not a length that the store takes")
    return _hex(text)


def _kid(text: str) -> bytes:
    kid = bytes.fromhex(_hex(text))
    if len(kid) != 4:
        raise ValueError("not four bytes")
    return kid


def _algorithm(text: str) -> int:
    if text not in COSE_ALGORITHMS:
        raise ValueError("not an algorithm of ours")
    return COSE_ALGORITHMS[text]


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _ed25519(text: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(_octets(text))


def _x25519(text: str) -> X25519PublicKey:
    """Try the key at once: a point of small order would only fail when the first visitor is to be sealed."""
    public = X25519PublicKey.from_public_bytes(_octets(text))
    SUITE.encrypt(b"", public)
    return public


def _time(text: str) -> datetime:
    if not _UTC_TIME.match(text):
        raise ValueError("not a time")
    return datetime.fromisoformat(text).astimezone(UTC)
