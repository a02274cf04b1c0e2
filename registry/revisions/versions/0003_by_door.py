"""What a record refers to is found by its door: uids, visits, incidents, moves, closings, places and check-ins are a door's.

Every row stays, and incidents and check-ins keep the numbers that were told. `far` is not known of what came before this
revision: false. Nonces get an age, so that a clock that leaps forgets none; questions are counted; a device may have been
another one by the keeper's word.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MOMENT = sa.String(27)


def upgrade() -> None:
    """Make each table anew with its rows: SQLite cannot change a key."""
    _records()
    _visits()
    _anew(
        "incidents",
        [_door(), _number(), _text("visit", 36), sa.Column("delivered_at", _MOMENT, nullable=False)],
        sa.UniqueConstraint("door", "visit"),
    )
    _anew(
        "checkins",
        [
            _door(),
            _number(),
            sa.Column("subject", sa.String(24), sa.ForeignKey("people.subject"), nullable=False),
            sa.Column("step", sa.Integer, nullable=False),
            sa.Column("direction", sa.String(5)),
            sa.Column("at", _MOMENT, nullable=False),
        ],
        sa.UniqueConstraint("door", "subject", "step"),
    )
    for name, of_it in (("moves", [sa.Column("change", sa.Integer, nullable=False)]), ("closings", [])):
        columns = [
            _door(),
            _key("uid"),
            _text("venue", 120),
            sa.Column("at", _MOMENT, nullable=False),
            *of_it,
        ]
        _anew(name, columns, indexes={f"{name}_of_a_venue": ["venue", "at"]})
    _anew(
        "places",
        [_door(), _key("visit"), _text("venue", 120), sa.Column("taken_at", _MOMENT, nullable=False)],
        indexes={"places_of_a_venue": ["venue", "taken_at"]},
    )
    _trust()


def _records() -> None:
    _anew(
        "records",
        [
            sa.Column("number", sa.Integer, primary_key=True),
            _text("uid", 36),
            _text("digest", 64),
            _text("device", 64),
            _door(primary_key=False),
            _text("kind", 10),
            sa.Column("visit", sa.String(36)),
            sa.Column("at", _MOMENT, nullable=False),
            sa.Column("received_at", _MOMENT, nullable=False),
            sa.Column("body", sa.Text, nullable=False),
            sa.Column("far", sa.Boolean, nullable=False),
        ],
        sa.UniqueConstraint("door", "uid"),
        indexes={"ix_records_visit": ["visit"], "records_of_a_door": ["door", "kind", "at"]},
        given={"far": "0"},
    )


def _visits() -> None:
    # A visit is there only where its own record is.
    received = (
        "(SELECT received_at FROM records WHERE records.door = before.door AND records.uid = before.uid"
        " AND records.kind = 'visit')"
    )
    _anew(
        "visits",
        [
            _door(),
            _key("uid"),
            sa.Column("subject", sa.String(24)),
            sa.Column("at", _MOMENT, nullable=False),
            _text("direction", 5),
            _text("via", 7),
            _text("outcome", 9),
            _text("reason", 32),
            sa.Column("opens", sa.Boolean, nullable=False),
            sa.Column("colour", sa.String(6)),
            _text("source", 10),
            sa.Column("incident", sa.Boolean, nullable=False),
            sa.Column("passed", sa.Boolean),
            sa.Column("amendments", sa.Integer, nullable=False),
            sa.Column("counted_at", _MOMENT),
            sa.Column("received_at", _MOMENT, nullable=False),
            sa.Column("far", sa.Boolean, nullable=False),
        ],
        indexes={"visits_of_a_door": ["door", "at"]},
        given={"received_at": f"coalesce({received}, before.at)", "far": "0"},
    )


def _trust() -> None:
    _anew(
        "nonces",
        [
            sa.Column(
                "device", sa.String(64), sa.ForeignKey("devices.device"), primary_key=True, nullable=False
            ),
            sa.Column("nonce", sa.String(22), primary_key=True, nullable=False),
            sa.Column("forget_at", sa.Integer, nullable=False),
            sa.Column("age", sa.Integer, nullable=False),
        ],
        indexes={"ix_nonces_age": ["age"]},
        given={"age": "0"},
    )
    op.create_table(
        "questions",
        sa.Column("device", sa.String(64), sa.ForeignKey("devices.device"), primary_key=True, nullable=False),
        sa.Column("span", sa.Integer, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("begins", sa.Integer, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
    )
    op.add_column("devices", sa.Column("was", sa.String(64)))


def _anew(
    name: str,
    columns: list[sa.Column[Any]],
    *constraints: sa.UniqueConstraint,
    indexes: dict[str, list[str]] | None = None,
    given: dict[str, str] | None = None,
) -> None:
    """Make a table anew and carry its rows over; `given` says in SQL what a column is that was not there before."""
    connection = op.get_bind()
    for index in sa.inspect(connection).get_indexes(name):
        op.drop_index(str(index["name"]), name)
    op.rename_table(name, "before")
    op.create_table(name, *columns, *constraints)
    names = [column.name for column in columns]
    values = [(given or {}).get(column, f'before."{column}"') for column in names]
    into = ", ".join(f'"{column}"' for column in names)
    op.execute(f'INSERT INTO "{name}" ({into}) SELECT {", ".join(values)} FROM before')  # noqa: S608 (no text from outside)
    op.drop_table("before")
    for index_name, of_it in (indexes or {}).items():
        op.create_index(index_name, name, of_it)


def _door(*, primary_key: bool = True) -> sa.Column[Any]:
    key = sa.ForeignKey("doors.door")
    return sa.Column("door", sa.String(32), key, primary_key=primary_key, nullable=False)


def _number() -> sa.Column[Any]:
    return sa.Column("number", sa.Integer, primary_key=True, autoincrement=False, nullable=False)


def _key(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(36), primary_key=True, nullable=False)


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False)
