"""The schema of the kiosk's one file: it cannot hold an identifier in clear (rule 7), whatever the code above it does.

Every column says what it may hold. Text is a word from a list, a fixed form, or a line with few digits; a number stays
below any IIN; a sealed identifier is a blob that is longer than one in clear and in which no IIN shows. A migration is
history: it is never edited once a kiosk ran it, and it reads nothing from the living code.
"""

from __future__ import annotations

from sqlite3 import IntegrityError

from sqlite_utils import Database, Migrations

from kiosk.store import forms

ADDITIVE = "additive_"
"""What a migration's name begins with that an older kiosk can live with: a table, a nullable column or a word of a list more.

From the first signed release on every migration is one: a release on trial may have to give way to the one before it.
"""

migrations = Migrations("kiosk")


def prepare(db: Database) -> None:
    """Make the table in which sqlite-utils keeps which migrations ran, as strict as the others."""
    ran_at = (
        f"applied_at GLOB '{forms.DIGIT * 4}-{forms.DIGIT * 2}-{forms.DIGIT * 2} *' AND length(CAST(applied_at AS BLOB)) <= 32"
        f" AND applied_at NOT GLOB '*{forms.DIGIT * 7}*' AND instr(applied_at, char(0)) = 0"
    )
    columns = {
        "id": ("INTEGER PRIMARY KEY", forms.count("id")),
        "migration_set": ("TEXT NOT NULL", forms.one_of("migration_set", migrations.name)),
        "name": ("TEXT NOT NULL", "name NOT GLOB '*[^a-z_]*' AND instr(name, char(0)) = 0"),
        "applied_at": ("TEXT NOT NULL", ran_at),
    }
    if not db[migrations.migrations_table].exists():
        db.execute(forms.table(migrations.migrations_table, columns))


