"""The tables are made by revisions; a database of before is carried over, one of a newer release is refused."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing as closed
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, pool

from registry import occupancy_tables, schema, trust_tables
from registry.__main__ import main
from registry.database import Database, metadata
from registry.reference import ReferenceRegistry
from tests.registry.items import anomaly, closing, passage, red_visit, visit
from tests.registry.last_release import run

assert {occupancy_tables.moves, trust_tables.devices} <= set(metadata.tables.values())

NEWEST = "0003"
DEMO, CLUB = "Demo Fitness · Алматы", "Another Club"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def at(minute):
    return f"2026-11-23T11:{minute:02}:00Z"


@contextmanager
def opened(path):
    with closed(sqlite3.connect(path)) as connection, connection:
        yield connection


def revision_of(path):
    with opened(path) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchall()


def upgraded_to(revision, path):
    """Make a database as a release of that revision had it."""
    engine = create_engine(f"sqlite+pysqlite:///{path}", poolclass=pool.NullPool)
    config = Config()
    config.set_main_option("script_location", str(schema.REVISIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def described(path):
    """Return all that SQLAlchemy can see of a file's tables but the one with the revision."""
    engine = create_engine(f"sqlite+pysqlite:///{path}", poolclass=pool.NullPool)
    with engine.connect() as connection:
        found = inspect(connection)
        return {
            name: {
                "columns": [
                    {key: str(value) for key, value in column.items()} for column in found.get_columns(name)
                ],
                "keys": found.get_pk_constraint(name),
                "foreign": sorted(found.get_foreign_keys(name), key=str),
                "unique": sorted(found.get_unique_constraints(name), key=str),
                "indexes": sorted(found.get_indexes(name), key=str),
            }
            for name in found.get_table_names()
            if name != "alembic_version"
        }


def test_a_new_database_is_of_the_newest_revision(tmp_path):
    Database(tmp_path / "r.db").close()
    assert revision_of(tmp_path / "r.db") == [(NEWEST,)]


def test_the_revisions_are_one_line_and_end_at_the_tables_of_the_code(tmp_path):
    revisions = ScriptDirectory(str(schema.REVISIONS))
    assert [found.revision for found in revisions.walk_revisions()] == [NEWEST, "0002", schema.FIRST]
    assert revisions.get_heads() == [NEWEST]
    database = Database(tmp_path / "r.db")
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


def test_every_start_leaves_a_database_of_now_as_it_is(tmp_path):
    for _ in range(2):
        Database(tmp_path / "r.db").close()
        made = described(tmp_path / "r.db")
    assert described(tmp_path / "r.db") == made
    assert revision_of(tmp_path / "r.db") == [(NEWEST,)]


FIRST = visit(at=at(21))
RED = red_visit(at=at(20))
WITHDRAWN = visit(at=at(22))
STORY = {
    "DEMO": [
        visit(at=at(1)),
        closing(1, at=at(10)),
        FIRST,
        passage(FIRST, passed=True, at=at(21)),
        WITHDRAWN,
        passage(WITHDRAWN, passed=False, at=at(22)),
        visit(at=at(23), opens=False, outcome="refused", reason="venue-full"),
        anomaly("tailgate", "entry", at=at(24)),
        anomaly("fire-alarm", None, at=at(25)),
        RED,
        visit(at="1970-01-01T00:00:00Z", time_trusted=False),
        visit(at="2036-01-01T00:00:00Z"),
    ],
    "EXIT": [visit(at=at(26), direction="exit"), closing(0, at=at(5))],
    "CLUB": [visit(at=at(1), direction="exit"), visit(at=at(2), direction="exit"), anomaly("uncalled", "entry", at="0222-01-01T00:00:00Z")],
}  # fmt: skip
NUMBERS = {"DEMO": (3, 4), "EXIT": (3, -1), "CLUB": (-1, -1)}
"""Inside and own: FIRST, the tailgate, and the two with a wrong clock came in at DEMO, one went out at EXIT."""
_TELL = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from registry.reference import ReferenceRegistry
path, venues, story = json.load(sys.stdin)
registry = ReferenceRegistry(Path(path), clock=lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))
for door, venue in venues.items():
    registry.doors.add(door, venue=venue)
registry.policies.put("Another Club", [{"effective_from": "2026-01-01T00:00:00Z", "capacity": 7}])
for door, items in story.items():
    verdicts = registry.ledger.take("kiosk-1", door, items)
    assert {verdict.verdict for verdict in verdicts} == {"stored"}, verdicts
registry.close()
"""
VENUES = {"DEMO": DEMO, "EXIT": DEMO, "CLUB": CLUB}


@pytest.fixture
def of_before(last_release, tmp_path):
    """A database that the last release made and filled, in a process of its own."""
    path = tmp_path / "before.db"
    run(last_release, "-c", _TELL, told=json.dumps([str(path), VENUES, STORY]))
    return path


def rows_of(path, table, columns="*"):
    with opened(path) as connection:
        return connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()


def must_be_carried_over(path):
    """Open a database of before with today's code; its numbers must come from its records."""
    records = rows_of(path, "records", "number, uid, digest, device, door, kind, visit, received_at, body")
    with closed(ReferenceRegistry(path, clock=lambda: NOON)) as registry:
        for door, venue in VENUES.items():
            number = registry.occupancy.number(door, venue)
            assert (number.inside, number.own) == NUMBERS[door]
            assert number.exits is False
        (verdict,) = registry.ledger.take("kiosk-1", "DEMO", [FIRST])
        assert verdict.verdict == "duplicate"
        assert registry.policies.in_force(CLUB).capacity == 7
        (incident,) = registry.reports.report(registry.doors.get("DEMO"), NOON.replace(hour=0))["incidents"]
        assert (incident["number"], incident["visit"]) == (1, RED["uid"])
        assert {row["uid"] for row in registry.reports.visits("DEMO", limit=50)} >= {FIRST["uid"], RED["uid"]}
        assert (
            registry.reports.report(registry.doors.get("CLUB"), datetime(1, 1, 1, tzinfo=UTC))["highest"] == 1
        )
        registry.ledger.take("kiosk-1", "EXIT", [closing(0, at="2026-11-23T12:00:00Z")])
        assert registry.occupancy.number("DEMO", DEMO).inside == 0
    assert (
        rows_of(path, "records", "number, uid, digest, device, door, kind, visit, received_at, body")[:-1]
        == records
    )
    assert revision_of(path) == [(NEWEST,)]


