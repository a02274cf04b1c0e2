"""The whole decision: one function, every reason named. docs/rules.md is its specification."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.core.model import Colour, Decision, Direction, Outcome, Reason, Source, Status
from kiosk.core.rule.policy import CarryRule, Edition, Resort, StaleRevocations


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that a decision depends on."""

    direction: Direction
    status: Status | None
    """As it was learned; what it is worth now is part of the decision."""
    source: Source
    now: datetime
    """UTC, by which statuses and passes run out."""
    local: datetime
    """The venue's wall clock."""
    edition: Edition | None
    full: bool
    """No place is free, or the last one was given to somebody else."""
    attended: bool
    knowledge_age: timedelta | None
    """Since the last good word from the registry; None: there never was one."""
    knowledge_expired: bool = False
    """Something that the registry signed is past its time."""
    unrevoked_since: datetime | None = None
    """Since when the pass that was shown may have been revoked unheard; None: the list is in force, or it is no pass."""
    carried: bool = False
    """A printed or saved pass was shown. The registry may know its colour better, and nobody knows whose hand it is in."""
    entered_lately: bool = False
    """The same visitor entered here within the policy's `reentry_after` and did not leave."""


def decide(case: Case) -> Decision:
    """Return the door's answer.

    An exit is never refused (rule 3). A red entry is refused whatever else holds, so that its incident goes out even
    from a closed venue (rule 6).
    """
    status = _worth(case)
    red = status is not None and status.colour is Colour.RED
    if case.direction is Direction.EXIT:
        colour = status.colour if status else None
        return Decision(
            outcome=Outcome.ADMITTED,
            reason=Reason.EXIT_FREE,
            opens=True,
            colour=colour,
            source=case.source,
            incident=red,
        )
    if red:
        return _refused(case, Reason.RED_STATUS, Colour.RED, incident=True)
    return _entry(case, status)


def _worth(case: Case) -> Status | None:
    """Return what the status is worth now. A pass that has run out is worth nothing.

    A green that the registry stated is blue when it ends; only the registry may say so of a pass.
    """
    status = case.status.at(case.now) if case.status else None
    proven_here = case.source in (Source.LIVE_PASS, Source.CARRY_PASS)
    return None if proven_here and status is not case.status else status


def _entry(case: Case, status: Status | None) -> Decision:
    edition = case.edition
    colour = status.colour if status else None
    if edition is None:
        return _unchecked(case, Reason.NO_POLICY, Resort.ASK_STAFF)
    if edition.zone_rule.shut:
        return _refused(case, Reason.ZONE_SHUT, colour)
    if edition.open_until(case.local) is None:
        return _refused(case, Reason.VENUE_CLOSED, colour)
    if case.entered_lately:
        return _refused(case, Reason.ALREADY_INSIDE, colour, calls_staff=True)
    if status is not None and status.colour not in edition.colours(case.local):
        return _refused(case, Reason.STATUS_NOT_ADMITTED, colour)
    if case.full:
        return _refused(case, Reason.VENUE_FULL, colour)
    if status is None:
        known = case.source is Source.REGISTRY
        reason = Reason.UNKNOWN_TO_REGISTRY if known else Reason.COULD_NOT_CHECK
        rung = edition.unknown.freshness(case.knowledge_age, expired=case.knowledge_expired)
        return _unchecked(case, reason, edition.unknown.resort(rung))
    if case.unrevoked_since is not None and edition.stale_revocations is StaleRevocations.ASK_STAFF:
        return _unchecked(case, Reason.REVOCATIONS_EXPIRED, Resort.ASK_STAFF)
    if case.carried and not case.attended and edition.carry_pass is not CarryRule.COMPARE:
        if edition.carry_pass is CarryRule.REFUSE:
            return _refused(case, Reason.CARRY_PASS_ALONE, colour)
        return _unchecked(case, Reason.CARRY_PASS_ALONE, Resort.ASK_STAFF)
    return Decision(
        outcome=Outcome.ADMITTED,
        reason=Reason.STATUS_ADMITTED,
        opens=True,
        colour=colour,
        source=case.source,
        compare_identity=case.carried,
        unrevoked_since=case.unrevoked_since,
    )


def _refused(
    case: Case, reason: Reason, colour: Colour | None, *, incident: bool = False, calls_staff: bool = False
) -> Decision:
    return Decision(
        outcome=Outcome.REFUSED,
        reason=reason,
        opens=False,
        colour=colour,
        source=case.source,
        incident=incident,
        calls_staff=calls_staff,
    )


def _unchecked(case: Case, reason: Reason, resort: Resort) -> Decision:
    """Return the third answer: never a colour, whatever the policy then gives the visitor (rule 8)."""
    return Decision(
        outcome=Outcome.UNCHECKED,
        reason=reason,
        opens=resort is Resort.ADMIT,
        source=case.source,
        calls_staff=resort is Resort.ASK_STAFF,
    )
