"""Between the loop and the store's thread: seals who came, hands the record over, and says when it is on the disk."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from kiosk.core.effects import TrustTime
from kiosk.core.events import Event, HealthChanged, Part, Recorded, RecordFailed
from kiosk.core.model import Amendment, Direction, Record, Visit
from kiosk.store.row_times import offset_ms_of
from kiosk.store.thread import StoreThread
from kiosk.trust import Keyring, Sealed, seal

log = logging.getLogger(__name__)

KEPT_IN_MEMORY = 1000
"""Records that the disk did not take and that still happened (`_happened`)."""
WAIT_S = 30.0
"""For what is no visitor's business: a document that is kept or read."""


class Recorder:
    """Writes records; the answer comes as an event."""

    def __init__(
        self,
        store: StoreThread,
        put: Callable[[Event], None],
        *,
        wake: Callable[..., None],
        keyring: Callable[[], Keyring],
        boot: str | None = None,
    ) -> None:
        """`wake(incident=...)` tells the sync worker that there is something to send; `boot` names this start."""
        self._boot = boot
        self._store = store
        self._wake = wake
        self._put = put
        self._keyring = keyring
        self._lock = threading.Lock()
        self._unwritten: deque[Record] = deque(maxlen=KEPT_IN_MEMORY)
        self._failed = False

    def write(self, record: Record) -> None:
        """Have a record written, before everything else that waits for the disk. Returns at once."""
        sealed = self._sealed(record)
        written = self._store.call(lambda store: store.record(record, sealed), urgent=True)
        written.add_done_callback(lambda done: self._ended(record, done))

    def trust_time(self, effect: TrustTime) -> None:
        """Have the times put right that this start of the machine recorded by a wrong clock. Returns at once."""
        if self._boot is None:
            return
        boot, offset_ms = self._boot, offset_ms_of(effect.wall, effect.mono)
        self._store.call(lambda store: store.trust_time(boot, offset_ms))

    def mend(self, *, missed: bool = False) -> None:
        """Try the disk again if it failed, and then what it did not take. Called every few seconds.

        `missed`: the door takes the disk for broken. No failure may be known here, because the word that a record was written
        came late, or never: then a write that is tried now is the proof that the disk is well.
        """
        if not (self._failed or missed):
            self._store.call(lambda store: store.keep_file()).add_done_callback(self._kept)
            return
        try:
            self._store.call(lambda store: store.probe()).result(WAIT_S)
        except (OSError, TimeoutError) as failure:
            log.error("store: still does not write: %s", failure)
            self._put(HealthChanged(part=Part.STORE, working=False, why=str(failure)))
            return
        self._failed = False
        with self._lock:
            again, self._unwritten = self._unwritten, deque(maxlen=KEPT_IN_MEMORY)
        log.info("store: writes again, %d records caught up", len(again))
        for record in again:
            self.write(record)
        self._put(HealthChanged(part=Part.STORE, working=True))

    def _kept(self, done: Future[None]) -> None:
        """A file that was taken away could not be written anew: the door takes the disk for broken, and it is tried again."""
        if (failure := done.exception()) is not None:
            log.error("store: %s", failure)
            self._failed = True
            self._put(HealthChanged(part=Part.STORE, working=False, why=str(failure)))

    def _ended(self, record: Record, done: Future[None]) -> None:
        failure = done.exception()
        if failure is None:
            self._put(Recorded(record_id=record.id))
            self._wake(incident=isinstance(record, Visit | Amendment) and record.decision.incident)
            return
        log.error("store: %s", failure)
        self._failed = True
        if _happened(record):
            with self._lock:
                self._unwritten.append(record)
        self._put(RecordFailed(record_id=record.id, why=str(failure)))

    def _sealed(self, record: Record) -> Sealed | None:
        if not isinstance(record, Visit) or record.identifier is None or not record.identifier.personal:
            return None
        sealed = seal(record.identifier, record.id, self._keyring())
        if sealed is None:
            log.warning("visit %s: recorded without who it was: no sealing key is known yet", record.id)
        return sealed


def _happened(record: Record) -> bool:
    """Whether to write this later, when the disk is back, because it took place although it was not recorded.

    An entry that was not recorded did not open the gate: written later, it would be an admission whose gate stayed shut. The
    same holds for an amendment that would have opened. One that refused took place.
    """
    match record:
        case Visit():
            return record.direction is Direction.EXIT
        case Amendment():
            return not record.decision.opens
        case _:
            return True