@migrations()
def records_and_outbox(db: Database) -> None:
    """The records of the door (docs/contract.md, items), what of them waits, and what is parked."""
    records = {
        "uid": ("TEXT PRIMARY KEY NOT NULL", forms.uid("uid")),
        "kind": (
            "TEXT NOT NULL",
            forms.one_of("kind", "visit", "amendment", "passage", "closing", "anomaly"),
        ),
        "at": ("TEXT NOT NULL", forms.moment("at")),
        "time_trusted": ("INTEGER", forms.flag("time_trusted")),
        "visit": ("TEXT", forms.uid("visit")),
        "direction": ("TEXT", forms.one_of("direction", "entry", "exit")),
        "via": ("TEXT", forms.word("via")),
        "outcome": ("TEXT", forms.one_of("outcome", "admitted", "refused", "unchecked")),
        "reason": ("TEXT", forms.word("reason")),
        "opens": ("INTEGER", forms.flag("opens")),
        "colour": ("TEXT", forms.one_of("colour", "green", "blue", "yellow", "red")),
        "source": ("TEXT", forms.word("source")),
        "incident": ("INTEGER", forms.flag("incident")),
        "compare_identity": ("INTEGER", forms.flag("compare_identity")),
        "subject_kind": ("TEXT", forms.one_of("subject_kind", "pass", "checkin")),
        "subject": ("TEXT", forms.random_hex("subject")),
        "sealed": (
            "BLOB",
            f"length(sealed) BETWEEN 176 AND 1024 AND hex(sealed) NOT GLOB '*{forms.ASCII_IIN}*'",
        ),
        "sealed_kid": ("TEXT", forms.key_id("sealed_kid")),
        "by": ("TEXT", forms.line('"by"', 64)),
        "why": ("TEXT", forms.line("why", 200)),
        "passed": ("INTEGER", forms.flag("passed")),
        "sensed": ("INTEGER", forms.flag("sensed")),
        "assumed_exits": ("INTEGER", forms.count("assumed_exits")),
        "what": ("TEXT", forms.word("what")),
        "reference": (
            "TEXT",
            forms.form("reference", "[2-9A-Z][2-9A-Z][2-9A-Z]-[2-9A-Z][2-9A-Z][2-9A-Z]", 7),
        ),
        "delivered_at": ("TEXT", forms.moment("delivered_at")),
    }
    outbox = {
        "seq": ("INTEGER PRIMARY KEY", forms.count("seq")),
        "uid": ("TEXT NOT NULL UNIQUE REFERENCES records (uid)", forms.uid("uid")),
        "incident": ("INTEGER NOT NULL", forms.flag("incident")),
        "tries": ("INTEGER NOT NULL DEFAULT 0", forms.count("tries")),
        "not_before": ("TEXT", forms.moment("not_before")),
    }
    parked = {
        "uid": ("TEXT PRIMARY KEY NOT NULL REFERENCES records (uid)", forms.uid("uid")),
        "reason": ("TEXT NOT NULL", forms.line("reason", 80)),
        "parked_at": ("TEXT NOT NULL", forms.moment("parked_at")),
    }
    documents = {
        "name": ("TEXT PRIMARY KEY NOT NULL", forms.one_of("name", "policy", "keys", "revocations")),
        "etag": ("TEXT NOT NULL", f"etag = '' OR ({forms.etag('etag')})"),
        "body": (
            "TEXT NOT NULL",
            f"json_valid(body) AND json_type(body) = 'object' AND {forms.registrys('body')}",
        ),
        "fetched_at": ("TEXT NOT NULL", forms.moment("fetched_at")),
    }
    sealed_whole = "CHECK ((sealed IS NULL) = (sealed_kid IS NULL))"
    subject_whole = "CHECK ((subject IS NULL) = (subject_kind IS NULL))"
    db.execute(forms.table("records", records, sealed_whole, subject_whole))
    db.execute(forms.table("outbox", outbox))
    db.execute(forms.table("parked", parked))
    db.execute(forms.table("documents", documents))
    db.execute("CREATE INDEX outbox_order ON outbox (incident DESC, seq)")
    db.execute("CREATE INDEX records_at ON records (at)")
    db.execute("CREATE INDEX records_visit ON records (visit) WHERE visit IS NOT NULL")
    db.execute("CREATE INDEX records_reference ON records (reference) WHERE reference IS NOT NULL")
    db.execute("CREATE INDEX records_delivered ON records (delivered_at) WHERE delivered_at IS NOT NULL")


@migrations()
def time_of_every_row(db: Database) -> None:
    """When by the monotonic clock of which boot: what was written before the time was known can be put right."""
    d = forms.HEX
    # The kernel's own is a UUIDv4. Zeros with a number behind them are none.
    boot_id = forms.form("boot_id", f"{d * 8}-{d * 4}-4{d * 3}-[89ab]{d * 3}-{d * 12}", 36)
    columns = {
        "boot_id": ("TEXT", f"{boot_id} AND boot_id NOT GLOB '00000000-0000-*'"),
        # Seconds and not milliseconds: three years of them stay below any IIN.
        "mono_s": ("REAL", "mono_s BETWEEN 0 AND 99999999"),
    }
    for column, (kind, check) in columns.items():
        db.execute(
            f'ALTER TABLE records ADD COLUMN "{column}" {kind} CONSTRAINT fits_{column} CHECK ({check})'
        )
    db.execute("CREATE INDEX records_untrusted ON records (boot_id) WHERE time_trusted = 0")
    signed_time = {
        "id": ("INTEGER PRIMARY KEY", "id = 1"),
        "latest": ("TEXT NOT NULL", forms.moment("latest")),
    }
    db.execute(forms.table("signed_time", signed_time))


