"""The registry's word, as far as a door has it: its rule, what it signed and when, and what the link is like."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from kiosk.core.model import Stamp
from kiosk.core.rule.knowledge import Freshness, Knowledge
from kiosk.core.rule.policy import Edition, Policy, UnknownRule
from kiosk.core.rule.signed_time import SignedTime
from kiosk.core.who.passes import FAST_CLOCK


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
    signed: SignedTime = field(default_factory=SignedTime)
    """How late it is at least, whatever any clock says."""
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
        return replace(self, signed=self.signed.saw(moment, mono))

    def learned(self, knowledge: Knowledge, mono: float) -> Self:
        """Return this with other documents in force. One that takes the mark back is believed, and no other one lowers it."""
        before, signed = self.knowledge or Knowledge(), self.signed
        pairs = [
            (age, old)
            for (_known, age), (_same, old) in zip(knowledge, before, strict=True)
            if age is not None
        ]
        back = [
            age.issued_at
            for age, old in pairs
            if signed.is_taken_back(
                held=old.sequence if old else 0, sequence=age.sequence, issued_at=age.issued_at, mono=mono
            )
        ]
        if back:
            signed = signed.back_at(max(back), mono)
        for age, old in pairs:
            news = old is None or (age.sequence, age.issued_at) != (old.sequence, old.issued_at)
            if news and not age.disowned:
                signed = signed.saw(age.issued_at, mono)
        if signed.latest is not None:
            knowledge = knowledge.disowned_after(signed.latest)
        return replace(self, knowledge=knowledge, signed=signed)

    def judged(self, stamp: Stamp) -> Stamp:
        """Return a stamp whose word for being right is worth what the mark leaves of it."""
        if not stamp.trusted or not self.signed.outranks(stamp.wall, stamp.mono):
            return stamp
        return replace(stamp, trusted=False, doubted=True)

    @property
    def latest_signed(self) -> datetime | None:
        """The highest time that the registry has signed into anything that was verified here."""
        return self.signed.latest

    def now(self, stamp: Stamp) -> datetime:
        """Return the moment (UTC) by which rule and expiry are judged: never earlier than what was signed."""
        return self.signed.now(stamp.wall, stamp.mono)

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
