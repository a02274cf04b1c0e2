"""Makes what the store and the sync are tested with: records by number, a sealed blob, a clock that is told to go."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from kiosk.core.model import (
    Amendment,
    Anomaly,
    Closing,
    Colour,
    Correction,
    Decision,
    Direction,
    Identifier,
    IdentifierKind,
    Oddity,
    Outcome,
    Passage,
    Reason,
    Source,
    Via,
    Visit,
)
from kiosk.trust import Sealed
from kiosk.trust.revocations import ENTRY, HASH, RevocationChange
from tests.factories import NOON, make_id, make_person

GREEN = Decision(
    outcome=Outcome.ADMITTED,
    reason=Reason.STATUS_ADMITTED,
    opens=True,
    colour=Colour.GREEN,
    source=Source.REGISTRY,
)
RED = Decision(
    outcome=Outcome.REFUSED,
    reason=Reason.RED_STATUS,
    opens=False,
    colour=Colour.RED,
    source=Source.REGISTRY,
    incident=True,
)


@dataclass
class ManualClock:
    """Both clocks; they go when they are told to."""

    now: datetime = NOON
    seconds: float = 1000.0

    def wall(self) -> datetime:
        return self.now

    def mono(self) -> float:
        return self.seconds

    def trusted(self) -> bool:
        return True

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds


def make_sealed(number: int = 1) -> Sealed:
    """Return a blob as long as a real one, that looks random."""
    return Sealed(kid="0a0b0c0d", blob=hashlib.shake_128(str(number).encode()).digest(176))


def make_subject(number: int = 1) -> Identifier:
    """Return a pass id that looks random."""
    return Identifier(kind=IdentifierKind.PASS, value=hashlib.shake_128(f"p{number}".encode()).hexdigest(12))


def make_visit(number: int = 1, **changes: Any) -> Visit:
    """Return a green visit by a typed IIN, a minute later for each number."""
    visit = Visit(
        id=make_id(number),
        direction=Direction.ENTRY,
        via=Via.KEYPAD,
        identifier=make_person(1),
        decision=GREEN,
        decided_at=NOON + timedelta(minutes=number),
    )
    return replace(visit, **changes)


def make_amendment(number: int, visit: Visit, decision: Decision, **changes: Any) -> Amendment:
    """Return a later decision on a visit."""
    amendment = Amendment(
        id=make_id(number), visit_id=visit.id, decision=decision, decided_at=visit.decided_at, by="desk-1"
    )
    return replace(amendment, **changes)


def make_passage(number: int, visit: Visit, *, passed: bool = True) -> Passage:
    """Return what became of a visit."""
    return Passage(
        id=make_id(number), visit_id=visit.id, passed=passed, ended_at=visit.decided_at, sensed=True
    )


def make_closing(number: int, at: datetime, exits: int = 3) -> Closing:
    """Return the exits assumed when the venue closed."""
    return Closing(id=make_id(number), closed_at=at, assumed_exits=exits)


def make_anomaly(number: int) -> Anomaly:
    """Return a second person behind the first."""
    return Anomaly(id=make_id(number), what=Oddity.TAILGATE, direction=Direction.ENTRY, seen_at=NOON)


def make_change(*added: tuple[int, int], base: int = 0, removed: tuple[int, ...] = ()) -> RevocationChange:
    """Return a snapshot, or a delta of `base`; `added` is (hash, unix seconds)."""
    return RevocationChange(
        base=base,
        added_octets=b"".join(ENTRY.pack(*each) for each in added),
        removed_octets=b"".join(HASH.pack(each) for each in removed),
    )


def make_correction(number: int, change: int, **changes: Any) -> Correction:
    """Return what staff say of the number inside, a minute later for each number."""
    correction = Correction(
        id=make_id(number),
        change=change,
        corrected_at=NOON + timedelta(minutes=number),
        by="desk-1",
        why="counted heads",
    )
    return replace(correction, **changes)
