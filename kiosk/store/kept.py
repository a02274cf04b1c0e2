"""The registry's word in the kiosk's file: documents as they came, the revoked passes, the latest signed time, the number inside.

The part of `Store` (store.py) that is no visitor's record. Whole or not at all; whoever reads a document judges it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from kiosk.core.inside.people import VenueNumber
from kiosk.store.file import plainly
from kiosk.store.records import utc_text
from kiosk.store.revocations import RevocationTable
from kiosk.trust.revocations import RevocationChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A document of the registry, as it came."""

    etag: str
    body: bytes = field(repr=False)
    """Empty for the list of revocations, which is kept as its rows."""
    fetched_at: datetime
    """When the registry last confirmed it, by our own clock."""
    root: str = ""
    """The key id of the root that signed it, in hexadecimal; empty where that was not kept."""
    sequence: int = 0
    issued_at: datetime | None = None
    """When the registry signed it; None where it is not signed."""
    not_after: datetime | None = None


class KeptDocuments:
    """One file's documents. Every call belongs on the thread that made it, and raises StoreError when the disk fails."""

    _db: Database
    revocations: RevocationTable

    def latest_signed(self) -> datetime | None:
        """Return the latest moment that the registry signed anything, as far as this kiosk saw; None: it saw nothing."""
        with plainly("the latest signed time cannot be read"):
            row = self._run("SELECT latest FROM signed_time").fetchone()
        return row and datetime.fromisoformat(row[0])

    def raise_latest_signed(self, moment: datetime) -> None:
        """It is at least this late. An earlier moment changes nothing: only `take_back_signed` goes back."""
        with plainly("the latest signed time was not kept"), self._db.atomic():
            self._raise_signed(moment)

    def take_back_signed(self, moment: datetime) -> None:
        """Something signed has said that what was signed later is of the future: it is this late, and no later."""
        with plainly("the latest signed time was not kept"), self._db.atomic():
            self._run("INSERT OR REPLACE INTO signed_time (id, latest) VALUES (1, ?)", utc_text(moment))

    def number_inside(self, door: str) -> VenueNumber | None:
        """Return the number inside that the registry last told this door, as far as it was kept."""
        with plainly("the number inside cannot be read"):
            row = self._run(
                "SELECT inside, own, at, doors, exits FROM number_inside WHERE door = ?", door
            ).fetchone()
        if row is None:
            return None
        inside, own, at, doors, exits = row
        return VenueNumber(
            inside=inside, own=own, at=datetime.fromisoformat(at), doors=doors, exits=bool(exits)
        )

    def keep_number_inside(self, door: str, number: VenueNumber) -> None:
        """Keep the number inside that a door goes by, in place of the one before."""
        with plainly("the number inside was not kept"), self._db.atomic():
            self._run(
                "INSERT OR REPLACE INTO number_inside (id, door, inside, own, at, doors, exits)"
                " VALUES (1, ?, ?, ?, ?, ?, ?)",
                door,
                number.inside,
                number.own,
                utc_text(number.at),
                number.doors,
                number.exits,
            )

    def keep(self, name: str, kept: Kept, *, back: bool = False) -> None:
        """Keep a document of the registry, whole or not at all: `policy` or `keys`.

        The latest signed time rises with it in one transaction, or goes back to it where it takes that back.
        """
        with plainly(f"the {name} document was not kept"), self._db.atomic():
            self._keep(name, kept, kept.body, back=back)

    def keep_revocations(self, change: RevocationChange, kept: Kept, *, back: bool = False) -> bool:
        """Bring a snapshot or a delta into force, all of it at once; False where the delta is not of the kept list.

        `kept` says when it was signed, by which its entries' ends are judged, and has no body.
        """
        with plainly("the revocations were not kept"), self._db.atomic():
            if change.base:
                row = self._run("SELECT sequence FROM documents WHERE name = 'revocations'").fetchone()
                if row is None or row[0] != change.base:
                    return False
            self.revocations.change(change, kept.issued_at or kept.fetched_at)
            self._keep("revocations", kept, None, back=back)
        return True

    def forget_documents(self) -> None:
        """Drop all that the registry ever said, its time with it: this device is not its own any more. Records stay."""
        with plainly("the registry's documents were not dropped"), self._db.atomic():
            self._run("DELETE FROM documents")
            self._run("DELETE FROM signed_time")
            self._run("DELETE FROM number_inside")
            self.revocations.forget()

    def confirm(self, name: str, heard_at: datetime) -> None:
        """The registry said that the kept document still stands."""
        with plainly(f"the {name} document was not confirmed"), self._db.atomic():
            self._run("UPDATE documents SET fetched_at = ? WHERE name = ?", utc_text(heard_at), name)

    def kept(self, name: str) -> Kept | None:
        """Return the kept document, or None where there never was one."""
        with plainly(f"the {name} document cannot be read"):
            row = self._run(
                "SELECT etag, body, fetched_at, sequence, issued_at, not_after, root FROM documents WHERE name = ?",
                name,
            ).fetchone()
        if row is None:
            return None
        etag, body, fetched_at, sequence, issued_at, not_after, root = row
        return Kept(
            etag=etag,
            body=body or b"",
            fetched_at=datetime.fromisoformat(fetched_at),
            root=root or "",
            sequence=sequence,
            issued_at=issued_at and datetime.fromisoformat(issued_at),
            not_after=not_after and datetime.fromisoformat(not_after),
        )

    def _raise_signed(self, moment: datetime) -> None:
        self._run(
            "INSERT INTO signed_time (id, latest) VALUES (1, ?) ON CONFLICT (id)"
            " DO UPDATE SET latest = excluded.latest WHERE excluded.latest > latest",
            utc_text(moment),
        )

    def _keep(self, name: str, kept: Kept, body: bytes | None, *, back: bool) -> None:
        if back:
            self._run("DELETE FROM signed_time")
        if kept.issued_at is not None:
            self._raise_signed(kept.issued_at)
        self._run(
            "INSERT OR REPLACE INTO documents (name, etag, body, fetched_at, sequence, issued_at, not_after, root)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            name,
            kept.etag,
            body,
            utc_text(kept.fetched_at),
            kept.sequence,
            kept.issued_at and utc_text(kept.issued_at),
            kept.not_after and utc_text(kept.not_after),
            kept.root or None,
        )

    def _run(self, sql: str, *values: object) -> sqlite3.Cursor:
        return self._db.execute(sql, values)
