"""The revoked passes on the device: an exact list of truncated hashes of random pass ids, in the kiosk's one file.

A snapshot or a delta is one transaction with the sequence that it makes, so half a list never counts. Whoever looks up
reads through a connection that can only read: it neither writes nor checkpoints (docs/facts.md#two-writers).
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from operator import itemgetter
from pathlib import Path

from sqlite_utils import Database

from kiosk.errors import StoreError
from kiosk.store.file import Inodes, is_replaced, open_to_read, place_of, plainly
from kiosk.trust.revocations import RevocationChange, hash_of

log = logging.getLogger(__name__)

SMALLEST = 10**12
"""Numbers with fewer digits could be an IIN, and the schema takes none."""
ELSEWHERE = 1 << 62


class RevocationTable:
    """The side that writes: `Store.revocations`, on the store's own thread, inside the store's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def change(self, change: RevocationChange, as_of: datetime) -> None:
        """Make the list that a snapshot or a delta describes; entries that ended before `as_of`, a signed time, go.

        The caller has the transaction, and knows that the delta is of this list.
        """
        now = _minutes(as_of.timestamp())
        if change.base == 0:
            self._db.execute("DELETE FROM revoked")
        delete = "DELETE FROM revoked WHERE hash = ?"
        self._db.conn.executemany(delete, ((key_of(number),) for number in change.removed))
        self._db.conn.executemany(
            "INSERT INTO revoked (hash, expires) VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET expires = excluded.expires",
            # In the order of its keys a table fills its pages: 300,000 take a third less. The sort keeps what came last last.
            sorted(((key_of(number), _minutes(ends)) for number, ends in change.added), key=itemgetter(0)),
        )
        self._db.execute("DELETE FROM revoked WHERE expires < ?", (now,))

    def forget(self) -> None:
        """Drop the list. The caller has the transaction."""
        self._db.execute("DELETE FROM revoked")

    def count(self) -> int:
        """Return how many passes are listed."""
        with plainly("the list of revoked passes cannot be counted"):
            return int(self._db.execute("SELECT count(*) FROM revoked").fetchone()[0])


class RevocationList:
    """The side that looks up. Any thread may; the scanning thread does."""

    def __init__(self, path: Path) -> None:
        """`path` is the store's file; it is opened at the first look-up."""
        self._path = path
        self._lock = threading.Lock()
        self._db: Database | None = None
        self._place: Inodes = ()
        self._failing = False

    def is_revoked(self, pass_id: str) -> bool:
        """Whether a pass (24 hexadecimal digits) is on the list. False where the file cannot be read, and said once.

        It must not raise: an exit that is read during a disk's failure opens. An entry does not for lack of a record.
        """
        with self._lock:
            try:
                if self._db is not None and is_replaced(self._place, self._path):
                    self._shut()
                with plainly(f"{self._path}: the revoked passes cannot be read"):
                    if self._db is None:
                        self._place = place_of(self._path)
                        self._db = open_to_read(self._path)
                    row = self._db.execute(
                        "SELECT EXISTS (SELECT 1 FROM revoked WHERE hash = ?)", (key_of(hash_of(pass_id)),)
                    ).fetchone()
            except StoreError as failure:
                if not self._failing:
                    log.error("no pass is held for revoked for now: %s", failure)
                self._failing = True
                self._shut()
                return False
            self._failing = False
            return bool(row[0])

    def close(self) -> None:
        """Give the file back. May be called twice; the next look-up opens it anew."""
        with self._lock:
            self._shut()

    def _shut(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def key_of(hash_: int) -> int:
    """Return a hash as SQLite has integers, signed, and never as small as an IIN: one in ten million stands elsewhere.

    >>> key_of(2**64 - 1) == -1 ^ ELSEWHERE, key_of(2**63) == -(2**63)
    (True, True)
    """
    signed = hash_ - (1 << 64) if hash_ >= 1 << 63 else hash_
    return signed if abs(signed) >= SMALLEST else signed ^ ELSEWHERE


def _minutes(unix_s: float) -> int:
    return -int(-unix_s // 60)
