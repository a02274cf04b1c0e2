"""What the kiosk keeps of the registry's word: policy and keys. Whole or not at all, and never worse than before.

A document that is not understood changes nothing: the last good one stays in force and the journal says why.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from kiosk.core.events import Event, PolicyArrived
from kiosk.core.policy_document import parse_policy
from kiosk.errors import KioskError, PolicyError, RegistryRefused, RegistryUnreachable, StoreError
from kiosk.ports import Clock
from kiosk.registry_client import Document, NotModified
from kiosk.store import Kept
from kiosk.trust import Keyring

log = logging.getLogger(__name__)

POLICY, KEYS = "policy", "keys"
RETRY_S = 10.0
"""After a failed fetch; the interval of the settings is for when all is well."""


class Shelf(Protocol):
    """Where documents are kept through a restart: the store, reached through its thread."""

    def kept(self, name: str) -> Kept | None:
        """Return what is kept under a name, and when the registry last confirmed it."""
        ...

    def keep(self, name: str, kept: Kept) -> None:
        """Keep a new one in place of the old."""
        ...

    def confirm(self, name: str, heard_at: datetime) -> None:
        """The kept one still stands."""
        ...


class Documents:
    """Reads what is kept at start, then asks the registry for newer ones every so often."""

    def __init__(
        self,
        *,
        fetch: Callable[[str, str], Document | NotModified],
        shelf: Shelf,
        put: Callable[[Event], None],
        heard: Callable[[bool], None],
        clock: Clock,
        every_s: float,
    ) -> None:
        self.keyring = Keyring()
        self._fetch = fetch
        self._shelf = shelf
        self._put = put
        self._heard = heard
        self._clock = clock
        self._every_s = every_s
        self._etags = {POLICY: "", KEYS: ""}
        self._hurry = threading.Event()
        self._well = True

    def load(self) -> None:
        """Take what is kept into force: a kiosk that starts without a network is as wise as when it stopped."""
        for name in (KEYS, POLICY):
            kept = self._shelf.kept(name)
            if kept is not None and self._understood(name, kept.body, kept.fetched_at):
                self._etags[name] = kept.etag

    def heard(self) -> None:
        """Another worker reached the registry: what could not be refreshed is asked for at once."""
        if not self._well:
            self._hurry.set()

    def hurry(self) -> None:
        """Look now."""
        self._hurry.set()

    def body(self, stop: threading.Event) -> None:
        """Work until stopped."""
        while not stop.is_set():
            self._well = True  # what this round itself hears of the registry is no reason for another one
            fetched = [self.refresh(name) for name in (KEYS, POLICY)]
            self._well = all(fetched)
            self._hurry.wait(self._every_s if self._well else RETRY_S)
            self._hurry.clear()

    def refresh(self, name: str) -> bool:
        """Ask for one document; whether the registry gave a good answer."""
        try:
            fetched = self._fetch(name, self._etags[name])
            now = self._clock.wall()
            if isinstance(fetched, NotModified):
                self._shelf.confirm(name, now)
            elif self._understood(name, fetched.body, now):
                self._shelf.keep(name, Kept(etag=fetched.etag, body=fetched.body, fetched_at=now))
                self._etags[name] = fetched.etag
        except (RegistryUnreachable, RegistryRefused, StoreError) as failure:
            log.warning("%s: not refreshed: %s", name, failure)
            if isinstance(failure, RegistryUnreachable):
                self._heard(False)
            return False
        self._heard(True)
        return True

    def _understood(self, name: str, body: bytes, heard_at: datetime) -> bool:
        """Take a document into force; False, and said so, where it is none."""
        try:
            document = json.loads(body)
            if name == KEYS:
                self.keyring = Keyring.from_document(document)
            else:
                self._take_policy(document, heard_at)
        except (KioskError, ValueError, RecursionError) as mistake:
            log.error(
                "%s: the registry's document was not understood, the last good one stays: %s", name, mistake
            )
            return False
        return True

    def _take_policy(self, document: object, heard_at: datetime) -> None:
        policy = parse_policy(document)
        if isinstance(policy, list):
            raise PolicyError("; ".join(policy))
        self._put(PolicyArrived(policy=policy, heard_at=heard_at))
