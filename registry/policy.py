"""Policy documents: their shape, and their editing at the registry. Each change raises the sequence by one.

A kiosk refuses a policy with a rule that it does not understand, so nothing is stored here that is not in the
contract. There is no rule choice on a device (rule 10): this is the only place where a rule is made.

A key that is new is a new version of the document. What is stored is of the newest version; a kiosk is served the newest
one that it understands, without the keys that only a later one has: so a new rule never freezes the policy of older kiosks.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StringConstraints, ValidationError
from sqlalchemy import func, insert, select

from kiosk.core.model import Colour
from kiosk.core.rule.policy import (
    CapacityWithoutExit,
    CarryRule,
    Edition,
    Policy,
    Resort,
    StaleRevocations,
    UnattendedColours,
    Zone,
)
from kiosk.core.rule.policy_document import NEWEST_VERSION, SINCE_VERSION, parse_policy
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
    capacity_without_exit: CapacityWithoutExit = CapacityWithoutExit.IGNORE
    """From version 2 on: whether the capacity holds at a venue where no exit or toggle door is known."""
    carry_pass: CarryRule = CarryRule.COMPARE
    stale_revocations: StaleRevocations = StaleRevocations.ADMIT
    unattended_colours: UnattendedColours = UnattendedColours.DECISION_ONLY
    reentry_after_min: Minutes = 10
    unknown: UnknownLadder = UnknownLadder()


class PolicyDocument(_Part):
    version: Literal[1, 2] = 2
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
            written = {"version": NEWEST_VERSION, "sequence": sequence, "venue": venue, "editions": editions}
            try:
                document = PolicyDocument.model_validate(written).model_dump_json(exclude_unset=True)
            except ValidationError as error:
                mistakes = [
                    f"{'.'.join(map(str, mistake['loc']))}: {mistake['msg']}"
                    for mistake in error.errors(include_input=False)
                ]
                raise BadPolicy("the policy was not changed; expected:\n" + "\n".join(mistakes)) from None
            understood = parse_policy(json.loads(document))
            if isinstance(
                understood, list
            ):  # a kiosk knows more of a rule than its shape: red is never admitted
                raise BadPolicy("the policy was not changed; a kiosk would say:\n" + "\n".join(understood))
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

    def served(self, venue: str, version: int) -> tuple[int, str]:
        """Return the sequence and the JSON text of the newest document, in the newest version up to `version` (1 or more).

        The sequence is the same in every version. Raises LookupError where the venue has no policy.
        """
        document = json.loads(self.current(venue))
        document["version"] = min(version, NEWEST_VERSION)
        document["editions"] = [
            {key: value for key, value in edition.items() if SINCE_VERSION.get(key, 1) <= version}
            for edition in document["editions"]
        ]
        return document["sequence"], json.dumps(document, ensure_ascii=False, separators=(",", ":"))

    def in_force(self, venue: str) -> Edition | None:
        """Return the edition in force now; None where the venue has none, or one that no kiosk understands either."""
        try:
            policy = parse_policy(json.loads(self.current(venue)))
        except LookupError:
            return None
        return policy.at(self._clock()) if isinstance(policy, Policy) else None

    def current(self, venue: str) -> str:
        """Return the newest document as it is stored: JSON text. Raises LookupError where the venue has none."""
        newest = (
            select(policies.c.document).where(policies.c.venue == venue).order_by(policies.c.sequence.desc())
        )
        with self._database.read() as connection:
            document = connection.scalar(newest.limit(1))
        if document is None:
            raise LookupError("expected a venue with a policy; put one first")
        return str(document)
