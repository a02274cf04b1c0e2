"""How old the registry's word is: what the policy's ladder for "could not check" stands on (rule 8).

Two things age: the contact with the registry, by the policy's own terms, and each signed document, by the moment that the
registry signed into it. The worst of them counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self


class Freshness(StrEnum):
    """The rungs of the ladder, best first."""

    FRESH = "fresh"
    STALE = "stale"
    EXPIRED = "expired"


class Known(StrEnum):
    """What the kiosk keeps of the registry's word."""

    POLICY = "policy"
    KEYS = "keys"
    REVOCATIONS = "revocations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """What a signed document says of its own time. UTC."""

    issued_at: datetime
    not_after: datetime
    sequence: int = 0
    """Its number among those of its kind; 0: not known."""
    disowned: bool = False
    """It was signed by a clock that the registry has taken back since: its content counts, its time does not."""

    def expired(self, now: datetime) -> bool:
        """Whether the registry itself would not stand by it any more, or nobody knows how old it is."""
        return self.disowned or now >= self.not_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The ages of all that is kept; None where there is none, which is as bad as expired."""

    policy: Age | None = None
    keys: Age | None = None
    revocations: Age | None = None

    def __iter__(self) -> Iterator[tuple[Known, Age | None]]:
        yield Known.POLICY, self.policy
        yield Known.KEYS, self.keys
        yield Known.REVOCATIONS, self.revocations

    def disowned_after(self, moment: datetime) -> Self:
        """Return this without any trust in the times that are later than a moment."""
        ages = {
            known.value: replace(age, disowned=age.disowned or age.issued_at > moment) if age else None
            for known, age in self
        }
        return replace(self, **ages)

    def expired(self, now: datetime) -> bool:
        """Whether anything is past its time, or missing."""
        return any(age is None or age.expired(now) for _known, age in self)

    def oldest_expired(self, now: datetime) -> tuple[Known, timedelta | None] | None:
        """What is past its time and how old it is (None: there is none), the oldest first; None while all are in force."""
        late = [(known, age) for known, age in self if age is None or age.expired(now)]
        if not late:
            return None
        known, age = min(late, key=lambda entry: (entry[1] is not None, entry[1] and entry[1].issued_at))
        return known, None if age is None or age.disowned else max(now - age.issued_at, timedelta(0))

    def unrevoked_since(self, shown_from: datetime, now: datetime) -> datetime | None:
        """Since when a pass that was issued at `shown_from` may have been revoked without our knowing.

        None: the list of revocations is in force.
        """
        if self.revocations is None or self.revocations.disowned:
            return shown_from
        return self.revocations.issued_at if self.revocations.expired(now) else None
