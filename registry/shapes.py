"""The shapes of what goes over the wire, as `docs/contract.md` has them. An unknown field is refused, not skipped."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
)

from kiosk.core.model import Colour, Direction, IdentifierKind, Outcome, Reason, Source, Via
from registry.moments import Moment

NEWEST_ASKED = 1_000
"""The largest version of the policy that can be asked for: far beyond any, so that a newer kiosk is served too."""

DoorId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
DeviceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Uid = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
]
Subject = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
KeyId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{2,64}$")]
ShortText = Annotated[str, StringConstraints(max_length=200)]
Count = Annotated[StrictInt, Field(ge=0, le=1_000_000)]


class Shape(BaseModel):
    """What all bodies have in common."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class WhoIsIt(Shape):
    """An identifier, in a body and never in a URL."""

    kind: IdentifierKind
    value: Annotated[str, StringConstraints(min_length=1, max_length=40), Field(repr=False)]
    country: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = ""


class StatusQuestion(Shape):
    visit: Uid
    door: DoorId
    direction: Direction
    via: Via
    identifier: WhoIsIt


class StatusShape(Shape):
    colour: Colour
    established_at: Moment
    valid_until: Moment | None


class VenueShape(Shape):
    """The number inside a venue, as one of its doors is told."""

    inside: int
    """Signed: the sum of all doors' moves since the venue's latest closing, and of places that are held."""
    own: int
    """Signed: the part of `inside` that is of the door that asks."""
    at: Moment
    doors: Annotated[int, Field(ge=1)]
    """Doors of the venue that the registry knows."""
    exits: bool
    """Whether one of them is known to be an exit or a toggle door."""


class StatusAnswer(Shape):
    visit: Uid
    status: StatusShape | None
    subject: str
    hint: Annotated[str, Field(repr=False)]
    venue: VenueShape


class PlaceQuestion(Shape):
    visit: Uid
    """The key: the same visit again takes no second place."""
    door: DoorId


class PlaceAnswer(Shape):
    visit: Uid
    taken: bool
    venue: VenueShape


class CheckIn(Shape):
    code: Annotated[str, StringConstraints(pattern=r"^[ -~]{1,200}$")]
    subject: Subject
    direction: Direction | None = None


class CheckedIn(Shape):
    accepted: Literal[True]
    door: DoorId
    door_pass: Annotated[str, Field(alias="pass")]
    """Bound to the door, for a minute: shown to the camera it works even where the kiosk is offline."""


class DoorEvent(Shape):
    id: int
    kind: Literal["checkin"]
    identifier: WhoIsIt
    status: StatusShape | None
    direction: Direction | None


class DoorEvents(Shape):
    cursor: int
    events: list[DoorEvent]
    venue: VenueShape


class Heartbeat(Shape):
    device: DeviceId
    door: DoorId
    version: ShortText
    waiting: Count
    parked: Count
    inside: Count
    health: Annotated[dict[ShortText, ShortText], Field(max_length=32)]


class HeartbeatAnswer(Shape):
    time: Moment
    venue: VenueShape


class SealingKeyShape(Shape):
    kid: KeyId
    x25519: str


class PassKeyShape(Shape):
    kid: KeyId
    alg: Literal["EdDSA"]
    ed25519: str
    not_after: str | None


class RootShape(Shape):
    kid: KeyId
    ed25519: str
    not_after: str | None


class KeysDocument(Shape):
    """What is signed as `keys`."""

    sealing: SealingKeyShape
    passes: list[PassKeyShape]
    roots: list[RootShape]


class VisitRow(Shape):
    """A visit without its visitor."""

    uid: Uid
    reference: str
    at: Moment
    direction: Direction
    via: Via
    outcome: Outcome
    reason: Reason
    opens: bool
    colour: Colour | None
    source: Source
    incident: bool
    passed: bool | None
    amendments: int
    counted_at: Moment | None
    received_at: Moment
    """When the registry took the visit's own record."""
    far: bool
    """The kiosk called its clock right, and `at` is more than an hour before `received_at`, or 300 s after it."""


class VisitRows(Shape):
    visits: list[VisitRow]


class IncidentRow(Shape):
    number: int
    visit: Uid
    reference: str
    delivered_at: Moment


class Report(Shape):
    """Counts of one door since a moment, with no person in them."""

    door: DoorId
    venue: str
    since: Moment
    inside: Annotated[int, Field(ge=0)]
    """Of the whole venue, now, whatever `since` is."""
    highest: Annotated[int, Field(ge=0)]
    """The highest number that the whole venue had since then, by its records."""
    by_old_number: Annotated[int, Field(ge=0)]
    """Visits of this door that were admitted by a number that was not of that moment."""
    by_outcome: dict[Outcome, int]
    by_colour: dict[Colour, int]
    overrides: int
    far: Annotated[int, Field(ge=0)]
    """Records of this door that came since then and whose time is far from the one at which they came."""
    incidents: list[IncidentRow]


class Mistake(BaseModel):
    at: str
    expected: str


class Problem(BaseModel):
    """RFC 9457 problem details. Never repeats what was sent."""

    type: str
    title: str
    status: int
    detail: str
    time: str = ""
    """The registry's, where the caller's clock is wrong."""
    statement: str = ""
    """Where a device was withdrawn: base64 of the COSE document by which a root says so, for this device alone."""
    mistakes: list[Mistake] = []
