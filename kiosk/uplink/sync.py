"""Carries records to the registry whenever it can, behind whoever waits at the door.

The body of the sync worker. What to send and when is `core/outbox.py`; here are only the store, the link and the clock.
It must never raise out of its loop, hold up a visitor's question, or say that a record arrived which did not.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import takewhile
from types import TracebackType
from typing import Any, Protocol, TypeVar

from kiosk.core import outbox
from kiosk.core.events import LinkChanged
from kiosk.core.outbox import Mark, Origin, Pace, Send, Verdict, Wait
from kiosk.errors import RegistryRefused, RegistryUnreachable, StoreError
from kiosk.ports import Clock
from kiosk.store.records import AFTER_A_NUMBER, KINDS
from kiosk.store.store import Outgoing, Store
from kiosk.store.thread import StoreThread
from kiosk.threads.levels import Level

_T = TypeVar("_T")
_log = logging.getLogger(__name__)

SPREAD_S = 30.0
"""Within so many seconds all doors try again after the link came back, each at a moment of its own."""
SMALL = 20
"""Records at once while visitors are at the door: so few are gone before the next one asks."""
LATELY_S = 15.0
PATIENCE_S = 10.0
"""How long a batch waits for questions to end: longer than any question may take."""
IDLE_S = 60.0
AFTER_TROUBLE_S = 5.0
TIDY_EVERY_S = 3600.0
STORE_WITHIN_S = 60.0
BEAT_S = 1.0
SYNC_SILENCE_S = 90.0
"""Longer than one call of the store (STORE_WITHIN_S), one batch, or one wait for visitors takes."""


class Sender(Protocol):
    """The one call of the registry client that is needed here."""

    def send(self, items: Iterable[Mapping[str, Any]], origin: Origin | None = None) -> dict[str, Verdict]:
        """Hand over records that were made by one device at one door, and return the verdicts by uid."""
        ...


class Asking:
    """Whether a visitor waits for the registry: `with asking:` around each question."""

    def __init__(self, mono: Callable[[], float]) -> None:
        self._mono = mono
        self._changed = threading.Condition()
        self._questions = 0
        self._last = float("-inf")

    def __enter__(self) -> None:
        with self._changed:
            self._questions += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._questions -= 1
            self._last = self._mono()
            self._changed.notify_all()

    def wait_until_quiet(self, wait_s: float) -> bool:
        """Wait at most `wait_s` seconds until nobody asks. Returns whether nobody does."""
        with self._changed:
            return self._changed.wait_for(lambda: self._questions == 0, wait_s)

    @property
    def lately(self) -> bool:
        """Whether somebody asks, or did a moment ago."""
        with self._changed:
            return self._questions > 0 or self._mono() - self._last < LATELY_S


class Syncer:
    """Sends what waits. `step` does one thing and says when to come again; `run` is the worker around it.

    `wake`, `heard`, `number_told` and `stop` may be called from any thread.
    """

    def __init__(
        self,
        store: StoreThread,
        sender: Sender,
        *,
        clock: Clock,
        report: Callable[[LinkChanged], None],
        asking: Asking,
        jitter: Callable[[], float],
        batch: int = outbox.MOST,
        keep_days: int = 30,
    ) -> None:
        self._store = store
        self._sender = sender
        self._clock = clock
        self._level: Level[LinkChanged] = Level(report, mono=clock.mono)
        self._asking = asking
        self._jitter = jitter
        """A random number in [0, 1) at each call."""
        self._keep_days = keep_days
        self._beat: Callable[[], object] = lambda: None
        self._guard = threading.Lock()
        self._pace = Pace(limit=batch, most=batch)
        self._online = False
        self._came_back = False
        self._link: LinkChanged | None = None
        self._tidied = clock.mono()
        self._woken = threading.Event()
        self._stopping = False
        self._numbered = threading.Event()

    def wake(self, *, incident: bool = False) -> None:
        """There is a new record. An incident is tried at once, whatever the back-off says (rule 6)."""
        with self._guard:
            link = self._link
            if link is not None:  # told now: the next batch may hang for as long as it may take
                waits = link.incidents_waiting + incident
                self._link = link = replace(link, waiting=link.waiting + 1, incidents_waiting=waits)
        if link is not None:
            self._level.tell(link)
        if incident:
            self._set_pace(
                lambda pace: outbox.on_link_up(pace, now_mono=self._clock.mono(), spread_s=0, jitter=0)
            )
        self._woken.set()

    def heard(self, *, online: bool) -> None:
        """Another worker has just reached the registry, or has not."""
        with self._guard:
            changed, self._online = self._online != online, online
            self._came_back |= changed and online
            link = self._link
            if changed and link is not None:
                self._link = link = replace(link, online=online)
        if changed and link is not None:
            self._level.tell(link)
        if changed and online:
            now, jitter = self._clock.mono(), self._jitter()
            self._set_pace(
                lambda pace: outbox.on_link_up(pace, now_mono=now, spread_s=SPREAD_S, jitter=jitter)
            )
        if changed:
            self._woken.set()

    def number_told(self) -> None:
        """The registry told the venue's number: it takes the kinds of records that an older one would refuse for ever."""
        if not self._numbered.is_set():
            self._numbered.set()
            self._woken.set()

    def stop(self) -> None:
        """End `run` after what it does."""
        self._stopping = True
        self._woken.set()

    def run(self, beat: Callable[[], object] = lambda: None) -> None:
        """Send until stopped. A disk that fails is waited for. `beat` is called at least every SYNC_SILENCE_S seconds."""
        self._beat = beat
        while not self._stopping:
            self._woken.clear()
            try:
                wait_s = self.step()
            except StoreError as error:
                _log.warning("sync: %s", error)
                wait_s = AFTER_TROUBLE_S
            ends = self._clock.mono() + wait_s
            while not self._stopping and (left := ends - self._clock.mono()) > 0:
                self._beat()
                if self._woken.wait(min(left, BEAT_S)):
                    break
                self._tell_again()

    def step(self) -> float:
        """Send one batch if it is time, and return in how many seconds to come again. Raises StoreError."""
        match outbox.plan(self._pace, self._clock.mono()):
            case Wait(seconds):
                wait_s = min(seconds, IDLE_S)
            case Send(limit):
                wait_s = self._send(limit)
        self._tell()
        return wait_s

    def _send(self, limit: int) -> float:
        self._asking.wait_until_quiet(PATIENCE_S)
        self._beat()
        if self._asking.lately:
            limit = min(limit, SMALL)
        with self._guard:
            came_back, self._came_back = self._came_back, False
        if came_back:
            self._do(Store.hurry)
        kinds = self._kinds()
        batch = self._do(lambda store: store.waiting(limit, self._clock.wall(), kinds))
        if not batch:
            return self._rest()
        first = batch[0].origin
        marks = self._hand_over(list(takewhile(lambda each: each.origin == first, batch)))
        self._do(lambda store: store.mark(marks, self._clock.wall()))
        return max(0.0, self._pace.not_before - self._clock.mono())

    def _hand_over(self, batch: list[Outgoing]) -> tuple[Mark, ...]:
        """Send a batch and return what becomes of each record; an unanswered one keeps its place."""
        rows = tuple(each.waiting for each in batch)
        why, word, retry_after_s, verdicts = "", "", None, {}
        try:
            verdicts = self._sender.send([each.item for each in batch], batch[0].origin)
        except RegistryUnreachable as error:
            why, retry_after_s = error.why, error.retry_after_s
        except RegistryRefused as error:
            why, word = error.why, error.word
        # An error with a number came from a server: the way to it is open, and it is the server that is troubled.
        self._hear(online=not why or why.startswith("http-"))
        now, jitter = self._clock.mono(), self._jitter()
        with self._guard:
            if why:
                _log.warning("sync: %d records not sent: %s", len(rows), f"{why} {word}".strip())
                self._pace, marks = outbox.on_failure(
                    self._pace, rows, why, word=word, now_mono=now, retry_after_s=retry_after_s, jitter=jitter
                )
            else:
                self._pace, marks = outbox.on_reply(self._pace, rows, verdicts, now_mono=now, jitter=jitter)
        return marks

    def _hear(self, *, online: bool) -> None:
        """Note what a batch tells about the link: when it came back, the records that were put off are due at once.

        The pace of the batches is not set here, but with each reply and failure.
        """
        with self._guard:
            self._came_back |= online and not self._online
            self._online = online

    def _rest(self) -> float:
        """Nothing is due: tidy up now and then, and come back for the next that is put off."""
        now = self._clock.mono()
        if now - self._tidied >= TIDY_EVERY_S:
            self._tidied = now
            self._do(lambda store: store.tidy(self._keep_days))
            before = self._clock.wall() - timedelta(seconds=outbox.PARKED_S)
            if again := self._do(lambda store: store.requeue(parked_before=before)):
                _log.info("sync: %d parked records are tried again", again)
        kinds = self._kinds()
        due = self._do(lambda store: store.reports.next_due(kinds))
        if due is None:
            return IDLE_S
        return min(IDLE_S, max(BEAT_S, (due - self._clock.wall()).total_seconds()))

    def _kinds(self) -> frozenset[str]:
        """Return the kinds of records that this registry is known to take."""
        return KINDS if self._numbered.is_set() else KINDS - AFTER_A_NUMBER

    def _tell(self) -> None:
        counts = self._do(lambda store: store.reports.counts())
        link = LinkChanged(
            online=self._online,
            waiting=counts.waiting,
            parked=counts.parked,
            incidents_waiting=counts.incidents_waiting,
        )
        with self._guard:
            self._link = link
        self._level.tell(link)

    def _tell_again(self) -> None:
        with self._guard:
            link = self._link
        if link is not None:
            self._level.tell(link)

    def _set_pace(self, change: Callable[[Pace], Pace]) -> None:
        with self._guard:
            self._pace = change(self._pace)

    def _do(self, work: Callable[[Store], _T]) -> _T:
        self._beat()
        try:
            return self._store.call(work).result(STORE_WITHIN_S)
        except TimeoutError:
            raise StoreError(f"the store did not answer within {STORE_WITHIN_S:g} seconds") from None
