"""The registry's root keys: everything that the kiosk keeps of the registry's word hangs on them.

The first one comes with the enrolment code. Another becomes a root only by a keys document that a root of now has
signed; so a registry changes its root without a visit to any door, as long as old and new overlap.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.errors import KeysError
from kiosk.trust.cose import KID_BYTES
from kiosk.trust.key_fields import FieldReader

MOST_ROOTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """One root key."""

    public: Ed25519PublicKey
    not_after: datetime | None
    """Nothing new is believed under it later than this; None is no limit. UTC."""


@dataclass(frozen=True, slots=True)
class Roots:
    """The root keys that are trusted now, by their key ids. `Roots({})` trusts none."""

    by_kid: Mapping[bytes, Root]

    @classmethod
    def of(cls, raw_public: bytes) -> Self:
        """Trust one key: 32 bytes, as an enrolment code has it. Raises ValueError where it is none."""
        root = Root(public=Ed25519PublicKey.from_public_bytes(raw_public), not_after=None)
        return cls(MappingProxyType({root_kid(raw_public): root}))

    @classmethod
    def from_list(cls, came: object) -> Self:
        """Read `roots` of a keys document, or what `as_list` wrote. Raises KeysError with every mistake."""
        reader = FieldReader()
        by_kid = _roots(reader, came)
        if reader.mistakes:
            raise KeysError(
                "the registry's root keys were refused, and the roots known before stay in force:\n"
                + "\n".join(reader.mistakes)
            )
        return cls(MappingProxyType(by_kid))

    def with_document(self, document: object) -> Self:
        """Return the roots after a keys document (decoded JSON) that one of these has signed.

        The roots that it names take the place of these; without `roots` these stay. Raises KeysError, and changes
        nothing, where one of them is wrong or none is named: a kiosk without a root would never believe anybody again.
        """
        if not isinstance(document, dict) or "roots" not in document:
            return self
        return self.from_list(document["roots"])

    def as_list(self) -> list[dict[str, Any]]:
        """Return them as JSON, in the form of the contract: what is kept beside the device's key."""
        return [
            {
                "kid": kid.hex(),
                "ed25519": base64.b64encode(root.public.public_bytes_raw()).decode(),
                "not_after": root.not_after and root.not_after.isoformat().replace("+00:00", "Z"),
            }
            for kid, root in self.by_kid.items()
        ]


def root_kid(raw_public: bytes) -> bytes:
    """Return a root's key id: made of the key itself, so that a document cannot give one key the id of another."""
    return hashlib.sha256(raw_public).digest()[:KID_BYTES]


def _roots(reader: FieldReader, came: object) -> dict[bytes, Root]:
    by_kid: dict[bytes, Root] = {}
    if not isinstance(came, list) or not 1 <= len(came) <= MOST_ROOTS:
        reader.mistake("roots", f"a list of 1 to {MOST_ROOTS} keys", came)
        return by_kid
    for number, item in enumerate(came):
        where = f"roots[{number}]"
        fields = reader.fields(item, where, required={"kid", "ed25519", "not_after"})
        kid = reader.kid(fields.get("kid"), f"{where}.kid")
        public = reader.ed25519(fields.get("ed25519"), f"{where}.ed25519")
        not_after = reader.moment_or_null(fields.get("not_after"), f"{where}.not_after")
        if kid and public:
            if kid != root_kid(public.public_bytes_raw()):
                reader.mistakes.append(
                    f"{where}.kid: expected the first {KID_BYTES} bytes of the key's SHA-256"
                )
            by_kid[kid] = Root(public=public, not_after=not_after)
    return by_kid
