"""The HTTP face of the registry: the calls of `docs/contract.md`, each a few lines over the part that does the work."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from kiosk.core.model import DoorKind, Identifier, IdentifierKind, Status
from registry import item_shapes, problems, shapes
from registry.doors import CheckedInAt, Door
from registry.enrolment_shapes import Initialize, Initialized, VenueCode
from registry.envelope import Envelope
from registry.moments import Moment
from registry.occupancy import VenueNumber
from registry.openapi import described
from registry.passes import Life
from registry.problems import ProblemError
from registry.reference import ReferenceRegistry
from registry.security import LOOKS_EVERY_S, Anybody, Caller

LONGEST_WAIT_S = 25

_PROBLEM = {
    "description": "A problem: what was expected and what to do. Never repeats what was sent.",
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "What was named in If-None-Match is still so."}
}
SIGNED_DOCUMENT = "application/cose"
_DOCUMENT: dict[int | str, dict[str, Any]] = _UNCHANGED | {
    200: {
        "description": "The document, signed by a root (COSE_Sign1).",
        "content": {SIGNED_DOCUMENT: {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _caller(request: Request) -> Caller | Anybody:
    """Return whom `Guard.admit` let in; it goes before every call of a device."""
    caller: Caller | Anybody = request.state.caller
    return caller


From = Annotated[Any, Depends(_caller)]
PolicyVersion = Annotated[int | None, Query(ge=1, le=shapes.NEWEST_ASKED)]
IfNoneMatch = Annotated[str, Header(max_length=200)]


def create_app(registry: ReferenceRegistry) -> FastAPI:
    """Return the ASGI application that answers from `registry`."""
    app = FastAPI(
        title="Ashyq reference registry",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={"default": _PROBLEM},
    )
    app.include_router(_visitors(registry))
    app.include_router(_enrolment(registry))
    app.include_router(_devices(registry), dependencies=[Depends(registry.guard.admit)])
    app.include_router(_documents(registry), dependencies=[Depends(registry.guard.admit)])
    problems.install(app)
    app.add_middleware(Envelope)
    app.openapi = described(app)  # type: ignore[method-assign]
    return app


def _devices(registry: ReferenceRegistry) -> APIRouter:
    """The calls of a door's device."""
    router = APIRouter(prefix="/v1")

    @router.post("/status")
    def status(question: shapes.StatusQuestion, caller: From) -> shapes.StatusAnswer:
        """What the registry states of one visitor now; `status` null where it does not know them."""
        door = _door(registry, question.door, caller)
        asked = question.identifier
        person = registry.roll.find(Identifier(kind=asked.kind, value=asked.value, country=asked.country))
        venue = _venue(registry.occupancy.number(door.id, door.venue))
        if person is None:
            return shapes.StatusAnswer(visit=question.visit, status=None, subject="", hint="", venue=venue)
        return shapes.StatusAnswer(
            visit=question.visit,
            status=_shape(person.status),
            subject=person.pass_id,
            hint=person.hint,
            venue=venue,
        )

    @router.post("/places")
    def places(question: shapes.PlaceQuestion, caller: From) -> shapes.PlaceAnswer:
        """A place inside for one visit, where one is free; the same visit again has the same place."""
        place = registry.places.take(question.visit, _door(registry, question.door, caller))
        return shapes.PlaceAnswer(visit=question.visit, taken=place.taken, venue=_venue(place.number))

    @router.post("/visits")
    def visits(batch: item_shapes.VisitBatch, caller: From) -> item_shapes.Verdicts:
        """Take up to 500 records of one door, with a verdict for each."""
        if len(batch.items) > item_shapes.MOST_ITEMS:
            raise ProblemError(
                413,
                "too-many-items",
                f"expected at most {item_shapes.MOST_ITEMS} items; send fewer at a time",
            )
        door = _door(registry, batch.door, caller)
        named = caller.name(batch.device)
        if batch.origin is None:
            return item_shapes.Verdicts(results=registry.ledger.take(named, door.id, batch.items))
        made = registry.devices.former(batch.origin.device, at=batch.origin.door, now=named)
        if isinstance(made, str):
            return item_shapes.Verdicts(results=registry.ledger.refuse(batch.items, made))
        return item_shapes.Verdicts(results=registry.ledger.take(made.id, made.door, batch.items))

    @router.get("/doors/{door}/events")
    async def events(
        door: shapes.DoorId,
        caller: From,
        after: Annotated[int, Query(ge=0, le=2**53)] = 0,
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S, allow_inf_nan=False)] = 0,
    ) -> shapes.DoorEvents:
        """The visitors who scanned this door's code: at once where there are any, else after at most `wait` seconds."""
        stands = await run_in_threadpool(_door, registry, door, caller)
        here = stands.id
        ends = time.monotonic() + wait
        bell = registry.doors.bell
        async with bell.listening(here) as ring:
            while True:
                cursor, check_ins = await run_in_threadpool(registry.doors.events, here, after)
                if check_ins or cursor != after or bell.silent:
                    break
                if not await _rings(ring, ends, partial(registry.guard.still_serves, caller)):
                    break
        await run_in_threadpool(registry.guard.must_still_serve, caller)  # it may have waited for long
        answered = [await run_in_threadpool(_event, registry, check_in) for check_in in check_ins]
        number = await run_in_threadpool(registry.occupancy.number, here, stands.venue)
        return shapes.DoorEvents(cursor=cursor, events=answered, venue=_venue(number))

    @router.post("/heartbeat")
    def heartbeat(
        beat: shapes.Heartbeat,
        caller: From,
        policy: PolicyVersion = None,
        kind: Annotated[DoorKind | None, Query()] = None,
    ) -> shapes.HeartbeatAnswer:
        """How a device is, what kind of door it stands at, and which version of the policy it understands."""
        door = _door(registry, beat.door, caller)
        registry.heard(caller.name(beat.device), door, beat, kind=kind, policy=policy)
        venue = _venue(registry.occupancy.number(door.id, door.venue))
        return shapes.HeartbeatAnswer(time=registry.clock(), venue=venue)

    @router.get("/doors/{door}/visits")
    def latest(
        door: shapes.DoorId, caller: From, limit: Annotated[int, Query(ge=1, le=item_shapes.MOST_ITEMS)] = 50
    ) -> shapes.VisitRows:
        """The latest visits of a door, newest first, without their visitors."""
        rows = registry.reports.visits(_door(registry, door, caller).id, limit=limit)
        return shapes.VisitRows.model_validate({"visits": rows})

    @router.get("/doors/{door}/report")
    def report(
        door: shapes.DoorId, caller: From, since: Annotated[Moment | None, Query()] = None
    ) -> shapes.Report:
        """Counts of a door since a moment; without one, of the last 24 hours."""
        begin = since or registry.clock() - timedelta(hours=24)
        return shapes.Report.model_validate(registry.reports.report(_door(registry, door, caller), begin))

    return router


