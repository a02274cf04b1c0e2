"""The schema of the kiosk's one file: it cannot hold an identifier in clear (rule 7), whatever the code above it does.

Every column says what it may hold. Text is a word from a list, a fixed form, or a line with few digits; a number stays
below any IIN; a sealed identifier is a blob that is longer than one in clear and in which no IIN shows. A migration is
history: it is never edited once a kiosk ran it, and it reads nothing from the living code.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

DIGIT = "[0-9]"
HEX = "[0-9a-f]"
ASCII_IIN = "3[0-9]" * 12
"""Twelve digits as hexadecimal of their ASCII codes: in random bytes this is as good as never seen (1e-17)."""

ADDITIVE = "additive_"
"""What a migration's name begins with that an older kiosk can live with: a table or a nullable column more, nothing else.

From the first signed release on every migration is one: a release on trial may have to give way to the one before it.
"""

migrations = Migrations("kiosk")


def _form(column: str, pattern: str, length: int) -> str:
    """Text of a fixed form. The length counts bytes, because SQLite's own functions stop at a NUL."""
    return f"{column} GLOB '{pattern}' AND length(CAST({column} AS BLOB)) = {length}"


def _moment(column: str) -> str:
    """UTC as 2026-11-22T10:00:00.000Z: sorts as it reads."""
    d = DIGIT
    return _form(column, f"[12]{d * 3}-[01]{d}-[0-3]{d}T[0-2]{d}:[0-5]{d}:[0-6]{d}.{d * 3}Z", 24)


def _uid(column: str) -> str:
    """A UUIDv7 of our years (2004 to 2109): zeros with a number behind them are none."""
    pattern = f"0[1-3]{HEX * 6}-{HEX * 4}-7{HEX * 3}-[89ab]{HEX * 3}-{HEX * 12}"
    return _form(column, pattern, 36)


def _random_hex(column: str) -> str:
    """24 hexadecimal digits: a random id, and neither an IIN among zeros nor the ASCII codes of one."""
    zeros = "0" * 12
    return (
        f"{_form(column, HEX * 24, 24)} AND {column} NOT GLOB '{DIGIT * 12}{zeros}' AND {column} NOT GLOB '{ASCII_IIN}'"
        # A small number in a row of zeros is no IIN: an id that was counted, as in a demonstration.
        f" AND ({column} NOT GLOB '{zeros}{DIGIT * 12}' OR {column} GLOB '{zeros}0000*')"
    )


def _key_id(column: str) -> str:
    """4, 8, 16 or 32 bytes in hexadecimal."""
    return (
        f"length(CAST({column} AS BLOB)) IN (8, 16, 32, 64) AND {column} NOT GLOB '*[^0-9a-f]*'"
        f" AND instr({column}, char(0)) = 0 AND {column} NOT GLOB '*{'0' * 4}{DIGIT * 12}'"
        f" AND {column} NOT GLOB '{DIGIT * 12}{'0' * 4}*' AND {column} NOT GLOB '*{ASCII_IIN}*'"
    )


def _one_of(column: str, *words: str) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _word(column: str) -> str:
    """A word of ours from a list that may grow: small letters and hyphens, so never a digit."""
    return (
        f"{column} NOT GLOB '*[^a-z-]*' AND instr({column}, char(0)) = 0"
        f" AND length({column}) BETWEEN 1 AND 32"
    )


def _line(column: str, most: int) -> str:
    """A line for people: Latin and Cyrillic, no run of seven digits, no twelve digits in all.

    A date (21.11.2026) fits; an IIN in whatever grouping, a passport number and a telephone number do not.
    """
    no_digits = column
    for digit in range(10):
        no_digits = f"replace({no_digits}, '{digit}', '')"
    return (
        f"{column} NOT GLOB '*[^ -~Ѐ-ӿ«»–—…№]*' AND instr({column}, char(0)) = 0 AND length({column}) <= {most}"
        f" AND {column} NOT GLOB '*{DIGIT * 7}*' AND length({column}) - length({no_digits}) < 12"
    )