def test_a_database_of_the_last_release_is_carried_over_with_its_rows(of_before):
    must_be_carried_over(of_before)


def test_the_first_revision_is_the_schema_of_the_last_release(of_before, tmp_path):
    upgraded_to(schema.FIRST, tmp_path / "first.db")
    assert described(tmp_path / "first.db") == described(of_before)


def test_what_was_carried_over_is_as_what_is_made_anew(of_before, tmp_path):
    Database(of_before).close()
    Database(tmp_path / "new.db").close()
    for name, table in described(tmp_path / "new.db").items():
        assert described(of_before)[name] == table


def test_an_empty_database_without_a_revision_is_taken_for_the_first(tmp_path):
    path = tmp_path / "r.db"
    upgraded_to(schema.FIRST, path)
    with opened(path) as connection:
        connection.execute("DROP TABLE alembic_version")
    Database(path).close()
    assert revision_of(path) == [(NEWEST,)]


def test_many_records_are_carried_over_some_at_a_time(tmp_path):
    path = tmp_path / "r.db"
    upgraded_to(schema.FIRST, path)
    moment = "2026-11-23T11:00:00.000000Z"
    rows = [
        (number, f"{number:036}", '{"direction": "entry", "time_trusted": true}') for number in range(1, 2502)
    ]
    with opened(path) as connection:
        connection.execute("INSERT INTO doors VALUES ('D', 'D', 'V', x'00')")
        insert = (
            f"INSERT INTO records VALUES (?, ?, '', 'K', 'D', 'anomaly', NULL, '{moment}', '{moment}', ?)"
        )
        connection.executemany(insert, rows)
    with closed(ReferenceRegistry(path, clock=lambda: NOON)) as registry:
        assert registry.occupancy.number("D", "V").inside == 2501


def test_a_database_of_a_newer_release_is_refused_in_one_sentence_and_stays_as_it_is(tmp_path):
    path = tmp_path / "newer.db"
    Database(path).close()
    with opened(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0977'")
    before = described(path)
    done = subprocess.run(
        [sys.executable, "-m", "registry", "serve", "--port", "0", "--db", str(path)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == (
        "registry: expected a database of revision 0003 or before, found revision 0977: a newer release made it; "
        "start that release, or restore the backup from before it\n"
    )
    assert described(path) == before
    assert revision_of(path) == [("0977",)]


def test_a_database_that_lacks_a_column_is_refused_with_the_columns_name(tmp_path, capsys):
    path = tmp_path / "r.db"
    upgraded_to(schema.FIRST, path)
    with opened(path) as connection:
        connection.execute("DROP TABLE alembic_version")
        connection.execute("ALTER TABLE visits RENAME COLUMN passed TO gone")
    assert main(["device", "list", "--db", str(path)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("registry: expected a registry's database, found one without visits.passed: ")
    assert told.count("\n") == 1


def test_another_programs_database_is_refused_and_gets_no_table(tmp_path, capsys):
    path = tmp_path / "kiosk.db"
    with opened(path) as connection:
        connection.execute("CREATE TABLE records (uid TEXT)")
    assert main(["serve", "--db", str(path)]) == 1
    assert "found one without checkins, " in capsys.readouterr().err
    assert list(described(path)) == ["records"]


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(tmp_path):
    path = tmp_path / "r.db"
    upgraded_to(schema.FIRST, path)
    with opened(path) as connection:
        connection.execute("INSERT INTO doors VALUES ('D', 'D', 'V', x'00')")
        connection.execute(
            "INSERT INTO records VALUES (1, 'u', '', 'K', 'D', 'anomaly', NULL, '2026', '2026', 'no JSON')"
        )
    before = described(path)
    with pytest.raises(ValueError, match="Expecting value"):
        Database(path)
    assert described(path) == before
    assert revision_of(path) == [(schema.FIRST,)]


@pytest.mark.slow
def test_the_revisions_are_found_where_the_package_is_installed(root, tmp_path):
    source, built = tmp_path / "source", tmp_path / "built"
    parts = ["kiosk", "drivers", "ui", "registry", "requirements"]
    for part in parts:
        shutil.copytree(root / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, source / name)
    _build(source, built)
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    made = "from registry.database import Database; from pathlib import Path; Database(Path('r.db')).close()"
    there = {"PYTHONPATH": str(tmp_path / "site")} | {name: os.environ[name] for name in ("PATH",)}
    subprocess.run([sys.executable, "-c", made], cwd=tmp_path, env=there, check=True, timeout=60)
    assert revision_of(tmp_path / "r.db") == [(NEWEST,)]


def _build(source: Path, built: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    done = subprocess.run(
        [*command, "--wheel-dir", str(built), str(source)],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    if "BackendUnavailable" in done.stderr:
        pytest.skip(
            "setuptools is not in this virtual environment: no wheel can be built without the network"
        )
    assert done.returncode == 0, done.stderr
