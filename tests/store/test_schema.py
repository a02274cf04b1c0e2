"""The schema holds no identifier in clear: every column of every table is tried with every way to write one."""

from __future__ import annotations

import base64
import json
import sqlite3
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

import pytest

from kiosk.clock import boot_id as new_boot_id
from kiosk.core import model
from kiosk.core.inside.people import VenueNumber
from kiosk.core.outbox import Origin, Parked
from kiosk.store.kept import Kept
from kiosk.store.revocations import key_of
from kiosk.store.store import Store
from tests.factories import NOON, make_iin
from tests.store.making import (
    GREEN,
    ManualClock,
    make_amendment,
    make_change,
    make_sealed,
    make_subject,
    make_visit,
)

IIN = make_iin(7)
LATER = int((NOON + timedelta(hours=72)).timestamp())
BOOT = "01234567-89ab-4def-8123-456789abcdef"
GROUPED = f"{IIN[:6]} {IIN[6:]}"
WRITTEN = {
    "digits": IIN,
    "number": int(IIN),
    "number without its zeros": int("000115500123"),
    "bytes": IIN.encode(),
    "UTF-16": IIN.encode("utf-16-le"),
    "in groups": GROUPED,
    "with hyphens": f"{IIN[:6]}-{IIN[6]}-{IIN[7:11]}-{IIN[11]}",
    "one by one": " ".join(IIN),
    "in a sentence": f"the visitor {IIN} came",
    "behind a NUL": f"a\0{IIN}",
    "hexadecimal": IIN.encode().hex(),
    "as a random id": IIN.zfill(24),
    "as a random id, behind": IIN.ljust(24, "0"),
    "as a key id": IIN.zfill(16),
    "as a UUID": f"00000000-0000-7000-8000-{IIN}",
    "JSON": json.dumps({"kind": "iin", "value": IIN}),
    "JSON number": json.dumps({"iin": int(IIN)}),
    "in a signed document": b"\xd2\x84\x43" + json.dumps({"iin": IIN}).encode(),
    "as a number in a signed document": b"\xd2\x84\x43" + json.dumps({"iin": [int(IIN)]}).encode(),
    "in a signed document's CBOR": b"\xd2\x84\x43\x6c" + IIN.encode() + b"\x00",
    "JSON as bytes": json.dumps({"kind": "iin", "value": IIN}).encode(),
    "hexadecimal in JSON as bytes": json.dumps({"value": IIN.encode().hex()}).encode(),
    "seconds with a fraction": float(IIN),
    "JSON as long as a sealed one": json.dumps({"kind": "iin", "value": IIN}).ljust(176).encode(),
    "hexadecimal in JSON": json.dumps({"value": IIN.encode().hex()}),
    "Arabic digits": IIN.translate({ord("0") + n: 0x0660 + n for n in range(10)}),
    "full-width digits": IIN.translate({ord("0") + n: 0xFF10 + n for n in range(10)}),
    "base64": base64.b64encode(IIN.encode()).decode(),
    "as a moment": f"{IIN}T00:00:00.000Z",
    "behind a good moment": f"2026-01-01T00:00:00.000Z\0{IIN}",
    "after a word": f"entry{IIN}",
}
# What a line that people write may hold: letters. Base64 is letters, and only deliberate malice would write it there.
BY_MALICE_ONLY = {("by", "base64"), ("why", "base64"), ("reason", "base64"), ("etag", "base64")}


@pytest.fixture
def filled(path) -> sqlite3.Connection:
    """A file with a good row in every table, and a plain connection to it: whatever code comes, the schema stands."""
    clock = ManualClock()
    store = Store(path, clock=clock, boot_id=BOOT, origin=Origin(device="D-0123456789abcdef", door="A1"))
    by_iin, by_pass = make_visit(1), make_visit(2, identifier=make_subject())
    store.record(by_iin, make_sealed())
    store.record(by_pass)
    store.record(make_amendment(3, by_iin, GREEN, why="a word"))
    store.mark([Parked(uid=by_pass.id, reason="uid-reused")], clock.wall())
    signed = Kept(
        etag='"1"',
        body=b"\xd2\x84",
        fetched_at=NOON,
        root="0a0b0c0d",
        sequence=1,
        issued_at=NOON,
        not_after=NOON,
    )
    store.keep("policy", replace(signed, body=b'{"version": 1}'))
    store.keep("keys", signed)
    store.keep_revocations(make_change((2**63, LATER)), signed)
    store.raise_latest_signed(NOON)
    store.started("1.4.0")
    store.keep_number_inside("A1", VenueNumber(inside=-1, own=2, at=NOON, doors=2, exits=True))
    store.close()
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