def _registrys_octets(column: str) -> str:
    """The registry's own octets, in which hexadecimal may occur: no twelve digits that stand alone, and none as their codes.

    Alone is between two octets that are no letter and no digit; before them also CBOR's heads of twelve octets.
    """
    before = ("[^34567]?", "3A", "4C", "5B", "6C", "7B")
    after = ("[^34567]?", "3A", "5D", "7D")
    alone = [f"hex({column}) NOT GLOB '*{left}{ASCII_IIN}{right}*'" for left in before for right in after]
    as_codes = f"hex({column}) NOT GLOB '*{'333[0-9]' * 12}*'"
    return " AND ".join([*alone, as_codes])


def _json_or_cose(column: str) -> str:
    """A whole JSON object, or what begins as a COSE_Sign1: its signature tells whether that is whole."""
    as_json = f"json_valid(CAST({column} AS TEXT))"
    return (
        f"CASE substr({column}, 1, 1) WHEN x'D2' THEN 1 WHEN x'7B' THEN {as_json} ELSE {column} IS NULL END"
    )


def _registrys(column: str) -> str:
    """The registry's own text, in which long numbers and hexadecimal may occur: no field of it is twelve digits."""
    alone = f"[^0-9a-zA-Z]{DIGIT * 12}[^0-9a-zA-Z]"
    return (
        f"' ' || {column} || ' ' NOT GLOB '*{alone}*' AND {column} NOT GLOB '*{ASCII_IIN}*'"
        f" AND instr({column}, char(0)) = 0"
    )


def _etag(column: str) -> str:
    """An entity tag as HTTP has it, quotes and all."""
    return (
        f"({column} GLOB '\"*\"' OR {column} GLOB 'W/\"*\"') AND length({column}) <= 128"
        f" AND {column} NOT GLOB '*[^!-~]*' AND {_registrys(column)}"
    )


def _count(column: str) -> str:
    """A number below any IIN: the smallest, 000101..., is above a hundred million."""
    return f"{column} BETWEEN 0 AND 99999999"


def _flag(column: str) -> str:
    return f"{column} IN (0, 1)"


def _table(name: str, columns: dict[str, tuple[str, str]], *rules: str) -> str:
    """Return the statement for a STRICT table of column -> (type and keys, check). A NULL passes every check."""
    lines = [
        f'"{column}" {kind} CONSTRAINT fits_{column} CHECK ({check})'
        for column, (kind, check) in columns.items()
    ]
    body = ",\n  ".join([*lines, *rules])
    return f"CREATE TABLE {name} (\n  {body}\n) STRICT"


def prepare(db: Database) -> None:
    """Make the table in which sqlite-utils keeps which migrations ran, as strict as the others."""
    ran_at = (
        f"applied_at GLOB '{DIGIT * 4}-{DIGIT * 2}-{DIGIT * 2} *' AND length(CAST(applied_at AS BLOB)) <= 32"
        f" AND applied_at NOT GLOB '*{DIGIT * 7}*' AND instr(applied_at, char(0)) = 0"
    )
    columns = {
        "id": ("INTEGER PRIMARY KEY", _count("id")),
        "migration_set": ("TEXT NOT NULL", _one_of("migration_set", migrations.name)),
        "name": ("TEXT NOT NULL", "name NOT GLOB '*[^a-z_]*' AND instr(name, char(0)) = 0"),
        "applied_at": ("TEXT NOT NULL", ran_at),
    }
    if not db[migrations.migrations_table].exists():
        db.execute(_table(migrations.migrations_table, columns))