def _documents(registry: ReferenceRegistry) -> APIRouter:
    """What a device keeps: signed, with an ETag."""
    router = APIRouter(prefix="/v1", default_response_class=Response)

    @router.get("/policy", responses=_DOCUMENT)
    def policy(
        door: Annotated[shapes.DoorId, Query()],
        caller: From,
        version: PolicyVersion = None,
        if_none_match: IfNoneMatch = "",
    ) -> Response:
        """The policy of the door's venue, signed for this door: all editions, past and to come.

        `version`: the newest version of the document that the caller understands, 1 where it does not say.
        """
        body = registry.documents.policy(_door(registry, door, caller), version or 1)
        return _tagged(body, if_none_match)

    @router.get("/keys", responses=_DOCUMENT)
    def keys(if_none_match: IfNoneMatch = "") -> Response:
        """The keys that passes are signed with, the one that identifiers are sealed to, and the roots."""
        return _tagged(registry.documents.keys(), if_none_match)

    @router.get("/revocations", responses=_DOCUMENT)
    def revocations(
        since: Annotated[int, Query(ge=0, le=2**53)] = 0, if_none_match: IfNoneMatch = ""
    ) -> Response:
        """The revoked passes: what changed since a sequence, or all."""
        return _tagged(registry.documents.revocations(since), if_none_match)

    return router


