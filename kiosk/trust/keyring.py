"""The keys that this kiosk trusts, built from the registry's `/v1/keys` document.

All or nothing: a document with one mistake gives no keyring, and every mistake is told at once. What a key is good
for is written here, in our own record of it, and never taken from a message that claims to be signed with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from kiosk.errors import KeysError
from kiosk.trust.cose import EDDSA
from kiosk.trust.hpke import SUITE
from kiosk.trust.key_fields import FieldReader, hexadecimal, octets

COSE_ALGORITHMS = {"EdDSA": EDDSA}
"""The names in a keys document, and the numbers in a pass. One is enough; a second needs a verifier of its own."""
MOST_PASS_KEYS = 64


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
        """Read the decoded JSON of `/v1/keys`. Raises KeysError with every mistake, one a line.

        Its `roots` are not looked at: they are `Roots.with_document`'s, and only in a document that a root has signed.
        """
        reader = FieldReader()
        top = reader.fields(
            document, "the document", required={"sealing", "passes"}, optional=frozenset({"roots"})
        )
        sealing = _sealing_key(reader, top.get("sealing")) if "sealing" in top else None
        keys = _pass_keys(reader, top.get("passes")) if "passes" in top else {}
        if reader.mistakes:
            raise KeysError(
                "the registry's keys document was refused, and the keys known before stay in force:\n"
                + "\n".join(reader.mistakes)
            )
        return cls(passes=MappingProxyType(keys), sealing=sealing)


def _sealing_key(reader: FieldReader, came: object) -> SealingKey | None:
    fields = reader.fields(came, "sealing", required={"kid", "x25519"})
    kid = reader.parsed(
        fields.get("kid"), "sealing.kid", "8 to 64 lower-case hexadecimal digits", _sealing_kid
    )
    public = reader.parsed(fields.get("x25519"), "sealing.x25519", "an X25519 public key in base64", _x25519)
    return SealingKey(kid=kid, public=public) if kid and public else None


def _pass_keys(reader: FieldReader, came: object) -> dict[bytes, PassKey]:
    keys: dict[bytes, PassKey] = {}
    if not isinstance(came, list) or len(came) > MOST_PASS_KEYS:
        reader.mistake("passes", f"a list of at most {MOST_PASS_KEYS} keys", came)
        return keys
    for number, item in enumerate(came):
        where = f"passes[{number}]"
        fields = reader.fields(item, where, required={"kid", "alg", "ed25519", "not_after"})
        kid = reader.kid(fields.get("kid"), f"{where}.kid")
        algorithm = reader.parsed(
            fields.get("alg"), f"{where}.alg", f"one of {', '.join(COSE_ALGORITHMS)}", _algorithm
        )
        public = reader.ed25519(fields.get("ed25519"), f"{where}.ed25519")
        not_after = reader.moment_or_null(fields.get("not_after"), f"{where}.not_after")
        if kid in keys:
            reader.mistakes.append(
                f"{where}.kid: expected a key id of its own, but an earlier key has the same"
            )
        if kid and algorithm and public:
            keys[kid] = PassKey(kid=kid, algorithm=algorithm, public=public, not_after=not_after)
    return keys


def _sealing_kid(text: str) -> str:
    """4, 8, 16 or 32 bytes: the store takes no other, and a visit must not be lost for a key's name."""
    if len(text) not in (8, 16, 32, 64):
        raise ValueError("not a length that the store takes")
    return hexadecimal(text)


def _algorithm(text: str) -> int:
    if text not in COSE_ALGORITHMS:
        raise ValueError("not an algorithm of ours")
    return COSE_ALGORITHMS[text]


def _x25519(text: str) -> X25519PublicKey:
    """Try the key at once: a point of small order would only fail when the first visitor is to be sealed."""
    public = X25519PublicKey.from_public_bytes(octets(text))
    SUITE.encrypt(b"", public)
    return public