@migrations()
def records_and_outbox(db: Database) -> None:
    """The records of the door (docs/contract.md, items), what of them waits, and what is parked."""
    records = {
        "uid": ("TEXT PRIMARY KEY NOT NULL", _uid("uid")),
        "kind": ("TEXT NOT NULL", _one_of("kind", "visit", "amendment", "passage", "closing", "anomaly")),
        "at": ("TEXT NOT NULL", _moment("at")),
        "time_trusted": ("INTEGER", _flag("time_trusted")),
        "visit": ("TEXT", _uid("visit")),
        "direction": ("TEXT", _one_of("direction", "entry", "exit")),
        "via": ("TEXT", _word("via")),
        "outcome": ("TEXT", _one_of("outcome", "admitted", "refused", "unchecked")),
        "reason": ("TEXT", _word("reason")),
        "opens": ("INTEGER", _flag("opens")),
        "colour": ("TEXT", _one_of("colour", "green", "blue", "yellow", "red")),
        "source": ("TEXT", _word("source")),
        "incident": ("INTEGER", _flag("incident")),
        "compare_identity": ("INTEGER", _flag("compare_identity")),
        "subject_kind": ("TEXT", _one_of("subject_kind", "pass", "checkin")),
        "subject": ("TEXT", _random_hex("subject")),
        "sealed": ("BLOB", f"length(sealed) BETWEEN 176 AND 1024 AND hex(sealed) NOT GLOB '*{ASCII_IIN}*'"),
        "sealed_kid": ("TEXT", _key_id("sealed_kid")),
        "by": ("TEXT", _line('"by"', 64)),
        "why": ("TEXT", _line("why", 200)),
        "passed": ("INTEGER", _flag("passed")),
        "sensed": ("INTEGER", _flag("sensed")),
        "assumed_exits": ("INTEGER", _count("assumed_exits")),
        "what": ("TEXT", _word("what")),
        "reference": (
            "TEXT",
            _form("reference", "[2-9A-Z][2-9A-Z][2-9A-Z]-[2-9A-Z][2-9A-Z][2-9A-Z]", 7),
        ),
        "delivered_at": ("TEXT", _moment("delivered_at")),
    }
    outbox = {
        "seq": ("INTEGER PRIMARY KEY", _count("seq")),
        "uid": ("TEXT NOT NULL UNIQUE REFERENCES records (uid)", _uid("uid")),
        "incident": ("INTEGER NOT NULL", _flag("incident")),
        "tries": ("INTEGER NOT NULL DEFAULT 0", _count("tries")),
        "not_before": ("TEXT", _moment("not_before")),
    }
    parked = {
        "uid": ("TEXT PRIMARY KEY NOT NULL REFERENCES records (uid)", _uid("uid")),
        "reason": ("TEXT NOT NULL", _line("reason", 80)),
        "parked_at": ("TEXT NOT NULL", _moment("parked_at")),
    }
    documents = {
        "name": ("TEXT PRIMARY KEY NOT NULL", _one_of("name", "policy", "keys", "revocations")),
        "etag": ("TEXT NOT NULL", f"etag = '' OR ({_etag('etag')})"),
        "body": (
            "TEXT NOT NULL",
            f"json_valid(body) AND json_type(body) = 'object' AND {_registrys('body')}",
        ),
        "fetched_at": ("TEXT NOT NULL", _moment("fetched_at")),
    }
    sealed_whole = "CHECK ((sealed IS NULL) = (sealed_kid IS NULL))"
    subject_whole = "CHECK ((subject IS NULL) = (subject_kind IS NULL))"
    db.execute(_table("records", records, sealed_whole, subject_whole))
    db.execute(_table("outbox", outbox))
    db.execute(_table("parked", parked))
    db.execute(_table("documents", documents))
    db.execute("CREATE INDEX outbox_order ON outbox (incident DESC, seq)")
    db.execute("CREATE INDEX records_at ON records (at)")
    db.execute("CREATE INDEX records_visit ON records (visit) WHERE visit IS NOT NULL")
    db.execute("CREATE INDEX records_reference ON records (reference) WHERE reference IS NOT NULL")
    db.execute("CREATE INDEX records_delivered ON records (delivered_at) WHERE delivered_at IS NOT NULL")


@migrations()
def time_of_every_row(db: Database) -> None:
    """When by the monotonic clock of which boot: what was written before the time was known can be put right."""
    d = HEX
    # The kernel's own is a UUIDv4. Zeros with a number behind them are none.
    boot_id = _form("boot_id", f"{d * 8}-{d * 4}-4{d * 3}-[89ab]{d * 3}-{d * 12}", 36)
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
        "latest": ("TEXT NOT NULL", _moment("latest")),
    }
    db.execute(_table("signed_time", signed_time))


