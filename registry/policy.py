"""Policy documents: their shape, and their editing at the registry. Each change raises the sequence by one.

A kiosk refuses a policy with a rule that it does not understand, so nothing is stored here that is not in the
contract. There is no rule choice on a device (rule 10): this is the only place where a rule is made.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StringConstraints, ValidationError
from sqlalchemy import func, insert, select

from kiosk.core.model import Colour
from kiosk.core.rule.policy import CarryRule, Resort, StaleRevocations, UnattendedColours, Zone
from registry.database import Database, policies
from registry.moments import Moment, utc_text

TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Percent = Annotated[StrictInt, Field(ge=0, le=100)]
Minutes = Annotated[StrictInt, Field(ge=0, le=10_080)]
Hours = Annotated[StrictInt, Field(ge=0, le=8760)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Hourly(_Part):
    weekdays: Annotated[list[Weekday], Field(min_length=1)] = [
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
    ]
    start: TimeOfDay = "00:00"
    end: TimeOfDay = "00:00"


class AdmitsColours(Hourly):
    colours: list[Colour]


class ZoneChange(_Part):
    shut: StrictBool = False
    hours: list[Hourly] | None = None
    capacity_percent: Percent = 100
    colours: list[Colour] | None = None


class UnknownLadder(_Part):
    fresh: Resort = Resort.ASK_STAFF
    stale: Resort = Resort.ASK_STAFF
    expired: Resort = Resort.ASK_STAFF
    stale_after_min: Minutes = 15
    expired_after_h: Hours = 24


class EditionDocument(_Part):
    effective_from: Moment
    zone: Zone = Zone.GREEN
    zones: dict[Zone, ZoneChange] = {}
    opening: list[Hourly] = [Hourly()]
    admits: list[AdmitsColours] = [AdmitsColours(colours=[Colour.GREEN, Colour.BLUE])]
    capacity: Annotated[StrictInt, Field(ge=0, le=100_000)] | None = None
    carry_pass: CarryRule = CarryRule.COMPARE
    stale_revocations: StaleRevocations = StaleRevocations.ADMIT
    unattended_colours: UnattendedColours = UnattendedColours.DECISION_ONLY
    reentry_after_min: Minutes = 10
    unknown: UnknownLadder = UnknownLadder()


class PolicyDocument(_Part):
    version: Literal[1] = 1
    sequence: int
    venue: str
    editions: Annotated[list[EditionDocument], Field(min_length=1)]


class BadPolicy(ValueError):
    """A change would make a document that the contract does not know."""


class Policies:
    """The policy of each venue."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def put(self, venue: str, editions: list[dict[str, Any]]) -> int:
        """Replace the editions of a venue's policy and return the new sequence. Raises BadPolicy."""
        with self._database.write() as connection:
            newest = connection.scalar(select(func.max(policies.c.sequence)).where(policies.c.venue == venue))
            sequence = (newest or 0) + 1
            written = {"version": 1, "sequence": sequence, "venue": venue, "editions": editions}
            try:
                document = PolicyDocument.model_validate(written).model_dump_json(exclude_unset=True)
            except ValidationError as error:
                told = [
                    f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
                    for one in error.errors(include_input=False)
                ]
                raise BadPolicy("the policy was not changed; expected:\n" + "\n".join(told)) from None
            row = {"venue": venue, "sequence": sequence, "document": document}
            connection.execute(insert(policies).values(row))
        return sequence

    def change(self, venue: str, **changes: Any) -> int:
        """Bring a new edition into force now: the one in force with these fields changed. Return the sequence.

        Raises BadPolicy, and LookupError where the venue has no policy in force yet.
        """
        now = utc_text(self._clock())
        editions = json.loads(self.current(venue))["editions"]
        begun = [edition for edition in editions if edition["effective_from"] <= now]
        if not begun:
            raise LookupError("expected a policy in force; put one first")
        base = max(begun, key=lambda edition: edition["effective_from"])
        kept = [edition for edition in editions if edition["effective_from"] != now]
        return self.put(venue, [*kept, base | changes | {"effective_from": now}])

    def current(self, venue: str) -> str:
        """Return the newest document as JSON text. Raises LookupError where the venue has none."""
        newest = (
            select(policies.c.document).where(policies.c.venue == venue).order_by(policies.c.sequence.desc())
        )
        with self._database.read() as connection:
            document = connection.scalar(newest.limit(1))
        if document is None:
            raise LookupError("expected a venue with a policy; put one first")
        return str(document)
