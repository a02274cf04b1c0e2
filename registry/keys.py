"""The registry's own secrets: made once, kept in its database, published in part as `/v1/keys`.

Never leaves this process except as public keys. In a real registry these would lie in a hardware module.

One rule rotates them all: a new key is published at once, the one before it gets an end, and the oldest key signs while
all that it signs ends before its own end does. So a door knows a new key well before anything is signed with it, and
nothing outlives the key that signed it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from sqlalchemy import insert, select, update

from kiosk.core.model import Identifier
from registry.database import Database
from registry.database import keys as table
from registry.moments import utc_text
from registry.sequences import KEYS, value_within

PASS_LIFE = timedelta(hours=72)
"""No pass lives longer."""
DOCUMENT_LIFE = timedelta(hours=24)
PASS_KEY_OVERLAP = timedelta(hours=96)
"""A day for the doors to learn the new key, and three for the last pass under the old one."""
ROOT_OVERLAP = timedelta(days=30)
"""A door that is off for longer must be enrolled anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key that signs passes, or (a root) documents."""

    kid: str
    private: Ed25519PrivateKey
    not_after: datetime | None
    """Nothing that ends later is good under it; None: no limit yet."""

    @property
    def public_raw(self) -> bytes:
        """The public half, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"Signer({self.kid})"


class Keys:
    """The oldest key of a purpose that lives long enough signs; older ones still verify, and open, what they made."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], *, document_life: timedelta = DOCUMENT_LIFE
    ) -> None:
        self._database = database
        self._clock = clock
        self._lives = {"passes": PASS_LIFE, "root": document_life, "sealing": timedelta(0)}
        with database.read() as connection:
            present = set(connection.execute(select(table.c.purpose)).scalars())
        for purpose in sorted({"lookup", "passes", "root", "sealing"} - present):
            self._make(purpose)
        self._load()

    def rotate(self, purpose: str, *, overlap: timedelta) -> None:
        """Publish a new key for `passes`, `root` or `sealing`; the one before it ends `overlap` from now.

        The overlap less the life of what is signed is the time in which doors can learn the new key before it signs.
        Raises ValueError for an overlap that would cut off what was signed already.
        """
        least = self._lives[purpose]
        if overlap < least:
            raise ValueError(f"expected an overlap of at least {least}: so long lives what was signed last")
        self._end(purpose, self._clock() + overlap)
        self._make(purpose)
        self._load()

    def retire_older(self, purpose: str) -> None:
        """End all keys of a purpose but the newest now: doors that have not learned the newest must be enrolled anew."""
        with self._database.write() as connection:
            of_it = select(table.c.number).where(table.c.purpose == purpose).order_by(table.c.number.desc())
            _, *older = connection.execute(of_it).scalars()
            ended = update(table).where(table.c.number.in_(older)).values(not_after=self._clock())
            connection.execute(ended)
        self._load()

    def _end(self, purpose: str, when: datetime) -> None:
        without_end = update(table).where(table.c.purpose == purpose, table.c.not_after.is_(None))
        with self._database.write() as connection:
            connection.execute(without_end.values(not_after=when))

    def _make(self, purpose: str) -> None:
        with self._database.write() as connection:
            connection.execute(insert(table).values(purpose=purpose, secret=secrets.token_bytes(32)))

    def _load(self) -> None:
        with self._database.read() as connection:
            rows = connection.execute(select(table).order_by(table.c.number)).all()
        self._lookup = next(row.secret for row in rows if row.purpose == "lookup")
        self._signers: dict[str, list[Signer]] = {"passes": [], "root": []}
        self._openers: dict[str, X25519PrivateKey] = {}
        for row in rows:
            if row.purpose in self._signers:
                private = Ed25519PrivateKey.from_private_bytes(row.secret)
                signer = Signer(kid=kid_of(private.public_key()), private=private, not_after=row.not_after)
                self._signers[row.purpose].append(signer)
            elif row.purpose == "sealing":
                opener = X25519PrivateKey.from_private_bytes(row.secret)
                self._openers[kid_of(opener.public_key())] = opener
        self._ends = [row.not_after for row in rows]

    def _signing(self, purpose: str) -> Signer:
        until = self._clock() + self._lives[purpose]
        return next(
            signer
            for signer in self._signers[purpose]
            if signer.not_after is None or until < signer.not_after
        )

    @property
    def signer(self) -> tuple[str, Ed25519PrivateKey]:
        """The key id and the key that sign passes now."""
        now = self._signing("passes")
        return now.kid, now.private

    @property
    def root(self) -> Signer:
        """The root that signs documents now."""
        return self._signing("root")

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
        """The `/v1/keys` document, but for its roots."""
        sealing_kid, opener = list(self._openers.items())[-1]
        return {
            "sealing": {"kid": sealing_kid, "x25519": _base64(opener.public_key())},
            "passes": [{"alg": "EdDSA"} | fields for fields in self._published("passes")],
        }

    def roots(self) -> list[dict[str, Any]]:
        """The roots that a door is to trust from now on."""
        return self._published("root")

    @property
    def sequence(self) -> int:
        """Rises whenever what is published changes: a key comes, gets an end, or ends."""
        now = self._clock()
        with self._database.read() as connection:
            begins = value_within(connection, KEYS) or 0
        return begins + sum(1 + (end is not None) + (end is not None and end <= now) for end in self._ends)

    def _published(self, purpose: str) -> list[dict[str, Any]]:
        now = self._clock()
        return [
            {
                "kid": signer.kid,
                "ed25519": _base64(signer.private.public_key()),
                "not_after": signer.not_after and utc_text(signer.not_after),
            }
            for signer in self._signers[purpose]
            if signer.not_after is None or now < signer.not_after
        ]


def kid_of(public: Ed25519PublicKey | X25519PublicKey) -> str:
    """Return a key's id: eight hexadecimal digits made of the key itself, so that no two keys share one by mistake."""
    return hashlib.sha256(public.public_bytes_raw()).digest()[:4].hex()


def _base64(public: Ed25519PublicKey | X25519PublicKey) -> str:
    return base64.b64encode(public.public_bytes_raw()).decode()
