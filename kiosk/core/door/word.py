"""The registry's word, as far as a door has it: its rule, what it signed and when, and what the link is like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from kiosk.core.model import Stamp
from kiosk.core.rule.knowledge import Freshness, Knowledge
from kiosk.core.rule.policy import Edition, Policy, UnknownRule
from kiosk.core.who.passes import FAST_CLOCK, now_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What is known of the registry at one moment."""

    policy: Policy | None = None
    heard_at: datetime | None = None
    """The last good word from the registry by the wall clock: what the disk says of it at the start."""
    heard_mono: float | None = None
    """The same by the monotonic clock, which nobody sets; None: nothing was heard since the start."""
    knowledge: Knowledge | None = None
    """How long the signed documents stand; None before anybody told."""
    latest_signed: datetime | None = None
    """The highest time that the registry has signed into anything that was verified here."""
    least_lead_s: float = float("-inf")
    """At least so far is unix time ahead of the monotonic clock: what was signed has aged since it was seen."""
    online: bool = False
    waiting: int = 0
    """Records that the registry does not have yet."""
    parked: int = 0
    incidents_waiting: int = 0

    def heard(self, stamp: Stamp) -> Self:
        """Return this after a good word from the registry now."""
        return replace(self, heard_at=stamp.wall, heard_mono=stamp.mono)

    def forgotten(self) -> Self:
        """Return this without anything that holds only at a door of the registry's. Signed times stay: time goes on."""
        return replace(self, policy=None, knowledge=None, heard_at=None, heard_mono=None)

    def saw_signed(self, moment: datetime, mono: float) -> Self:
        """Return this knowing that at a monotonic moment it was at least as late as was signed."""
        lead_s = max(self.least_lead_s, moment.timestamp() - mono)
        return replace(self, latest_signed=max(self.latest_signed or moment, moment), least_lead_s=lead_s)

    def signed_by(self, stamp: Stamp) -> datetime | None:
        """Return how late it is at least by all that was signed; None: nothing was."""
        if self.latest_signed is None or self.least_lead_s + stamp.mono <= self.latest_signed.timestamp():
            return self.latest_signed
        return datetime.fromtimestamp(self.least_lead_s + stamp.mono, UTC)

    def now(self, stamp: Stamp) -> datetime:
        """Return the moment (UTC) by which rule and expiry are judged: a clock that is not trusted may be late."""
        return now_for(stamp, self.signed_by(stamp))

    def edition(self, now: datetime) -> Edition | None:
        """Return the rule in force."""
        return self.policy.at(now) if self.policy else None

    def age(self, stamp: Stamp) -> timedelta | None:
        """Return how old the last good word from the registry is; None: there never was one, or nobody knows."""
        if self.online:
            return timedelta(0)
        if self.heard_mono is not None:
            return timedelta(seconds=stamp.mono - self.heard_mono)
        if self.heard_at is None or not stamp.trusted or stamp.wall < self.heard_at - FAST_CLOCK:
            return None
        return max(stamp.wall - self.heard_at, timedelta(0))

    def freshness(self, stamp: Stamp) -> Freshness:
        """Return how good the registry's word is here: the worst of the contact and of every signed document."""
        edition = self.edition(self.now(stamp))
        rule = edition.unknown if edition else UnknownRule()
        return rule.freshness(self.age(stamp), expired=self.expired(stamp))

    def expired(self, stamp: Stamp) -> bool:
        """Whether a signed document is past its time."""
        return self.knowledge is not None and self.knowledge.expired(self.now(stamp))
