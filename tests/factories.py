"""Makes what tests talk about: people, passes, policies, doors and moments. Who lets things happen is tests/core/doorman.py.

Everything is made from numbers, so that a test tells the same story twice. Never holds anybody's IIN: those made here
belong to people born in the nineteenth century (seventh digit 1).
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kiosk.core.door.state import Door, Setup, Times
from kiosk.core.model import (
    Colour,
    DoorKind,
    Identifier,
    IdentifierKind,
    Pass,
    Stamp,
    Status,
)
from kiosk.core.rule.knowledge import Age
from kiosk.core.rule.policy import CapacityWithoutExit, Edition, Policy
from kiosk.core.who import iin
from kiosk.core.who.keypad_budget import KeypadBudget

ALMATY = ZoneInfo("Asia/Almaty")
NOON = datetime(2026, 3, 4, 7, 0, tzinfo=UTC)
"""A Wednesday, 12:00 in Almaty (UTC+5 since 2024-03-01)."""
SATURDAY = NOON + timedelta(days=3)


def make_id(number: int) -> str:
    """Return the id of a visit: a UUID that looks like version 7, another one for each number."""
    return f"0195{number >> 32 & 0xFFFF:04x}-{number >> 16 & 0xFFFF:04x}-7000-8000-{number & 0xFFFF:012x}"


class Stamps:
    """A clock that goes only when it is told to. Every stamp bears an id of its own."""

    def __init__(
        self, wall: datetime = NOON, *, mono: float = 1000.0, trusted: bool = True, ids: int = 0
    ) -> None:
        self.wall = wall
        self.mono = mono
        self.trusted = trusted
        self._ids = ids

    def now(self) -> Stamp:
        """Return this moment."""
        self._ids += 1
        return Stamp(wall=self.wall, mono=self.mono, visit_id=make_id(self._ids), trusted=self.trusted)

    def advance(self, seconds: float) -> None:
        """Let both clocks go on."""
        self.wall += timedelta(seconds=seconds)
        self.mono += seconds


def make_iin(number: int = 1) -> str:
    """Return a valid IIN that nobody alive has, another one for each number from 0 to 9999."""
    for day in range(1, 29):
        prefix = f"8506{day:02d}1{number:04d}"
        digit = iin.check_digit(prefix)
        if digit is not None:
            return f"{prefix}{digit}"
    raise ValueError(f"expected a number from 0 to 9999, found {number}")


def make_person(number: int = 1) -> Identifier:
    """Return somebody who is known by their IIN."""
    return Identifier(kind=IdentifierKind.IIN, value=make_iin(number))


def make_foreigner(number: int = 1) -> Identifier:
    """Return somebody who has a passport and no IIN."""
    return Identifier(kind=IdentifierKind.PASSPORT, value=f"N{number:08d}", country="TUR")


def make_phone(number: int = 1) -> Identifier:
    """Return the registry's handle of a phone that scanned the venue code."""
    return Identifier(kind=IdentifierKind.CHECKIN, value=f"{number:024x}")


def make_status(
    colour: Colour = Colour.GREEN, *, since: datetime = NOON, lasts: timedelta | None = timedelta(hours=72)
) -> Status:
    """Return what the registry states from `since` on; `lasts` None: until something is known."""
    return Status(colour=colour, established_at=since, valid_until=None if lasts is None else since + lasts)


def make_pass(
    colour: Colour = Colour.GREEN,
    *,
    number: int = 1,
    issued: datetime = NOON,
    lives: timedelta = timedelta(seconds=300),
    door: str | None = None,
    revoked: bool = False,
) -> Pass:
    """Return a pass that was verified. It is live; with `lives=timedelta(hours=72)` it is one to carry."""
    return Pass(
        pass_id=f"{number:024x}",
        colour=colour,
        issued_at=issued,
        expires_at=issued + lives,
        key_id="0a0b0c0d",
        door=door,
        revoked=revoked,
    )


def make_age(*, issued: datetime = NOON, stands: timedelta = timedelta(hours=24)) -> Age:
    """Return what a signed document says of its time."""
    return Age(issued_at=issued, not_after=issued + stands)


def make_edition(**changes: Any) -> Edition:
    """Return a rule that holds since long ago: green and blue, around the clock, any number of people; or the one given, enforced."""
    enforced = {"capacity_without_exit": CapacityWithoutExit.ENFORCE}
    return Edition(**{"effective_from": NOON - timedelta(days=365), **enforced, **changes})


def make_policy(*editions: Edition, sequence: int = 1) -> Policy:
    """Return a policy of these editions; of the usual one where there are none."""
    return Policy(sequence=sequence, venue="Demo Fitness", editions=editions or (make_edition(),))


def make_setup(kind: DoorKind = DoorKind.ENTRY, **changes: Any) -> Setup:
    """Return a door's own settings."""
    return Setup(
        **{
            "door": "D01",
            "kind": kind,
            "attended": True,
            "zone": ALMATY,
            "presence_key": b"p" * 32,
            "venue_code_url": "https://a.kz/v/",
            "venue_code_key": b"v" * 32,
            **changes,
        }
    )


def make_door(
    kind: DoorKind = DoorKind.ENTRY,
    *,
    edition: Edition | None = None,
    sensor: bool = False,
    attended: bool = True,
    times: Times | None = None,
    budget: KeypadBudget | None = None,
    **changes: Any,
) -> Door:
    """Return an idle door that heard of the registry just now. `changes` are fields of Door or of its parts."""
    setup = make_setup(
        kind,
        passage_sensor=sensor,
        attended=attended,
        times=times or Times(),
        budget=budget or KeypadBudget(),
    )
    policy = make_policy(edition) if edition else make_policy()
    known = {"policy": policy, "heard_at": NOON, "online": True, "trusts_time": True, **changes}
    return with_fields(Door(setup=setup), known)


def with_fields(door: Door, changes: dict[str, Any]) -> Door:
    """Return a door with fields changed, wherever they are: its own, or those of its word, building or people."""
    for part in ("word", "building", "people"):
        names = {each.name for each in fields(getattr(door, part))}
        mine = {name: changes.pop(name) for name in names & set(changes)}
        door = replace(door, **{part: replace(getattr(door, part), **mine)})
    return replace(door, **changes)