@migrations()
def signed_documents_and_revocations(db: Database) -> None:
    """Documents as they came, signature and all; and the revoked passes by their truncated hashes."""
    documents = {
        "name": ("TEXT PRIMARY KEY NOT NULL", forms.one_of("name", "policy", "keys", "revocations")),
        "etag": ("TEXT NOT NULL", f"etag = '' OR ({forms.etag('etag')})"),
        # JSON or a COSE_Sign1. The list of revocations has none: it is kept as its rows.
        "body": ("BLOB", f"{forms.registrys_octets('body')} AND {forms.json_or_cose('body')}"),
        "fetched_at": ("TEXT NOT NULL", forms.moment("fetched_at")),
        "sequence": ("INTEGER NOT NULL DEFAULT 0", forms.count("sequence")),
        "issued_at": ("TEXT", forms.moment("issued_at")),
        "not_after": ("TEXT", forms.moment("not_after")),
    }
    revoked = {
        # A number as small as an IIN stands elsewhere (kiosk/store/revocations.py).
        "hash": ("INTEGER PRIMARY KEY", "hash NOT BETWEEN -999999999999 AND 999999999999"),
        # Whole minutes since 1970, rounded up: seconds would be as long as an IIN of the year 2000.
        "expires": ("INTEGER NOT NULL", forms.count("expires")),
    }
    whole = "CHECK ((body IS NULL) = (name = 'revocations'))"
    db.execute("ALTER TABLE documents RENAME TO documents_before")
    db.execute(forms.table("documents", documents, whole))
    db.execute(
        "INSERT INTO documents (name, etag, body, fetched_at)"
        " SELECT name, etag, CAST(body AS BLOB), fetched_at FROM documents_before WHERE name <> 'revocations'"
    )
    db.execute("DROP TABLE documents_before")
    db.execute(forms.table("revoked", revoked))


@migrations()
def additive_starts(db: Database) -> None:
    """Which version started when: the row by which a release shows that it can write."""
    numbers = "version GLOB '[0-9]*.[0-9]*.[0-9]*' AND version NOT GLOB '*[^0-9.]*'"
    starts = {
        "seq": ("INTEGER PRIMARY KEY", "seq BETWEEN 1 AND 9999999"),
        "at": ("TEXT NOT NULL", forms.moment("at")),
        # As 1.4.0: too short for an IIN.
        "version": ("TEXT NOT NULL", f"{numbers} AND length(CAST(version AS BLOB)) BETWEEN 5 AND 11"),
    }
    db.execute(forms.table("starts", starts))


@migrations()
def additive_root_of_documents(db: Database) -> None:
    """Which root signed a document: the list of revocations is kept as rows, which say of no registry that they are its."""
    d = forms.HEX
    check = forms.form("root", d * 8, 8)
    db.execute(f'ALTER TABLE documents ADD COLUMN "root" TEXT CONSTRAINT fits_root CHECK ({check})')


@migrations()
def additive_enrolments(db: Database) -> None:
    """At which door a record was made: a device that is enrolled for another one must not deliver it as that one's."""
    d = forms.HEX
    # A registry's random id may be of many digits; whatever else it calls a device has few, as a line for people.
    random = (
        f"{forms.form('device', 'D-' + d * 16, 18)} AND device NOT GLOB 'D-0000{forms.DIGIT * 12}'"
        f" AND device NOT GLOB 'D-{forms.DIGIT * 12}0000'"
    )
    one_case = "(device NOT GLOB '*[^a-z0-9_.-]*' OR device NOT GLOB '*[^A-Z0-9_.-]*')"  # base64 has both
    enrolments = {
        "number": ("INTEGER PRIMARY KEY", "number BETWEEN 1 AND 9999999"),
        "door": ("TEXT NOT NULL", f"door NOT GLOB '*[^A-Z0-9-]*' AND {forms.line('door', 16)}"),
        "device": ("TEXT NOT NULL", f"({random}) OR ({one_case} AND {forms.line('device', 64)})"),
    }
    db.execute(forms.table("enrolments", enrolments, "UNIQUE (door, device)"))
    check = "enrolment BETWEEN 1 AND 9999999"
    db.execute(f"ALTER TABLE records ADD COLUMN enrolment INTEGER CONSTRAINT fits_enrolment CHECK ({check})")


