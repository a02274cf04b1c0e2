"""A policy document of the registry (docs/contract.md) -> Policy. All mistakes at once, each with its place.

Unknown keys are refused: a rule that the kiosk does not understand must not be half in force. So a new key is a new
version of the document: the kiosk asks for the newest version that it understands, and the registry leaves out what only
a later one has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from typing import Any, TypeVar

from kiosk.core.model import Colour
from kiosk.core.rule.policy import (
    ALL_DAY,
    DEFAULT_ADMITS,
    EVERY_DAY,
    Admits,
    CapacityWithoutExit,
    CarryRule,
    Edition,
    Policy,
    Resort,
    StaleRevocations,
    UnattendedColours,
    UnknownRule,
    Window,
    Zone,
    ZoneRule,
)

NEWEST_VERSION = 2
"""What this kiosk asks for. It reads every version from 1 to this one."""
SINCE_VERSION = {"capacity_without_exit": 2}
"""The keys of an edition that version 1 does not have, with the version in which each is new."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z", re.ASCII)
_E = TypeVar("_E", bound=Enum)
_T = TypeVar("_T")


class _Reader:
    """Reads values out of a document and collects what is wrong with it."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def wrong(self, place: str, expected: str, given: object) -> None:
        self.mistakes.append(f"{place}: expected {expected}, found {_short(given)}")

    def table(self, value: object, place: str, keys: Iterable[str]) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self.wrong(place, "an object", value)
            return {}
        for key in sorted(set(value) - set(keys), key=str):
            self.mistakes.append(
                f"{place}: unknown key {_short(key)}; a newer kiosk may know it: update this one"
            )
        return value

    def rows(self, value: object, place: str) -> list[Any]:
        if isinstance(value, list):
            return value
        self.wrong(place, "a list", value)
        return []

    def whole(self, value: object, place: str, low: int, high: int) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.wrong(place, f"a whole number from {low} to {high}", value)
        return low

    def one_of(self, value: object, place: str, kind: type[_E]) -> _E:
        try:
            return kind(value)
        except ValueError:
            self.wrong(place, "one of " + ", ".join(str(member.value) for member in kind), value)
            return next(iter(kind))

    def time(self, value: object, place: str) -> time:
        match = _TIME.match(value) if isinstance(value, str) else None
        if match is None:
            self.wrong(place, "a time of day such as 07:30", value)
            return ALL_DAY
        return time(int(match.group(1)), int(match.group(2)))

    def moment(self, value: object, place: str) -> datetime:
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
            if moment is not None and moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):  # the year 1 has no UTC everywhere
            pass
        self.wrong(place, "a moment such as 2026-01-01T00:00:00Z", value)
        return datetime.min.replace(tzinfo=UTC)

    def window(self, value: object, place: str, more: tuple[str, ...] = ()) -> Window:
        row = self.table(value, place, ("weekdays", "start", "end", *more))
        days = EVERY_DAY
        if "weekdays" in row:
            names = self.rows(row["weekdays"], f"{place}.weekdays")
            for name in names:
                if name not in WEEKDAYS:
                    self.wrong(f"{place}.weekdays", "names from " + ", ".join(WEEKDAYS), name)
            days = frozenset(WEEKDAYS.index(name) for name in names if name in WEEKDAYS)
        start = self.time(row["start"], f"{place}.start") if "start" in row else ALL_DAY
        end = self.time(row["end"], f"{place}.end") if "end" in row else ALL_DAY
        return Window(weekdays=days, start=start, end=end)

    def colours(self, value: object, place: str) -> frozenset[Colour]:
        colours = frozenset(self.one_of(name, place, Colour) for name in self.rows(value, place))
        if Colour.RED in colours:
            self.mistakes.append(f"{place}: red is never admitted (rule 6); take it out")
        return colours

    def optional(self, row: Mapping[str, Any], key: str, otherwise: _T, read: Callable[[Any], _T]) -> _T:
        return otherwise if row.get(key) is None else read(row[key])


def parse_policy(document: object) -> Policy | list[str]:
    """Return the policy, or every mistake as a sentence. Never raises, whatever the document is."""
    reader = _Reader()
    row = reader.table(document, "policy", ("version", "sequence", "venue", "editions"))
    version = reader.whole(row.get("version"), "policy.version", 1, NEWEST_VERSION)
    sequence = reader.whole(row.get("sequence"), "policy.sequence", 0, 2**53)
    venue = row.get("venue")
    if not isinstance(venue, str) or not 0 < len(venue) <= 80:
        reader.wrong("policy.venue", "a name of 1 to 80 characters", venue)
        venue = ""
    rows = reader.rows(row.get("editions"), "policy.editions")
    if not rows:
        reader.wrong("policy.editions", "at least one edition", rows)
    editions = tuple(
        _edition(reader, value, f"policy.editions[{at}]", version) for at, value in enumerate(rows)
    )
    return reader.mistakes or Policy(sequence=sequence, venue=venue, editions=editions)


def _edition(reader: _Reader, value: object, place: str, version: int) -> Edition:
    row = reader.table(
        value,
        place,
        (
            "effective_from",
            "zone",
            "zones",
            "opening",
            "admits",
            "capacity",
            "capacity_without_exit",
            "carry_pass",
            "stale_revocations",
            "unattended_colours",
            "reentry_after_min",
            "unknown",
        ),
    )
    for key, since in SINCE_VERSION.items():
        if key in row and version < since:
            reader.mistakes.append(
                f"{place}: {key} is a key of version {since}, found in a document of version {version}; "
                f"the registry has to call the document version {since}, or to leave the key out"
            )
    opening = _windows(reader, row, "opening", place)
    zones = {} if row.get("zones") is None else reader.table(row["zones"], f"{place}.zones", tuple(Zone))
    return Edition(
        effective_from=reader.moment(row.get("effective_from"), f"{place}.effective_from"),
        zone=_choice(reader, row, "zone", place, Zone.GREEN),
        zones=tuple(
            (Zone(name), _zone_rule(reader, rule, f"{place}.zones.{name}"))
            for name, rule in zones.items()
            if name in tuple(Zone)
        ),
        opening=(Window(),) if opening is None else opening,
        admits=reader.optional(
            row, "admits", DEFAULT_ADMITS, lambda given: _admits(reader, given, f"{place}.admits")
        ),
        capacity=reader.optional(
            row, "capacity", None, lambda given: reader.whole(given, f"{place}.capacity", 0, 100_000)
        ),
        capacity_without_exit=_choice(
            reader, row, "capacity_without_exit", place, CapacityWithoutExit.IGNORE
        ),
        carry_pass=_choice(reader, row, "carry_pass", place, CarryRule.COMPARE),
        stale_revocations=_choice(reader, row, "stale_revocations", place, StaleRevocations.ADMIT),
        unattended_colours=_choice(reader, row, "unattended_colours", place, UnattendedColours.DECISION_ONLY),
        reentry_after=timedelta(
            minutes=reader.optional(
                row,
                "reentry_after_min",
                10,
                lambda given: reader.whole(given, f"{place}.reentry_after_min", 0, 1440),
            )
        ),
        unknown=reader.optional(
            row, "unknown", UnknownRule(), lambda given: _unknown(reader, given, f"{place}.unknown")
        ),
    )


def _choice(reader: _Reader, row: Mapping[str, Any], key: str, place: str, otherwise: _E) -> _E:
    return reader.optional(
        row, key, otherwise, lambda given: reader.one_of(given, f"{place}.{key}", type(otherwise))
    )


def _windows(reader: _Reader, row: Mapping[str, Any], key: str, place: str) -> tuple[Window, ...] | None:
    if row.get(key) is None:
        return None
    rows = reader.rows(row[key], f"{place}.{key}")
    return tuple(reader.window(value, f"{place}.{key}[{at}]") for at, value in enumerate(rows))


def _admits(reader: _Reader, value: object, place: str) -> tuple[Admits, ...]:
    return tuple(
        Admits(
            window=reader.window(row, f"{place}[{at}]", ("colours",)),
            colours=reader.colours(
                row.get("colours") if isinstance(row, Mapping) else None, f"{place}[{at}].colours"
            ),
        )
        for at, row in enumerate(reader.rows(value, place))
    )


def _zone_rule(reader: _Reader, value: object, place: str) -> ZoneRule:
    row = reader.table(value, place, ("shut", "hours", "capacity_percent", "colours"))
    shut = row.get("shut", False)
    if not isinstance(shut, bool):
        reader.wrong(f"{place}.shut", "true or false", shut)
    percent = reader.optional(
        row, "capacity_percent", 100, lambda given: reader.whole(given, f"{place}.capacity_percent", 0, 100)
    )
    only = reader.optional(row, "colours", None, lambda given: reader.colours(given, f"{place}.colours"))
    return ZoneRule(
        shut=shut is True, hours=_windows(reader, row, "hours", place), capacity_percent=percent, colours=only
    )


def _unknown(reader: _Reader, value: object, place: str) -> UnknownRule:
    row = reader.table(value, place, ("fresh", "stale", "expired", "stale_after_min", "expired_after_h"))
    rungs = {
        rung: reader.one_of(row[rung], f"{place}.{rung}", Resort)
        for rung in ("fresh", "stale", "expired")
        if rung in row
    }
    stale = reader.whole(row.get("stale_after_min", 15), f"{place}.stale_after_min", 1, 10_080)
    expired = reader.whole(row.get("expired_after_h", 24), f"{place}.expired_after_h", 1, 720)
    return UnknownRule(**rungs, stale_after=timedelta(minutes=stale), expired_after=timedelta(hours=expired))


def _short(value: object) -> str:
    said = repr(value)
    return said if len(said) <= 40 else said[:37] + "..."
