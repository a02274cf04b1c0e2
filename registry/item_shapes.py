"""The shapes of what a door brings: the items of `/v1/visits`, each a record with a uid of its own, and their verdicts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt, StringConstraints, TypeAdapter, field_validator
from pydantic_core import PydanticCustomError

from kiosk.core.model import MOST_CORRECTED, Colour, Direction, Oddity, Outcome, Reason, Source, Via
from registry.moments import Moment
from registry.shapes import Count, DeviceId, DoorId, KeyId, Shape, ShortText, Subject, Uid

MOST_ITEMS = 500

Sealed = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{1,1398}={0,2}$")]


class PseudonymousSubject(Shape):
    kind: Literal["pass", "checkin"]
    value: Subject


class _Item(Shape):
    uid: Uid
    at: Moment
    time_trusted: StrictBool


class VisitItem(_Item):
    kind: Literal["visit"]
    direction: Direction
    via: Via
    outcome: Outcome
    reason: Reason
    opens: StrictBool
    colour: Colour | None
    source: Source
    incident: StrictBool
    compare_identity: StrictBool
    counted_at: Moment | None = None
    """The moment of the venue's number by which the kiosk decided, where the registry gave no answer in time."""
    subject: PseudonymousSubject | None = None
    sealed: Sealed | None = None
    sealed_kid: KeyId | None = None


class AmendmentItem(_Item):
    kind: Literal["amendment"]
    visit: Uid
    outcome: Outcome
    reason: Reason
    opens: StrictBool
    colour: Colour | None
    source: Source
    incident: StrictBool
    by: ShortText
    why: Annotated[ShortText, Field(repr=False)]


class PassageItem(_Item):
    kind: Literal["passage"]
    visit: Uid
    passed: StrictBool
    sensed: StrictBool


class ClosingItem(_Item):
    kind: Literal["closing"]
    assumed_exits: Count


class AnomalyItem(_Item):
    kind: Literal["anomaly"]
    what: Oddity
    direction: Direction | None


class CorrectionItem(_Item):
    """What staff say: there are more, or fewer, inside than the number. With who and why."""

    kind: Literal["correction"]
    change: Annotated[StrictInt, Field(ge=-MOST_CORRECTED, le=MOST_CORRECTED)]
    by: ShortText
    why: Annotated[ShortText, Field(repr=False)]

    @field_validator("change")
    @classmethod
    def _changes(cls, change: int) -> int:
        if change == 0:
            raise PydanticCustomError("no_change", "a whole number other than 0")
        return change


AnyItem = VisitItem | AmendmentItem | PassageItem | ClosingItem | AnomalyItem | CorrectionItem
ITEM: TypeAdapter[AnyItem] = TypeAdapter(Annotated[AnyItem, Field(discriminator="kind")])


class Origin(Shape):
    """By whom and where records were made, where the device that brings them was enrolled otherwise then."""

    device: DeviceId
    door: DoorId


class VisitBatch(Shape):
    """The items are read one by one: a bad one is told so in its own verdict and holds up no other."""

    device: DeviceId
    door: DoorId
    origin: Origin | None = None
    items: Annotated[
        list[Any], Field(min_length=1, json_schema_extra={"maxItems": MOST_ITEMS, "items": True})
    ]


class Verdict(Shape):
    uid: str
    """Empty where the item had none that is one: the verdicts stand in the order of the items."""
    verdict: Literal["stored", "duplicate", "rejected", "later"]
    reason: str


class Verdicts(Shape):
    results: list[Verdict]