def tables(connection):
    return [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        if not name.startswith("sqlite_")
    ]


def columns(connection, table):
    return [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]


def test_no_column_of_any_table_takes_an_iin_in_any_writing(filled):
    """Every write is tried as an update of every row that is there, so that all the other columns are good."""
    taken = []
    for table in tables(filled):
        assert filled.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0], f"{table} has no row to try"
        for column in columns(filled, table):
            for how, value in WRITTEN.items():
                for (row,) in filled.execute(f'SELECT rowid FROM "{table}"').fetchall():
                    filled.execute("BEGIN")
                    try:
                        filled.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (value, row))
                    except (sqlite3.IntegrityError, sqlite3.OperationalError):
                        continue
                    else:
                        if (column, how) not in BY_MALICE_ONLY:
                            taken.append((table, column, how))
                    finally:
                        if filled.in_transaction:
                            filled.execute("ROLLBACK")
    assert sorted(set(taken)) == []


def test_every_table_is_strict_and_every_column_has_its_check(filled):
    for table in tables(filled):
        sql = filled.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
        assert sql.rstrip().endswith("STRICT"), table
        for column in columns(filled, table):
            assert f"CONSTRAINT fits_{column} CHECK" in sql, (table, column)


ENUMS = {
    "direction": model.Direction,
    "via": model.Via,
    "outcome": model.Outcome,
    "reason": model.Reason,
    "colour": model.Colour,
    "source": model.Source,
    "what": model.Oddity,
}


@pytest.mark.parametrize("column, kind", ENUMS.items())
def test_every_word_of_the_core_has_its_place(filled, column: str, kind: type[StrEnum]):
    for word in kind:
        filled.execute(f'UPDATE records SET "{column}" = ?', (word.value,))


@pytest.mark.parametrize("subject", ["0123456789abcdef01234567", "f" * 24, f"{1:024x}", f"{99:024x}"])
def test_a_random_id_has_its_place_and_so_has_one_that_was_counted(filled, subject):
    filled.execute("UPDATE records SET subject = ?, subject_kind = 'pass'", (subject,))


@pytest.mark.parametrize("kid", ["0a0b0c0d", "0123456789abcdef", "1" * 32, "e" * 64])
def test_a_key_id_of_a_usual_length_has_its_place(filled, kid):
    filled.execute("UPDATE records SET sealed = randomblob(176), sealed_kid = ?", (kid,))


def test_a_date_and_kazakh_letters_in_a_remark_have_their_place(filled):
    filled.execute("UPDATE records SET why = ?", ("Анықтама № 12, «Әлия», 21.11.2026 — ok",))


def test_a_documents_own_long_numbers_have_their_place(filled):
    body = json.dumps(
        {"kid": "12345678901234567890abcd", "x25519": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}
    )
    filled.execute(
        "UPDATE documents SET body = ?, etag = ? WHERE name <> 'revocations'",
        (body.encode(), 'W/"5f1234567890123456789a"'),
    )


@pytest.mark.parametrize("boot_id", [BOOT, "ffffffff-ffff-4fff-bfff-123456789012", new_boot_id()])
def test_a_boot_id_has_its_place_whatever_its_digits(filled, boot_id):
    filled.execute("UPDATE records SET boot_id = ?, mono_s = 94608000.001", (boot_id,))


@pytest.mark.parametrize("hash_", [0, 1, 10**12 - 1, 10**12, 2**62, 2**63 - 1, 2**63, 2**64 - 1, int(IIN)])
def test_every_hash_of_64_bits_has_its_place(filled, hash_):
    filled.execute("INSERT OR REPLACE INTO revoked (hash, expires) VALUES (?, 1)", (key_of(hash_),))


@pytest.mark.parametrize("device", ["D-1234567890123456", "D-ffffffffffffffff", "kiosk_1.main"])
def test_the_id_of_a_device_has_its_place_whatever_its_digits(filled, device):
    filled.execute("UPDATE enrolments SET device = ?", (device,))
