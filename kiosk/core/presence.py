"""Who is known to be inside, as keyed hashes: for toggle doors and "already inside". Nobody can be read out of it.

The key lives in memory only. Without it the tags say nothing; with it gone (a power cut) the door starts anew.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from kiosk.core.model import Identifier


def tag_of(key: bytes, identifier: Identifier) -> str:
    """Return the keyed hash of an identifier."""
    said = f"{identifier.kind}|{identifier.country}|{identifier.value}".encode()
    return hmac.digest(key, said, "sha256")[:16].hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """One person inside: by which visit, since when, under which tags (an IIN and a pass may be the same person)."""

    visit_id: str
    at: datetime
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Presence:
    """Everybody who entered under a tag and was not seen leaving."""

    inside: tuple[Entered, ...] = field(default=())

    def find(self, tags: Iterable[str]) -> Entered | None:
        """Return the entry under any of these tags."""
        wanted = frozenset(tags)
        return next((entered for entered in self.inside if entered.tags & wanted), None)

    def enter(self, entered: Entered) -> Presence:
        """Return a presence with this person inside; an older entry under the same tags is replaced."""
        return Presence((*self.leave(entered.tags).inside, entered))

    def leave(self, tags: Iterable[str]) -> Presence:
        """Return a presence without whoever bears one of these tags."""
        gone = frozenset(tags)
        return Presence(tuple(entered for entered in self.inside if not entered.tags & gone))

    def withdraw(self, visit_id: str) -> Presence:
        """Return a presence without the person of this visit: admitted, and did not pass."""
        return Presence(tuple(entered for entered in self.inside if entered.visit_id != visit_id))
