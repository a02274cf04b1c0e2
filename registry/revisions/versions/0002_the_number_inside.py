"""The number inside is the venue's: its moves, its closings, its places; doors have a kind, visits a `counted_at`.

The numbers are computed from the records that are there. The rules by which a record counts stand here once more, as they
were in this release: what the code does later must not change what this revision did.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_AT_ONCE = 1000
"""Records that are read at a time: a registry may have millions, and they need not lie in the memory together."""
_FURTHEST_AHEAD = timedelta(seconds=300)

_doors = sa.table("doors", sa.column("door"), sa.column("venue"))
_records = sa.table(
    "records",
    *map(sa.column, ("number", "uid", "door", "kind", "at", "received_at", "body")),
)
_visits = sa.table("visits", *map(sa.column, ("uid", "at", "direction", "opens", "passed")))
_moves = sa.table("moves", *map(sa.column, ("uid", "venue", "door", "at", "change")))
_closings = sa.table("closings", *map(sa.column, ("uid", "venue", "door", "at")))
_venue_numbers = sa.table("venue_numbers", *map(sa.column, ("venue", "closed_at", "inside")))
_door_numbers = sa.table("door_numbers", *map(sa.column, ("door", "inside")))


def upgrade() -> None:
    """Make the tables, and the numbers from the records."""
    op.add_column("doors", sa.Column("kind", sa.String(6)))
    op.create_index("doors_of_a_venue", "doors", ["venue"])
    op.add_column("visits", sa.Column("counted_at", sa.String(27)))
    with op.batch_alter_table("records") as records:  # "correction" has a letter more than there was room for
        records.alter_column("kind", existing_type=sa.String(9), type_=sa.String(10), existing_nullable=False)
    _make_tables()
    connection = op.get_bind()
    _pad_years(connection)
    for rows, into in ((_moved(connection), _moves), (_closed(connection), _closings)):
        for some in rows:
            connection.execute(into.insert(), some)
    _make_numbers(connection)


def _make_tables() -> None:
    def door(*, primary_key: bool = False) -> sa.Column[Any]:
        return sa.Column(
            "door", sa.String(32), sa.ForeignKey("doors.door"), primary_key=primary_key, nullable=False
        )

    def venue(*, primary_key: bool = False) -> sa.Column[Any]:
        return sa.Column("venue", sa.String(120), primary_key=primary_key, nullable=False)

    moment = sa.String(27)
    op.create_table(
        "moves",
        sa.Column("uid", sa.String(36), primary_key=True),
        venue(),
        door(),
        sa.Column("at", moment, nullable=False),
        sa.Column("change", sa.Integer, nullable=False),
    )
    op.create_index("moves_of_a_venue", "moves", ["venue", "at"])
    op.create_table(
        "closings",
        sa.Column("uid", sa.String(36), primary_key=True),
        venue(),
        door(),
        sa.Column("at", moment, nullable=False),
    )
    op.create_index("closings_of_a_venue", "closings", ["venue", "at"])
    op.create_table(
        "venue_numbers",
        venue(primary_key=True),
        sa.Column("closed_at", moment),
        sa.Column("inside", sa.Integer, nullable=False),
    )
    op.create_table("door_numbers", door(primary_key=True), sa.Column("inside", sa.Integer, nullable=False))
    op.create_table(
        "places",
        sa.Column("visit", sa.String(36), primary_key=True),
        venue(),
        door(),
        sa.Column("taken_at", moment, nullable=False),
    )
    op.create_index("places_of_a_venue", "places", ["venue", "taken_at"])


def _pad_years(connection: sa.Connection) -> None:
    """Give the years before 1000 their four digits: without them such a moment could be written and never read again."""
    for table in (_records, _visits):
        for _ in range(3):
            short = table.update().where(sa.func.length(table.c.at) < 27)
            connection.execute(short.values(at=sa.literal("0").concat(table.c.at)))


def _moved(connection: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    """Yield the moves, some at a time: of visits that opened and were not withdrawn, and of anomalies with a direction."""
    for some in _read(connection, "visit"):
        counted = _visits.c.uid.in_([record.uid for record in some]) & _visits.c.opens.is_(sa.true())
        kept = sa.select(_visits.c.uid, _visits.c.direction).where(
            counted, sa.or_(_visits.c.passed.is_(None), _visits.c.passed.is_(sa.true()))
        )
        went = dict(tuple(row) for row in connection.execute(kept))
        rows = [_row(record) | {"change": _change(went[record.uid])} for record in some if record.uid in went]
        if rows:
            yield rows
    for some in _read(connection, "anomaly"):
        ways = [(record, json.loads(record.body)["direction"]) for record in some]
        rows = [_row(record) | {"change": _change(way)} for record, way in ways if way is not None]
        if rows:
            yield rows


def _closed(connection: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    for some in _read(connection, "closing"):
        yield [_row(record) for record in some]


def _read(connection: sa.Connection, kind: str) -> Iterator[list[Any]]:
    """Yield the records of a kind with the venue of their door, in the order in which they came, some at a time."""
    joined = sa.select(_records, _doors.c.venue).join(_doors, _doors.c.door == _records.c.door)
    last = 0
    while True:
        next_ones = joined.where(_records.c.kind == kind, _records.c.number > last)
        some = connection.execute(next_ones.order_by(_records.c.number).limit(_AT_ONCE)).all()
        if not some:
            return
        yield list(some)
        last = some[-1].number


def _row(record: Any) -> dict[str, Any]:
    return {"uid": record.uid, "venue": record.venue, "door": record.door, "at": _counts_at(record)}


def _counts_at(record: Any) -> str:
    """Return when a record counts: when it came, where its own time cannot be relied upon."""
    at, received_at = (datetime.fromisoformat(text) for text in (record.at, record.received_at))
    trusted = json.loads(record.body)["time_trusted"] and at <= received_at + _FURTHEST_AHEAD
    return str(record.at if trusted else record.received_at)


def _change(direction: str) -> int:
    return 1 if direction == "entry" else -1


def _make_numbers(connection: sa.Connection) -> None:
    """Sum up the moves after the latest closing, for each venue and for each door."""
    latest = sa.select(_closings.c.venue, sa.func.max(_closings.c.at)).group_by(_closings.c.venue)
    closed_at = dict(tuple(row) for row in connection.execute(latest))
    inside: dict[str, int] = {}
    for door, venue in connection.execute(sa.select(_doors.c.door, _doors.c.venue)).all():
        sums = sa.select(sa.func.coalesce(sa.func.sum(_moves.c.change), 0)).where(_moves.c.door == door)
        if venue in closed_at:
            sums = sums.where(_moves.c.at > closed_at[venue])
        own = connection.execute(sums).scalar_one()
        connection.execute(_door_numbers.insert().values(door=door, inside=own))
        inside[venue] = inside.get(venue, 0) + own
    for venue, number in inside.items():
        row = {"venue": venue, "closed_at": closed_at.get(venue), "inside": number}
        connection.execute(_venue_numbers.insert().values(row))
