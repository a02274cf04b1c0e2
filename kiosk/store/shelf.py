"""The registry's documents in the store, reached through the store's thread by a worker that can wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from kiosk.errors import StoreError
from kiosk.store.kept import Kept
from kiosk.store.store import Store
from kiosk.store.thread import StoreThread
from kiosk.trust.revocations import RevocationChange

_T = TypeVar("_T")

WAIT_S = 30.0
LIST_WAIT_S = 300.0
"""For a list of 300,000 on the slowest card."""


class StoreShelf:
    """Every call raises StoreError when the disk fails, or does not answer in time."""

    def __init__(self, store: StoreThread) -> None:
        self._store = store

    def kept(self, name: str) -> Kept | None:
        """Return what is kept under a name, and when the registry last confirmed it."""
        return self._do(lambda store: store.kept(name))

    def keep(self, name: str, kept: Kept, *, back: bool = False) -> None:
        """Keep a new one in place of the old. `back`: it takes the latest signed time back to its own."""
        self._do(lambda store: store.keep(name, kept, back=back))

    def confirm(self, name: str, heard_at: datetime) -> None:
        """The kept one still stands."""
        self._do(lambda store: store.confirm(name, heard_at))

    def keep_revocations(self, change: RevocationChange, kept: Kept, *, back: bool = False) -> bool:
        """Bring a list into force; False where it is a delta of another list than the kept one."""
        return self._do(lambda store: store.keep_revocations(change, kept, back=back), LIST_WAIT_S)

    def forget(self) -> None:
        """Drop all that is kept: it is another registry's."""
        self._do(lambda store: store.forget_documents())

    def latest_signed(self) -> datetime | None:
        """Return the latest moment at which the registry signed anything."""
        return self._do(lambda store: store.latest_signed())

    def _do(self, work: Callable[[Store], _T], wait_s: float = WAIT_S) -> _T:
        try:
            return self._store.call(work).result(wait_s)
        except TimeoutError:
            raise StoreError(f"the store did not answer within {wait_s:g} seconds") from None
