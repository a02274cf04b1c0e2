"""Takes the records of doors: a verdict for each item, whatever becomes of the others.

The item's uid is the idempotency key: the same item again, be it with its time put right, is a duplicate and changes
nothing; another content under the same uid is rejected. Order does not matter: an amendment may come before its visit.
What tells of a visit counts only where it comes from the door at which that visit is filed. The number inside the venue
changes in the same transaction as the records (`registry/moves.py`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import OperationalError

from kiosk.core.model import Identifier
from registry.database import Database, cannot_write_now, incidents, records, visits
from registry.item_shapes import (
    ITEM,
    AmendmentItem,
    AnomalyItem,
    AnyItem,
    ClosingItem,
    CorrectionItem,
    PassageItem,
    Verdict,
    VisitItem,
)
from registry.keys import Keys
from registry.moves import Move, change_of, close_within, counts_at, give_back_within, move_within
from registry.problems import mistakes_in
from registry.roll import Roll
from registry.sealing import DoesNotOpen, unseal
from registry.shapes import Uid

log = logging.getLogger(__name__)

_TIMES = ("at", "time_trusted")


class _Rejected(Exception):
    """This item will never be taken as it is; the text is the verdict's reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Accepted:
    """An item that is as the contract wants it, not yet stored."""

    item: AnyItem
    body: str = field(repr=False)
    digest: str
    subject: str | None

    @property
    def visit(self) -> str | None:
        """The visit that it tells of."""
        if isinstance(self.item, VisitItem):
            return self.item.uid
        return self.item.visit if isinstance(self.item, (AmendmentItem, PassageItem)) else None

    def counts_at(self, received_at: datetime) -> datetime:
        """When it counts that came at `received_at`."""
        return counts_at(self.item.at, time_trusted=self.item.time_trusted, received_at=received_at)


