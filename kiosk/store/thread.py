"""The one thread that has the store. Others hand it work; a visit goes before everything that can wait.

It must never drop work silently: every call gives a Future, and every Future ends.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from kiosk.errors import StoreError, StoreTaken
from kiosk.store.store import Store

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_Work = Callable[[], None]

ROOM = 1000
"""Calls that may wait in each queue: minutes of a busy door. Beyond it the disk is not slow but gone."""
BEAT_S = 1.0
RETRY_S = 5.0
"""So often a store that cannot be opened is tried again."""
STORE_SILENCE_S = 120.0
"""A list of 300,000 revoked passes is one transaction, and a card that tidies itself up stands still for seconds."""


class StoreThread:
    """Owns the store. `start` opens it and raises what opening raised; `close` ends after the work that was handed in.

    A store that cannot be opened (a card that became read-only, a file of a newer kiosk) is tried again until it can, or until
    `close`: meanwhile every call fails at once. Not where another kiosk has it (StoreTaken): there it ends.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        *,
        beat: Callable[[], None] = lambda: None,
        when_open: Callable[[Store], None] = lambda _store: None,
        retry_s: float = RETRY_S,
    ) -> None:
        """`when_open` is called once, on the store's thread, as soon as it is open."""
        self._open = open_store
        self._when_open = when_open
        self._retry_s = retry_s
        self._beat = beat
        """Called at least once a second while the thread is alive: for the watchdog."""
        self._changed = threading.Condition()
        self._urgent: deque[_Work] = deque()
        self._patient: deque[_Work] = deque()
        self._closing = False
        self._opened: Future[Store] = Future()
        self._thread = threading.Thread(target=self._work, name="store", daemon=True)

    def start(self) -> Store:
        """Open the store on its thread. The store is returned to look at `moved_aside`, not to be called."""
        self._thread.start()
        return self._opened.result()

    def call(self, work: Callable[[Store], _T], *, urgent: bool = False) -> Future[_T]:
        """Have `work(store)` done. `urgent` goes before everything that is not: the visitor waits for it.

        The Future ends with the result, with what `work` raised, or with StoreError when the thread is closed or
        has too much before it. Its callbacks run on the store's thread: they may put something into a queue, no more.
        """
        done: Future[_T] = Future()

        def perform() -> None:
            if not done.set_running_or_notify_cancel():
                return
            try:
                result = work(self._opened.result())
            except Exception as error:
                done.set_exception(error)
            else:
                done.set_result(result)

        with self._changed:
            queue = self._urgent if urgent else self._patient
            if self._closing or len(queue) >= ROOM:
                why = "the store is closed" if self._closing else f"{ROOM} calls wait for the disk already"
                done.set_exception(StoreError(f"nothing was written: {why}"))
                return done
            queue.append(perform)
            self._changed.notify()
        return done

    def close(self, wait_s: float = 10.0) -> bool:
        """Do what was handed in, then give the file back. Returns whether that was done within `wait_s` seconds."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.ident is None:
            return True
        self._thread.join(wait_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        store = self._tried()
        if store is None and isinstance(self._opened.exception(), StoreTaken):
            return
        next_at = time.monotonic() + self._retry_s
        try:
            while True:
                self._beat()
                if store is None and time.monotonic() >= next_at:
                    store, next_at = self._tried(), time.monotonic() + self._retry_s
                with self._changed:
                    if not (self._urgent or self._patient):
                        if self._closing:
                            return
                        self._changed.wait(min(BEAT_S, self._retry_s))
                        continue
                    work = (self._urgent or self._patient).popleft()
                work()
        finally:
            if store is not None:
                store.close()

    def _tried(self) -> Store | None:
        """Try to open it; what became of that is in `_opened`, for whoever waits for the start and for each call."""
        opened = self._opened if not self._opened.done() else Future()
        try:
            store = self._open()
        except Exception as error:
            opened.set_exception(error)
            self._opened = opened
            return None
        opened.set_result(store)
        self._opened = opened
        try:
            self._when_open(store)
        except StoreError as failure:
            log.error("store: %s", failure)
        return store
