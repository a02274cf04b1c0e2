"""Takes the records of doors: a verdict for each item, whatever becomes of the others.

The item's uid is the idempotency key of its door: the same item again, be it with its time put right, is a duplicate and
changes nothing; another content under the same uid is rejected. Order does not matter: an amendment may come before its
visit. All that a record names is looked up among the records of its own door, and a refusal looks at its own venue at
most: an id is no right to anything, and nothing that one venue files changes what another is told. The number inside the
venue changes in the same transaction as the records (`registry/moves.py`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import OperationalError

from kiosk.core.model import Identifier
from registry.database import Database, cannot_write_now, doors, records
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
from registry.moves import (
    FURTHEST_AHEAD,
    Move,
    change_of,
    close_within,
    counts_at,
    give_back_within,
    move_within,
)
from registry.problems import mistakes_in
from registry.retelling import retell_within
from registry.roll import Roll
from registry.sealing import DoesNotOpen, unseal
from registry.shapes import Uid

log = logging.getLogger(__name__)

_TIMES = ("at", "time_trusted")
FAR_BEHIND = timedelta(hours=1)
"""A record that comes later than this after its own time is marked: the door was cut off, or its clock was not right."""


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

    def is_far(self, received_at: datetime) -> bool:
        """Whether it says that its clock was right, and came at quite another time than the one it tells."""
        ahead = self.item.at - received_at
        return self.item.time_trusted and not -FAR_BEHIND <= ahead <= FURTHEST_AHEAD


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
        accepted = [record for record in read if isinstance(record, _Accepted)]
        try:
            stored = iter(self._store(device, door, accepted))
        except OperationalError as error:  # disk full, file held by somebody else: not the items' fault
            if not cannot_write_now(error):
                raise
            log.warning("a batch of %d could not be stored: %s", len(accepted), error.orig)
            stored = iter(
                [_verdict(record.item.uid, "later", "the registry cannot write now") for record in accepted]
            )
        return [next(stored) if isinstance(record, _Accepted) else record for record in read]

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
            identifier = unseal(base64.b64decode(sealed, validate=True), visit, key)
        except (DoesNotOpen, binascii.Error):
            raise _Rejected("sealed-does-not-open") from None
        if not identifier.personal:
            raise _Rejected("invalid: expected a sealed IIN or passport")
        return identifier

    def _store(self, device: str, door: str, accepted: list[_Accepted]) -> list[Verdict]:
        now = self._clock()
        verdicts: list[Verdict] = []
        rows: list[dict[str, Any]] = []
        touched: dict[str, str | None] = {}
        fresh: list[_Accepted] = []
        with self._database.write() as connection:
            uids = [record.item.uid for record in accepted]
            same_uid = select(records.c.uid, records.c.digest).where(
                records.c.door == door, records.c.uid.in_(uids)
            )
            known = {row.uid: row.digest for row in connection.execute(same_uid)}
            elsewhere = _filed_elsewhere(connection, door, accepted)
            for record in accepted:
                uid = record.item.uid
                if uid in known:
                    same = known[uid] == record.digest
                    verdicts.append(
                        _verdict(uid, *(("duplicate", "") if same else ("rejected", "uid-reused")))
                    )
                    continue
                if record.visit in elsewhere:
                    verdicts.append(_verdict(uid, "rejected", "other-door"))
                    continue
                known[uid] = record.digest
                fresh.append(record)
                verdicts.append(_verdict(uid, "stored", ""))
                origin = {"device": device, "door": door, "received_at": now}
                about = {
                    "kind": record.item.kind,
                    "visit": record.visit,
                    "at": record.item.at,
                    "far": record.is_far(now),
                }
                rows.append({"uid": uid, "digest": record.digest, "body": record.body} | origin | about)
                if record.visit is not None:
                    touched[record.visit] = touched.get(record.visit) or record.subject
            if rows:
                connection.execute(insert(records), rows)
            counted = retell_within(connection, door, touched, now) if touched else {}
            _count(connection, door, fresh, counted, now)
        far = sum(row["far"] for row in rows)
        if far:
            log.warning(
                "%s: of %d records of %s the time is far from the one at which they came", device, far, door
            )
        return verdicts


def _filed_elsewhere(connection: Connection, door: str, accepted: Iterable[_Accepted]) -> set[str]:
    """Return which of the visits that are told of are filed for another door of this venue, and not for this one.

    By the visit's own record. Another venue's visits are not looked at: what it files must not decide what is taken here.
    """
    about = {
        record.visit
        for record in accepted
        if record.visit is not None and not isinstance(record.item, VisitItem)
    }
    venue = select(doors.c.venue).where(doors.c.door == door).scalar_subquery()
    filed = (
        select(records.c.uid, records.c.door)
        .join(doors, doors.c.door == records.c.door)
        .where(records.c.uid.in_(about), records.c.kind == "visit", doors.c.venue == venue)
    )
    where: dict[str, set[str]] = {}
    for uid, at in connection.execute(filed):
        where.setdefault(uid, set()).add(at)
    return {uid for uid, filed_at in where.items() if door not in filed_at}


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
    for record in fresh:
        match record.item:
            case AnomalyItem(direction=direction) if direction is not None:
                moves[record.item.uid] = Move(change=change_of(direction), at=record.counts_at(now))
            case CorrectionItem(change=change):
                moves[record.item.uid] = Move(change=change, at=record.counts_at(now))
            case ClosingItem():
                closings[record.item.uid] = record.counts_at(now)
            case PassageItem(passed=False, visit=visit):
                over.add(visit)  # nobody went in: whatever the visit was, its place is free
    move_within(connection, door, moves)
    close_within(connection, door, closings)
    if over:
        give_back_within(connection, door, over)


_UID: TypeAdapter[str] = TypeAdapter(Uid)


def _verdict(uid: str, verdict: Any, reason: str) -> Verdict:
    return Verdict(uid=uid, verdict=verdict, reason=reason)


def _uid_of(raw: object) -> str:
    """Return the item's uid where it is one, and nothing that only stands in its place."""
    try:
        return _UID.validate_python(raw.get("uid") if isinstance(raw, Mapping) else None)
    except ValidationError:
        return ""