def _enrolment(registry: ReferenceRegistry) -> APIRouter:
    """The one call of a device that has no id yet."""
    router = APIRouter(prefix="/v1")

    @router.post("/device/initialize")
    def initialize(asks: Initialize) -> Initialized:
        """Enrol a device by the one-time token of a code; the same device may ask again with the same key."""
        device, name = registry.enrolments.use(
            base64.urlsafe_b64decode(asks.token + "=="),
            base64.b64decode(asks.public_key),
            base64.b64decode(asks.proof),
            hardware=asks.hardware.model_dump(),
            versions=asks.versions.model_dump(),
        )
        door = registry.doors.get(name)
        code = VenueCode(url=registry.doors.venue_url, key=base64.b64encode(door.key).decode())
        return Initialized(
            device=device, door=door.id, venue=door.venue, time=registry.clock(), venue_code=code
        )

    return router


def _visitors(registry: ReferenceRegistry) -> APIRouter:
    """The calls of a visitor's phone."""
    router = APIRouter(prefix="/v1")

    @router.post("/checkins")
    def check_in(came: shapes.CheckIn) -> shapes.CheckedIn:
        """A phone scanned the venue code: the door is told, and the phone gets a pass for this door and minute."""
        registry.doors.shown(came.code)  # first: who has no code learns of nobody whether they are known
        person = registry.roll.person(came.subject)
        if person is None:
            raise ProblemError(
                404, "unknown-visitor", "expected a visitor whom the registry knows; register first"
            )
        door = registry.doors.check_in(came.code, person.subject, came.direction)
        text = registry.issue_pass(person, Life.AT_DOOR, door=door.id)
        return shapes.CheckedIn.model_validate({"accepted": True, "door": door.id, "pass": text})

    return router


async def _rings(
    ring: Callable[[float], Awaitable[bool]], ends: float, still_serves: Callable[[], bool]
) -> bool:
    """Wait for a door's bell until `ends` (monotonic seconds); False where that is over, or the device was revoked."""
    while (left := ends - time.monotonic()) > 0:
        if await ring(min(left, LOOKS_EVERY_S)):
            return True
        if not await run_in_threadpool(still_serves):
            return False
    return False


def _door(registry: ReferenceRegistry, door: str, caller: Caller | Anybody) -> Door:
    """Return the door that a device asks about. Raises ProblemError where there is none, or it is not its own."""
    named = registry.doors.get(door)
    caller.must_be_at(named)
    return named


def _shape(status: Status) -> shapes.StatusShape:
    return shapes.StatusShape(
        colour=status.colour, established_at=status.established_at, valid_until=status.valid_until
    )


def _venue(number: VenueNumber) -> shapes.VenueShape:
    return shapes.VenueShape(
        inside=number.inside, own=number.own, at=number.at, doors=number.doors, exits=number.exits
    )


def _event(registry: ReferenceRegistry, came: CheckedInAt) -> shapes.DoorEvent:
    person = registry.roll.person(came.subject)
    return shapes.DoorEvent(
        id=came.number,
        kind="checkin",
        identifier=shapes.WhoIsIt(
            kind=IdentifierKind.CHECKIN, value=came.subject if person is None else person.pass_id
        ),
        status=None if person is None else _shape(person.status),
        direction=came.direction,
    )


def _tagged(body: bytes, if_none_match: str) -> Response:
    """Answer a signed document with an ETag, or with 304 where the caller has this already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in if_none_match or if_none_match.strip() == "*":
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=SIGNED_DOCUMENT, headers=headers)