@migrations()
def signed_documents_and_revocations(db: Database) -> None:
    """Documents as they came, signature and all; and the revoked passes by their truncated hashes."""
    documents = {
        "name": ("TEXT PRIMARY KEY NOT NULL", _one_of("name", "policy", "keys", "revocations")),
        "etag": ("TEXT NOT NULL", f"etag = '' OR ({_etag('etag')})"),
        # JSON or a COSE_Sign1. The list of revocations has none: it is kept as its rows.
        "body": ("BLOB", f"{_registrys_octets('body')} AND {_json_or_cose('body')}"),
        "fetched_at": ("TEXT NOT NULL", _moment("fetched_at")),
        "sequence": ("INTEGER NOT NULL DEFAULT 0", _count("sequence")),
        "issued_at": ("TEXT", _moment("issued_at")),
        "not_after": ("TEXT", _moment("not_after")),
    }
    revoked = {
        # A number as small as an IIN stands elsewhere (kiosk/store/revocations.py).
        "hash": ("INTEGER PRIMARY KEY", "hash NOT BETWEEN -999999999999 AND 999999999999"),
        # Whole minutes since 1970, rounded up: seconds would be as long as an IIN of the year 2000.
        "expires": ("INTEGER NOT NULL", _count("expires")),
    }
    whole = "CHECK ((body IS NULL) = (name = 'revocations'))"
    db.execute("ALTER TABLE documents RENAME TO documents_before")
    db.execute(_table("documents", documents, whole))
    db.execute(
        "INSERT INTO documents (name, etag, body, fetched_at)"
        " SELECT name, etag, CAST(body AS BLOB), fetched_at FROM documents_before WHERE name <> 'revocations'"
    )
    db.execute("DROP TABLE documents_before")
    db.execute(_table("revoked", revoked))


@migrations()
def additive_starts(db: Database) -> None:
    """Which version started when: the row by which a release shows that it can write."""
    numbers = "version GLOB '[0-9]*.[0-9]*.[0-9]*' AND version NOT GLOB '*[^0-9.]*'"
    starts = {
        "seq": ("INTEGER PRIMARY KEY", "seq BETWEEN 1 AND 9999999"),
        "at": ("TEXT NOT NULL", _moment("at")),
        # As 1.4.0: too short for an IIN.
        "version": ("TEXT NOT NULL", f"{numbers} AND length(CAST(version AS BLOB)) BETWEEN 5 AND 11"),
    }
    db.execute(_table("starts", starts))


@migrations()
def additive_root_of_documents(db: Database) -> None:
    """Which root signed a document: the list of revocations is kept as rows, which say of no registry that they are its."""
    d = HEX
    check = _form("root", d * 8, 8)
    db.execute(f'ALTER TABLE documents ADD COLUMN "root" TEXT CONSTRAINT fits_root CHECK ({check})')


@migrations()
def additive_enrolments(db: Database) -> None:
    """At which door a record was made: a device that is enrolled for another one must not deliver it as that one's."""
    d = HEX
    # A registry's random id may be of many digits; whatever else it calls a device has few, as a line for people.
    random = (
        f"{_form('device', 'D-' + d * 16, 18)} AND device NOT GLOB 'D-0000{DIGIT * 12}'"
        f" AND device NOT GLOB 'D-{DIGIT * 12}0000'"
    )
    one_case = "(device NOT GLOB '*[^a-z0-9_.-]*' OR device NOT GLOB '*[^A-Z0-9_.-]*')"  # base64 has both
    enrolments = {
        "number": ("INTEGER PRIMARY KEY", "number BETWEEN 1 AND 9999999"),
        "door": ("TEXT NOT NULL", f"door NOT GLOB '*[^A-Z0-9-]*' AND {_line('door', 16)}"),
        "device": ("TEXT NOT NULL", f"({random}) OR ({one_case} AND {_line('device', 64)})"),
    }
    db.execute(_table("enrolments", enrolments, "UNIQUE (door, device)"))
    check = "enrolment BETWEEN 1 AND 9999999"
    db.execute(f"ALTER TABLE records ADD COLUMN enrolment INTEGER CONSTRAINT fits_enrolment CHECK ({check})")
