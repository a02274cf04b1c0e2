"""The registry's own secrets: made once, kept in its database, published in part as `/v1/keys`.

Never leaves this process except as public keys. In a real registry these would lie in a hardware module.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from sqlalchemy import insert, select

from kiosk.core.model import Identifier
from registry.database import Database
from registry.database import keys as table
from registry.moments import utc_text

_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


class Keys:
    """The newest key of each purpose is used; older ones still open, and still verify, what they made."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.read() as connection:
            present = set(connection.execute(select(table.c.purpose)).scalars())
        for purpose in sorted({"lookup", "passes", "sealing"} - present):
            self._make(purpose)
        self._load()

    def add(self, purpose: str, *, not_after: datetime | None = None) -> None:
        """Make a new key for `passes` or `sealing`; the older ones stay. All keys are 32 random bytes."""
        self._make(purpose, not_after=not_after)
        self._load()

    def _make(self, purpose: str, *, not_after: datetime | None = None) -> None:
        with self._database.write() as connection:
            row = {"purpose": purpose, "secret": secrets.token_bytes(32), "not_after": not_after}
            connection.execute(insert(table).values(row))

    def _load(self) -> None:
        with self._database.read() as connection:
            rows = connection.execute(select(table).order_by(table.c.number)).all()
        self._lookup = next(row.secret for row in rows if row.purpose == "lookup")
        signers = [
            (row, Ed25519PrivateKey.from_private_bytes(row.secret)) for row in rows if row.purpose == "passes"
        ]
        self._signers = [(kid_of(key.public_key()), key, row.not_after) for row, key in signers]
        openers = [
            X25519PrivateKey.from_private_bytes(row.secret) for row in rows if row.purpose == "sealing"
        ]
        self._openers = {kid_of(key.public_key()): key for key in openers}

    @property
    def signer(self) -> tuple[str, Ed25519PrivateKey]:
        """The key id and the key that sign passes now."""
        kid, key, _ = self._signers[-1]
        return kid, key

    def opener(self, kid: str) -> X25519PrivateKey | None:
        """Return the key that opens what was sealed to `kid`; None where that was never ours."""
        return self._openers.get(kid)

    def digest(self, identifier: Identifier) -> str:
        """Return what a person is filed under instead of their number.

        Keeps numbers out of sight: of a listing, of a backup's index, of a search through the file. It does not keep
        them from a thief who has the file with this key in it: the space of IINs is walked in an hour.
        """
        named = f"{identifier.kind.value}|{identifier.country}|{identifier.value}"
        return hmac.digest(self._lookup, named.encode(), hashlib.sha256).hex()

    def document(self) -> dict[str, Any]:
        """The `/v1/keys` document."""
        sealing_kid, opener = list(self._openers.items())[-1]
        return {
            "sealing": {"kid": sealing_kid, "x25519": _base64(opener.public_key())},
            "passes": [
                {
                    "kid": kid,
                    "alg": "EdDSA",
                    "ed25519": _base64(key.public_key()),
                    "not_after": not_after and utc_text(not_after),
                }
                for kid, key, not_after in self._signers
            ],
        }


def kid_of(public: Ed25519PublicKey | X25519PublicKey) -> str:
    """Return a key's id: eight hexadecimal digits made of the key itself, so that no two keys share one by mistake."""
    return hashlib.sha256(public.public_bytes(*_RAW)).digest()[:4].hex()


def _base64(public: Ed25519PublicKey | X25519PublicKey) -> str:
    return base64.b64encode(public.public_bytes(*_RAW)).decode()
