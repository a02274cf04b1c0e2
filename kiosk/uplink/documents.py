"""What the kiosk keeps of the registry's word: policy, keys, revoked passes. Whole or not at all, and never worse than before.

A document that is not the registry's, or not understood, changes nothing: the last good one stays in force and the journal
says why. How old each is, the door is told.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from kiosk.core.events import Event, KnowledgeChanged, PolicyArrived
from kiosk.core.rule.knowledge import Age
from kiosk.core.rule.policy_document import parse_policy
from kiosk.core.rule.signed_time import SignedTime
from kiosk.errors import (
    DocumentRefused,
    KioskError,
    PolicyError,
    RegistryRefused,
    RegistryUnreachable,
    StoreError,
)
from kiosk.ports import Clock
from kiosk.store.kept import Kept
from kiosk.store.shelf import StoreShelf
from kiosk.threads.worker import Stop
from kiosk.trust import Keyring
from kiosk.trust.revocations import RevocationChange, parse_revocations
from kiosk.uplink.client import Document, NotModified
from kiosk.uplink.provenance import KEYS, NAMES, POLICY, REVOCATIONS, Opened, Signed

log = logging.getLogger(__name__)

RETRY_S = 10.0
"""After a failed fetch; the interval of the settings is for when all is well."""
DOCUMENTS_SILENCE_S = 300.0
"""A whole list of revoked passes may take three minutes over a mobile network (client.Timeouts)."""


class Fetch(Protocol):
    """The one call of the registry client that is needed here."""

    def __call__(self, name: str, etag: str = "", *, since: int = 0) -> Document | NotModified:
        """Return a document, or that the one with this tag still stands."""
        ...


class Documents:
    """Reads what is kept at start, then asks the registry for newer ones every so often."""

    def __init__(
        self,
        *,
        fetch: Fetch,
        shelf: StoreShelf,
        put: Callable[[Event], None],
        heard: Callable[[bool], None],
        clock: Clock,
        every_s: float,
        provenance: Signed,
    ) -> None:
        """`provenance` says whose documents are believed."""
        self.keyring = Keyring()
        self._fetch = fetch
        self._shelf = shelf
        self._put = put
        self._heard = heard
        self._clock = clock
        self._every_s = every_s
        self._provenance = provenance
        self._etags = dict.fromkeys(NAMES, "")
        self._newest = dict.fromkeys(NAMES, 0)
        self._ages: dict[str, Age] = {}
        self._signed = SignedTime()
        """The mark, as far as documents and the disk know of it."""
        self._since = 0
        """The list of revocations that a delta may go on from; 0 asks for all of it."""
        self._hurry = threading.Event()
        self._well = True
        self._keeping = threading.Lock()
        self._forgotten = False
        self._loaded = False

    @property
    def signed_by_now(self) -> datetime | None:
        """How late it is at least (UTC) by all that was signed; None: nothing was seen. From any thread."""
        return self._signed.at(self._clock.mono())

    def withdraws(self, statement: bytes, device: str) -> bool:
        """Whether one of the roots that are trusted now states that this device is withdrawn. From any thread."""
        return self._provenance.withdraws(statement, device, self._signed)

    def load(self) -> None:
        """Take what is kept into force: a kiosk that starts without a network is as wise as when it stopped.

        Where the store cannot be read yet, nothing is, and it is tried again in each round.
        """
        try:
            self._load()
        except StoreError as failure:
            log.error("what is kept is not taken up yet: %s", failure)
        else:
            self._loaded = True

    def _load(self) -> None:
        documents = {name: kept for name in NAMES if (kept := self._shelf.kept(name)) is not None}
        if documents and not any(self._may_be_ours(kept) for kept in documents.values()):
            log.warning("what is kept was signed for another registry: it is dropped, and asked for anew")
            self._shelf.forget()
            documents = {}
        if latest := self._shelf.latest_signed():
            self._signed = self._signed.saw(latest, self._clock.mono())
        for name, kept in documents.items():
            try:
                opened = self._kept(name, kept)
            except (KioskError, ValueError, RecursionError) as mistake:
                log.error("%s: what was kept is not taken up, a new one is asked for: %s", name, mistake)
            else:
                self._in_force(name, opened, kept.etag if kept.root else "")
                self._disown()
        self._tell()

    def forget(self) -> None:
        """Keep nothing any more: the registry withdrew this device. Returns when nothing more goes to the disk.

        The pass keys stay in memory until the process ends: they are public, nobody is admitted by them any more, and at
        a toggle door whoever is inside is known by their pass (rule 3).
        """
        with self._keeping:
            self._forgotten = True

    def heard(self) -> None:
        """Another worker reached the registry: what could not be refreshed is asked for at once."""
        if not self._well:
            self._hurry.set()

    def hurry(self) -> None:
        """Look now."""
        self._hurry.set()

    def body(self, stop: Stop) -> None:
        """Work until stopped."""
        while not stop.is_set():
            if not self._loaded:
                self.load()
            self._well = True  # what this round itself hears of the registry is no reason for another one
            fetched = [self.refresh(name) for name in NAMES]
            self._well = all(fetched)
            stop.wait_for(self._hurry, self._every_s if self._well else RETRY_S)
            self._hurry.clear()

    def refresh(self, name: str) -> bool:
        """Ask for one document; whether the registry gave a good answer."""
        try:
            fetched = self._fetch(name, self._etags[name], since=self._since if name == REVOCATIONS else 0)
            if isinstance(fetched, NotModified):
                self._shelf.confirm(name, self._clock.wall())
            else:
                self._take(name, fetched)
        except (RegistryUnreachable, RegistryRefused, StoreError) as failure:
            log.warning("%s: not refreshed: %s", name, failure)
            if isinstance(failure, RegistryUnreachable):
                self._heard(False)
            return False
        except (KioskError, ValueError, RecursionError) as mistake:
            log.error(
                "%s: the registry's document was not understood, the last good one stays: %s", name, mistake
            )
        self._heard(True)
        return True

    def _kept(self, name: str, kept: Kept) -> Opened:
        """Take a kept document into force. The list of revocations is its rows: it was verified when they were made."""
        if name == REVOCATIONS:
            if not self._may_be_ours(kept):
                raise DocumentRefused("expected a list that a root of now has signed, found another's")
            if kept.issued_at is None or kept.not_after is None:
                raise DocumentRefused("expected a list with the times that were signed into it, found none")
            return Opened(
                content=b"",
                root=kept.root,
                # Of a list that an older kiosk kept nobody knows whose it is: it counts until all of it has come anew.
                sequence=kept.sequence if kept.root else 0,
                issued_at=kept.issued_at,
                not_after=kept.not_after,
            )
        opened = self._provenance.opened(name, kept.body, newest=0, signed=self._signed, kept=True)
        self._understand(name, opened, kept.fetched_at)
        return opened

    def _may_be_ours(self, kept: Kept) -> bool:
        """Whether a kept document was signed by a root of now; those of an older kiosk do not say."""
        return not kept.root or self._provenance.trusts(kept.root)

    def _take(self, name: str, fetched: Document) -> None:
        """Take a fetched document into force and keep it. Raises what is wrong with it."""
        with self._keeping:  # one that was under way when the registry withdrew us is not kept
            if not self._forgotten:
                self._take_and_keep(name, fetched)

    def _take_and_keep(self, name: str, fetched: Document) -> None:
        opened = self._opened(fetched)
        now = self._clock.wall()
        kept = Kept(
            etag=fetched.etag,
            body=fetched.body,
            fetched_at=now,
            root=opened.root,
            sequence=opened.sequence,
            issued_at=opened.issued_at,
            not_after=opened.not_after,
        )
        if name == REVOCATIONS:
            self._keep_list(_list_in(opened), kept, back=opened.back)
        else:
            self._understand(name, opened, now)
            self._shelf.keep(name, kept, back=opened.back)
        self._in_force(name, opened, fetched.etag)
        mono = self._clock.mono()
        if opened.back:
            log.warning(
                "%s: the registry's clock went back: what it signed by a later time has no known age", name
            )
            self._signed = self._signed.back_at(opened.issued_at, mono)
        else:
            self._signed = self._signed.saw(opened.issued_at, mono)
        self._disown()
        self._tell()

    def _keep_list(self, change: RevocationChange, kept: Kept, *, back: bool) -> None:
        """Keep a list; one that goes on from another than ours is asked for whole, next.

        So is one that goes on from a list of a later time: by that, entries may have been dropped as over that are not.
        """
        age = self._ages.get(REVOCATIONS)
        whole = age is None or not change.base or kept.issued_at is None or age.issued_at <= kept.issued_at
        if not whole or not self._shelf.keep_revocations(change, kept, back=back):
            if self._since:
                self._since, self._etags[REVOCATIONS] = 0, ""
                self.hurry()
            raise DocumentRefused(
                f"expected the changes since the kept list, found those since number {change.base}: asking for all of it"
            )

    def _opened(self, fetched: Document) -> Opened:
        return self._provenance.opened(
            fetched.name, fetched.body, newest=self._newest[fetched.name], signed=self._signed
        )

    def _in_force(self, name: str, opened: Opened, etag: str) -> None:
        self._etags[name], self._newest[name] = etag, opened.sequence
        if name == REVOCATIONS:
            self._since = opened.sequence
        self._ages[name] = _age_of(opened)

    def _disown(self) -> None:
        """Believe no time that the registry has taken back since: such a document counts until a newer one comes, as expired.

        A kept one raised the mark when it was kept, in one transaction: what is later than the mark was taken back.
        """
        latest = self._signed.latest
        for name, age in self._ages.items():
            self._ages[name] = replace(age, disowned=latest is not None and age.issued_at > latest)

    def _understand(self, name: str, opened: Opened, heard_at: datetime) -> None:
        """Take a document's content into force. Raises KioskError or ValueError where it is not understood."""
        document = json.loads(opened.content)
        if name == KEYS:
            keyring = Keyring.from_document(document)
            if self._provenance.turned(document):
                # The old root may end before these change: they are asked for under the new one.
                self._etags = dict.fromkeys(self._etags, "")
            self.keyring = keyring
            return
        policy = parse_policy(document)
        if isinstance(policy, list):
            raise PolicyError("; ".join(policy))
        # Its age first: a rule on the screen beside "no rule" until the disk has it, or for good where the disk fails.
        self._ages[POLICY] = _age_of(opened)
        self._tell()
        self._put(PolicyArrived(policy=policy, heard_at=heard_at))

    def _tell(self) -> None:
        policy, keys, revocations = (self._ages.get(name) for name in (POLICY, KEYS, REVOCATIONS))
        self._put(KnowledgeChanged(policy=policy, keys=keys, revocations=revocations))


def _age_of(opened: Opened) -> Age:
    return Age(issued_at=opened.issued_at, not_after=opened.not_after, sequence=opened.sequence)


def _list_in(opened: Opened) -> RevocationChange:
    change = parse_revocations(opened.content)
    if not isinstance(change, RevocationChange):
        raise DocumentRefused(f"{change}: expected a list of revoked passes in its form; update the kiosk")
    return change
