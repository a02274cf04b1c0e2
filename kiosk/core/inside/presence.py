"""Who is known to be inside, as keyed hashes: for toggle doors and "already inside". Nobody can be read out of it.

The key lives in memory only. Without it the tags say nothing; with it gone (a power cut) the door starts anew.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field

from kiosk.core.model import Identifier, IdentifierKind

PASS, NUMBER = "p", "n"
"""How a tag begins: it was made of a pass id, or of an IIN or passport."""


def tag_of(key: bytes, identifier: Identifier) -> str:
    """Return the keyed hash of an identifier, behind a letter for its sort.

    A check-in's value is a pass id (docs/contract.md): phone and pass are one visitor.
    """
    kind = IdentifierKind.PASS if identifier.kind is IdentifierKind.CHECKIN else identifier.kind
    said = f"{kind}|{identifier.country}|{identifier.value}".encode()
    return (NUMBER if identifier.personal else PASS) + hmac.digest(key, said, "sha256")[:16].hex()


def comparable(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether two sets of tags hold one of the same sort, so that they would have matched for one person."""
    return not {tag[:1] for tag in some}.isdisjoint(tag[:1] for tag in others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """One person inside: by which visit, since when, under which tags (an IIN and a pass may be the same person)."""

    visit_id: str
    since: float
    """Seconds of the monotonic clock: the wall clock may be set in between, and who came in stays as long ago."""
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

    def with_nameless(self, people: int, record_id: str, since: float) -> Presence:
        """Return a presence that also says whether there were more `people` than it knows: one without a tag."""
        if people <= len(self.inside):
            return self
        return Presence((*self.inside, Entered(visit_id=record_id, since=since, tags=frozenset())))

    def leave(self, tags: Iterable[str]) -> Presence:
        """Return a presence without whoever bears one of these tags."""
        gone = frozenset(tags)
        return Presence(tuple(entered for entered in self.inside if not entered.tags & gone))

    def withdraw(self, visit_id: str) -> Presence:
        """Return a presence without the person of this visit: admitted, and did not pass."""
        return Presence(tuple(entered for entered in self.inside if entered.visit_id != visit_id))