class Ledger:
    """All records of all doors."""

    def __init__(self, database: Database, keys: Keys, roll: Roll, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keys = keys
        self._roll = roll
        self._clock = clock

    def take(self, device: str, door: str, items: Iterable[object]) -> list[Verdict]:
        """Store a batch in one transaction and return the verdicts in the order of the items."""
        read = [self._read(item) for item in items]
        accepted = [one for one in read if isinstance(one, _Accepted)]
        try:
            stored = iter(self._store(device, door, accepted))
        except OperationalError as error:  # disk full, file held by somebody else: not the items' fault
            if not cannot_write_now(error):
                raise
            log.warning("a batch of %d could not be stored: %s", len(accepted), error.orig)
            stored = iter(
                [_verdict(one.item.uid, "later", "the registry cannot write now") for one in accepted]
            )
        return [next(stored) if isinstance(one, _Accepted) else one for one in read]

    def refuse(self, items: Iterable[object], reason: str) -> list[Verdict]:
        """Take none of a batch, each for the same reason: whoever sent it keeps it."""
        return [_verdict(_uid_of(raw), "rejected", reason) for raw in items]

    def _read(self, raw: object) -> _Accepted | Verdict:
        try:
            item = ITEM.validate_python(raw)
            subject = self._subject_of(item) if isinstance(item, VisitItem) else None
        except ValidationError as error:
            first, *_ = mistakes_in(error.errors(include_url=False))
            return _verdict(_uid_of(raw), "rejected", f"invalid: {first['at']}: expected {first['expected']}")
        except _Rejected as rejected:
            return _verdict(_uid_of(raw), "rejected", str(rejected))
        body = json.dumps(raw, sort_keys=True, separators=(",", ":"))
        # A kiosk puts its times right when it learns the time, maybe after an answer was lost: that is the same record.
        lasting = {name: value for name, value in json.loads(body).items() if name not in _TIMES}
        digest = hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()
        return _Accepted(item=item, body=body, digest=digest, subject=subject)

    def _subject_of(self, item: VisitItem) -> str | None:
        """Return whose visit it was; None where nobody could be named, or the registry does not know them."""
        if item.subject is not None and item.sealed is not None:
            raise _Rejected("invalid: expected a subject or a sealed identifier, not both")
        if item.subject is not None:
            return self._roll.owner(item.subject.value) or item.subject.value
        if (item.sealed is None) != (item.sealed_kid is None):
            raise _Rejected("invalid: expected sealed and sealed_kid together")
        if item.sealed is None or item.sealed_kid is None:
            return None
        return self._roll.subject_of(self._open(item.sealed, item.sealed_kid, item.uid))

    def _open(self, sealed: str, kid: str, visit: str) -> Identifier:
        key = self._keys.opener(kid)
        if key is None:
            raise _Rejected("unknown-sealing-key")
        try:
            found = unseal(base64.b64decode(sealed, validate=True), visit, key)
        except (DoesNotOpen, binascii.Error):
            raise _Rejected("sealed-does-not-open") from None
        if not found.personal:
            raise _Rejected("invalid: expected a sealed IIN or passport")
        return found

    def _store(self, device: str, door: str, accepted: list[_Accepted]) -> list[Verdict]:
        now = self._clock()
        verdicts: list[Verdict] = []
        rows: list[dict[str, Any]] = []
        touched: dict[str, str | None] = {}
        fresh: list[_Accepted] = []
        with self._database.write() as connection:
            uids = [one.item.uid for one in accepted]
            same_uid = select(records.c.uid, records.c.digest).where(records.c.uid.in_(uids))
            known = {row.uid: row.digest for row in connection.execute(same_uid)}
            elsewhere = _filed_elsewhere(connection, door, accepted)
            for one in accepted:
                uid = one.item.uid
                if uid in known:
                    same = known[uid] == one.digest
                    verdicts.append(
                        _verdict(uid, *(("duplicate", "") if same else ("rejected", "uid-reused")))
                    )
                    continue
                if one.visit in elsewhere:
                    verdicts.append(_verdict(uid, "rejected", "other-door"))
                    continue
                known[uid] = one.digest
                fresh.append(one)
                verdicts.append(_verdict(uid, "stored", ""))
                origin = {"device": device, "door": door, "received_at": now}
                about = {"kind": one.item.kind, "visit": one.visit, "at": one.item.at}
                rows.append({"uid": uid, "digest": one.digest, "body": one.body} | origin | about)
                if one.visit is not None:
                    touched[one.visit] = touched.get(one.visit) or one.subject
            if rows:
                connection.execute(insert(records), rows)
            counted = _retell(connection, touched, now) if touched else {}
            _count(connection, door, fresh, counted, now)
        return verdicts


def _filed_elsewhere(connection: Connection, door: str, accepted: Iterable[_Accepted]) -> set[str]:
    """Return which of the visits that are told of are filed for another door: by the visit's own record."""
    told = {one.visit for one in accepted if one.visit is not None and not isinstance(one.item, VisitItem)}
    filed = select(records.c.uid).where(records.c.uid.in_(told), records.c.kind == "visit")
    return set(connection.execute(filed.where(records.c.door != door)).scalars())


def _count(
    connection: Connection,
    door: str,
    fresh: Iterable[_Accepted],
    counted: Mapping[str, Move | None],
    now: datetime,
) -> None:
    """Change the number inside by records that were not there before, and by the visits that they told of."""
    moves: dict[str, Move | None] = dict(counted)
    closings: dict[str, datetime] = {}
    over = set(counted)
    for one in fresh:
        match one.item:
            case AnomalyItem(direction=direction) if direction is not None:
                moves[one.item.uid] = Move(change=change_of(direction), at=one.counts_at(now))
            case CorrectionItem(change=change):
                moves[one.item.uid] = Move(change=change, at=one.counts_at(now))
            case ClosingItem():
                closings[one.item.uid] = one.counts_at(now)
            case PassageItem(passed=False, visit=visit):
                over.add(visit)  # nobody went in: whatever the visit was, its place is free
    move_within(connection, door, moves)
    close_within(connection, door, closings)
    if over:
        give_back_within(connection, door, over)


def _retell(
    connection: Connection, touched: Mapping[str, str | None], now: datetime
) -> dict[str, Move | None]:
    """Make the rows of these visits anew from all of their records; a red visitor's becomes an incident, once.

    Return what each visit whose own record is there changes in the number inside; None where it changes nothing.
    """
    # Among records of one moment the uid decides, and not which of them came first.
    of_them = select(records).where(records.c.visit.in_(touched)).order_by(records.c.at, records.c.uid)
    told: dict[str, list[Any]] = {}
    for record in connection.execute(of_them):
        told.setdefault(record.visit, []).append(record)
    filed = select(visits.c.uid, visits.c.subject).where(visits.c.uid.in_(touched))
    subjects = {row.uid: row.subject for row in connection.execute(filed)}
    reported = set(
        connection.execute(select(incidents.c.visit).where(incidents.c.visit.in_(touched))).scalars()
    )
    rows, red = [], []
    counted: dict[str, Move | None] = {}
    for uid, about_it in told.items():
        own = next((record for record in about_it if record.uid == uid and record.kind == "visit"), None)
        door = None if own is None else own.door
        bodies = [json.loads(record.body) for record in about_it if record.door == door]
        state = state_of(bodies)
        if own is None or state is None:
            continue
        counted[uid] = _move_of(state, own)
        when = {"at": own.at, "counted_at": _moment(state["counted_at"])}
        rows.append(state | when | {"door": door, "subject": subjects.get(uid) or touched[uid]})
        if state["incident"] and uid not in reported:
            red.append({"visit": uid, "door": door, "delivered_at": now})
    connection.execute(delete(visits).where(visits.c.uid.in_(touched)))
    if rows:
        connection.execute(insert(visits), rows)
    if red:
        connection.execute(insert(incidents), red)
    return counted


def _move_of(state: Mapping[str, Any], own: Any) -> Move | None:
    """Return what a visit changes: one person, if it opened and nobody withdrew it. `own` is the visit's own record."""
    if not state["opens"] or state["passed"] is False:
        return None
    trusted = json.loads(own.body)["time_trusted"]
    when = counts_at(own.at, time_trusted=trusted, received_at=own.received_at)
    return Move(change=change_of(state["direction"]), at=when)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def state_of(told: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return what became of a visit, from its records in the order of their times; None before the visit itself came.

    A later decision takes the place of an earlier one; an incident stays one, whatever staff decided afterwards.
    """
    visit: dict[str, Any] | None = None
    amendments, incident, passed = [], False, None
    for record in told:
        if record["kind"] == "visit":
            visit = {name: record[name] for name in ("uid", "at", "direction", "via", *_DECIDED)}
            visit["counted_at"] = record.get("counted_at")
        elif record["kind"] == "amendment":
            amendments.append({name: record[name] for name in _DECIDED})
        else:
            passed = record["passed"]
        incident = incident or bool(record.get("incident"))
    if visit is None:
        return None
    decided = amendments[-1] if amendments else {}
    return visit | decided | {"incident": incident, "passed": passed, "amendments": len(amendments)}


_UID: TypeAdapter[str] = TypeAdapter(Uid)
_DECIDED = ("outcome", "reason", "opens", "colour", "source")


def _verdict(uid: str, verdict: Any, reason: str) -> Verdict:
    return Verdict(uid=uid, verdict=verdict, reason=reason)


def _uid_of(raw: object) -> str:
    """Return the item's uid where it is one, and nothing that only stands in its place."""
    try:
        return _UID.validate_python(raw.get("uid") if isinstance(raw, Mapping) else None)
    except ValidationError:
        return ""
