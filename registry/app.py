"""The HTTP face of the registry: the calls of `docs/contract.md`, each a few lines over the part that does the work."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Response
from fastapi.openapi.utils import get_openapi
from starlette.concurrency import run_in_threadpool

from kiosk.core.model import Identifier, IdentifierKind, Status
from registry import problems, shapes
from registry.doors import CheckedInAt
from registry.envelope import Envelope
from registry.moments import Moment
from registry.passes import Life
from registry.policy import PolicyDocument
from registry.problems import ProblemError
from registry.reference import ReferenceRegistry
from registry.security import device

LONGEST_WAIT_S = 25

_PROBLEM = {
    "description": "A problem: what was expected and what to do. Never repeats what was sent.",
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "What was named in If-None-Match is still so."}
}
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
    app.include_router(_devices(registry), dependencies=[Depends(device)])
    problems.install(app)
    app.add_middleware(Envelope)
    app.openapi = _described(app)  # type: ignore[method-assign]
    return app


def _devices(registry: ReferenceRegistry) -> APIRouter:
    """The calls of a door's device."""
    router = APIRouter(prefix="/v1")

    @router.post("/status")
    def status(question: shapes.StatusQuestion) -> shapes.StatusAnswer:
        """What the registry states of one visitor now; `status` null where it does not know them."""
        registry.doors.get(question.door)
        asked = question.identifier
        person = registry.roll.find(Identifier(kind=asked.kind, value=asked.value, country=asked.country))
        if person is None:
            return shapes.StatusAnswer(visit=question.visit, status=None, subject="", hint="")
        return shapes.StatusAnswer(
            visit=question.visit, status=_shape(person.status), subject=person.subject, hint=person.hint
        )

    @router.post("/visits")
    def visits(batch: shapes.VisitBatch) -> shapes.Verdicts:
        """Take up to 500 records of one door, with a verdict for each."""
        if len(batch.items) > shapes.MOST_ITEMS:
            raise ProblemError(
                413, "too-many-items", f"expected at most {shapes.MOST_ITEMS} items; send fewer at a time"
            )
        door = registry.doors.get(batch.door)
        return shapes.Verdicts(results=registry.ledger.take(batch.device, door.id, batch.items))

    @router.get("/policy", response_model=PolicyDocument, responses=_UNCHANGED)
    def policy(door: Annotated[shapes.DoorId, Query()], if_none_match: IfNoneMatch = "") -> Response:
        """The policy of the door's venue: all editions, past and to come."""
        try:
            document = registry.policies.current(registry.doors.get(door).venue)
        except LookupError:
            raise ProblemError(
                404, "no-policy", "expected a venue with a policy; put one at the registry"
            ) from None
        return _tagged(document.encode(), if_none_match)

    @router.get("/keys", response_model=shapes.KeysDocument, responses=_UNCHANGED)
    def keys(if_none_match: IfNoneMatch = "") -> Response:
        """The keys that passes are signed with, and the one that identifiers are sealed to."""
        document = shapes.KeysDocument.model_validate(registry.keys.document())
        return _tagged(document.model_dump_json().encode(), if_none_match)

    @router.get("/doors/{door}/events")
    async def events(
        door: shapes.DoorId,
        after: Annotated[int, Query(ge=0, le=2**53)] = 0,
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S, allow_inf_nan=False)] = 0,
    ) -> shapes.DoorEvents:
        """The visitors who scanned this door's code: at once where there are any, else after at most `wait` seconds."""
        here = (await run_in_threadpool(registry.doors.get, door)).id
        ends = time.monotonic() + wait
        bell = registry.doors.bell
        async with bell.listening(here) as ring:
            while True:
                cursor, found = await run_in_threadpool(registry.doors.events, here, after)
                if found or cursor != after or bell.silent or not await ring(ends - time.monotonic()):
                    break
        told = [await run_in_threadpool(_event, registry, one) for one in found]
        return shapes.DoorEvents(cursor=cursor, events=told)

    @router.post("/heartbeat")
    def heartbeat(beat: shapes.Heartbeat) -> shapes.HeartbeatAnswer:
        """How a device is; answered with the registry's time."""
        registry.doors.get(beat.door)
        registry.heard(beat)
        return shapes.HeartbeatAnswer(time=registry.clock())

    @router.get("/doors/{door}/visits")
    def latest(
        door: shapes.DoorId, limit: Annotated[int, Query(ge=1, le=shapes.MOST_ITEMS)] = 50
    ) -> shapes.VisitRows:
        """The latest visits of a door, newest first, without their visitors."""
        rows = registry.reports.visits(registry.doors.get(door).id, limit=limit)
        return shapes.VisitRows.model_validate({"visits": rows})

    @router.get("/doors/{door}/report")
    def report(door: shapes.DoorId, since: Annotated[Moment | None, Query()] = None) -> shapes.Report:
        """Counts of a door since a moment; without one, of the last 24 hours."""
        begin = since or registry.clock() - timedelta(hours=24)
        return shapes.Report.model_validate(registry.reports.report(registry.doors.get(door), begin))

    return router


def _visitors(registry: ReferenceRegistry) -> APIRouter:
    """The calls of a visitor's phone."""
    router = APIRouter(prefix="/v1")

    @router.post("/checkins")
    def check_in(came: shapes.CheckIn) -> shapes.CheckedIn:
        """A phone scanned the venue code: the door is told, and the phone gets a pass for this door and minute."""
        person = registry.roll.person(came.subject)
        if person is None:
            raise ProblemError(
                404, "unknown-visitor", "expected a visitor whom the registry knows; register first"
            )
        door = registry.doors.check_in(came.code, person.subject, came.direction)
        text = registry.issue_pass(person, Life.AT_DOOR, door=door.id)
        return shapes.CheckedIn.model_validate({"accepted": True, "door": door.id, "pass": text})

    return router


def _shape(status: Status) -> shapes.StatusShape:
    return shapes.StatusShape(
        colour=status.colour, established_at=status.established_at, valid_until=status.valid_until
    )


def _event(registry: ReferenceRegistry, came: CheckedInAt) -> shapes.DoorEvent:
    person = registry.roll.person(came.subject)
    return shapes.DoorEvent(
        id=came.number,
        kind="checkin",
        identifier=shapes.WhoIsIt(kind=IdentifierKind.CHECKIN, value=came.subject),
        status=None if person is None else _shape(person.status),
        direction=came.direction,
    )


def _tagged(body: bytes, if_none_match: str) -> Response:
    """Answer with an ETag, or with 304 where the caller has this already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in if_none_match or if_none_match.strip() == "*":
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _described(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Return what makes the OpenAPI document: with our problems, and with the items that are read one by one."""

    def document() -> dict[str, Any]:
        made = get_openapi(title=app.title, version=app.version, routes=app.routes)
        schemas = made["components"]["schemas"]
        template = "#/components/schemas/{model}"
        for shape in (
            shapes.Problem.model_json_schema(ref_template=template),
            shapes.ITEM.json_schema(ref_template=template),
        ):
            schemas |= shape.pop("$defs", {})
            schemas[shape.get("title", "Item")] = shape
        schemas["VisitBatch"]["properties"]["items"]["items"] = {"$ref": "#/components/schemas/Item"}
        return made

    return document
