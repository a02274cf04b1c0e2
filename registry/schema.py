"""Whether a database is of this release: an older one is upgraded at the start, a newer one is refused in one sentence.

The tables are described where they are used (`registry/database.py` and its neighbours), and made by the revisions in
`registry/revisions`, each of which goes from the one before it to the next. A test holds the two to each other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import ColumnClause, Connection, MetaData, column, inspect, select, table

REVISIONS = Path(__file__).parent / "revisions"
FIRST = "0001"
"""The tables of the last release that did not write its revision down."""
_KEPT_IN = "alembic_version"
_REVISION: ColumnClause[str] = column("version_num")


class OtherSchema(ValueError):
    """A database that this release can neither use nor upgrade. The text says what to do."""


def upgrade(connection: Connection) -> None:
    """Bring a database to the newest revision, inside the transaction that is under way. Raises OtherSchema.

    An empty database gets all tables. One without a revision, from before there were any, is taken for the first where it
    has all tables and columns of that; its rows stay. Where anything fails the caller's transaction takes all of it back.
    """
    there = inspect(connection).get_table_names()
    kept = select(_REVISION).select_from(table(_KEPT_IN))
    here = connection.scalar(kept) if _KEPT_IN in there else None
    revisions = ScriptDirectory(str(REVISIONS))
    newest = revisions.get_current_head()
    if here == newest:
        return
    config = Config()
    config.set_main_option("script_location", str(REVISIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    if here is None and there:
        _must_be_the_first(connection, revisions)
        command.stamp(config, FIRST)
    elif here is not None and here not in {revision.revision for revision in revisions.walk_revisions()}:
        raise OtherSchema(
            f"expected a database of revision {newest} or before, found revision {here}: a newer release made it; "
            "start that release, or restore the backup from before it"
        )
    command.upgrade(config, "head")


def _must_be_the_first(connection: Connection, revisions: ScriptDirectory) -> None:
    """Raise OtherSchema unless all tables and columns of the first revision are there."""
    expected: MetaData = _module(revisions, FIRST).metadata
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    missing = [name for name in expected.tables if name not in there]
    for name, described in expected.tables.items():
        if name in there:
            columns = {of_file["name"] for of_file in inspector.get_columns(name)}
            missing += [
                f"{name}.{of_first.name}" for of_first in described.columns if of_first.name not in columns
            ]
    if missing:
        raise OtherSchema(
            f"expected a registry's database, found one without {', '.join(sorted(missing))}: "
            "correct the file's name, or restore a backup"
        )


def _module(revisions: ScriptDirectory, name: str) -> Any:
    return revisions.get_revision(name).module