@migrations()
def additive_number_inside(db: Database) -> None:
    """As of when the number inside was by which somebody was let in near a full venue, nobody being there to ask."""
    check = forms.moment("counted_at")
    db.execute(f'ALTER TABLE records ADD COLUMN "counted_at" TEXT CONSTRAINT fits_counted_at CHECK ({check})')


@migrations()
def additive_corrections(db: Database) -> None:
    """Staff's corrections of the number inside: a kind of record more, so the table of records is carried over whole.

    SQLite changes no CHECK in place. These are the steps of its own page on ALTER TABLE (7, "other kinds of changes"), in
    the one transaction that each migration has; foreign keys are not watched meanwhile (kiosk/store/file.py), because what
    waits and what is parked points to records by the table's name. A row keeps its number: that is the order of writing.
    """
    check = "change BETWEEN -1000 AND 1000 AND change <> 0"
    db.execute(f'ALTER TABLE records ADD COLUMN "change" INTEGER CONSTRAINT fits_change CHECK ({check})')
    [made] = db.execute("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'records'").fetchone()
    beside = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'records' AND sql IS NOT NULL"
    indexes = [sql for (sql,) in db.execute(beside).fetchall()]
    columns = ", ".join(f'"{name}"' for _, name, *_ in db.execute("PRAGMA table_info(records)").fetchall())
    astray = db.execute("PRAGMA foreign_key_check").fetchall()
    wider = made.replace("'closing', 'anomaly')", "'closing', 'anomaly', 'correction')", 1)
    db.execute(wider.replace("CREATE TABLE records ", "CREATE TABLE records_carried ", 1))
    db.execute(
        f"INSERT INTO records_carried (rowid, {columns}) SELECT rowid, {columns} FROM records ORDER BY rowid"  # noqa: S608
    )
    db.execute("DROP TABLE records")
    db.execute("ALTER TABLE records_carried RENAME TO records")
    for sql in indexes:
        db.execute(sql)
    if db.execute("PRAGMA foreign_key_check").fetchall() != astray:
        raise IntegrityError("what waits or is parked has lost its record")


@migrations()
def additive_number_told(db: Database) -> None:
    """The number inside that the registry told last: with it a door that starts without a network knows of the others."""
    people = "BETWEEN -1000000 AND 1000000"
    columns = {
        "id": ("INTEGER PRIMARY KEY", "id = 1"),
        "door": ("TEXT NOT NULL", f"door NOT GLOB '*[^A-Z0-9-]*' AND {forms.line('door', 16)}"),
        "inside": ("INTEGER NOT NULL", f"inside {people}"),
        "own": ("INTEGER NOT NULL", f"own {people}"),
        "at": ("TEXT NOT NULL", forms.moment("at")),
        "doors": ("INTEGER NOT NULL", "doors BETWEEN 1 AND 1000000"),
        "exits": ("INTEGER NOT NULL", forms.flag("exits")),
    }
    db.execute(forms.table("number_inside", columns))


@migrations()
def additive_lineage(db: Database) -> None:
    """Which registry an enrolment is of, by its first root: what was made for one is sent to no other.

    Two registries may give a device and its door the same names, so the table is made anew with what tells them apart. A
    row keeps its number. An older kiosk goes on with it: it knows a row by door and device, and makes one without lineage.
    """
    db.execute(
        f'ALTER TABLE enrolments ADD COLUMN "lineage" TEXT CONSTRAINT fits_lineage CHECK ({forms.word("lineage")})'
    )
    [made] = db.execute(
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'enrolments'"
    ).fetchone()
    wider = made.replace("UNIQUE (door, device)", "UNIQUE (door, device, lineage)", 1)
    db.execute(wider.replace("enrolments", "enrolments_carried", 1))
    db.execute(
        "INSERT INTO enrolments_carried (number, door, device) SELECT number, door, device FROM enrolments"
    )
    db.execute("DROP TABLE enrolments")
    db.execute("ALTER TABLE enrolments_carried RENAME TO enrolments")
