"""Whether a document is the registry's: signed by a root that this device trusts, for this door, and not an older one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from kiosk.core.rule.signed_time import SignedTime
from kiosk.errors import DocumentRefused
from kiosk.ports import Clock
from kiosk.trust.roots import Roots
from kiosk.trust.signed import DocumentFault, SignedDocument, open_signed
from kiosk.trust.withdrawal import is_withdrawal

log = logging.getLogger(__name__)

POLICY, KEYS, REVOCATIONS = "policy", "keys", "revocations"
NAMES = (KEYS, POLICY, REVOCATIONS)
"""In the order in which they are asked for: the keys name the roots that the others may be signed with by now."""

_SENTENCES = {
    DocumentFault.DAMAGED: "expected a whole document of the registry, found a damaged one",
    DocumentFault.UNKNOWN_ROOT: "expected the signature of a root key that this device trusts, found another's: "
    "if the registry lost its root key, enrol this device anew",
    DocumentFault.WRONG_SIGNATURE: "expected a document as the registry signed it, found a changed one",
    DocumentFault.OTHER_KIND: "expected the document that was asked for, found another kind",
    DocumentFault.OTHER_AUDIENCE: "expected a document for this door, found another's",
    DocumentFault.OLDER: "expected one at least as new as the one in force, found an older one",
    DocumentFault.EXPIRED: "expected one that still counts, found one whose time is over: are both clocks right?",
    DocumentFault.FROM_THE_FUTURE: "expected one that was signed before now, found a later one: are both clocks right?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a document says, and when that was signed."""

    content: bytes = field(repr=False)
    root: str
    """The key id of the root that signed it, in hexadecimal; empty for what was kept before these were."""
    sequence: int
    issued_at: datetime
    not_after: datetime
    back: bool = False
    """It takes the mark back to its own time: what was signed later was signed by a clock that was wrong."""


class Signed:
    """Takes documents that a root has signed. The roots change by a keys document that one of them signed."""

    def __init__(
        self,
        roots: Roots,
        door: str,
        *,
        clock: Clock,
        keep_roots: Callable[[Roots], None] = lambda _roots: None,
    ) -> None:
        """`keep_roots` has to have them on the disk when it returns: the next documents are signed by the new ones only."""
        self._roots = roots
        self._door = door
        self._clock = clock
        self._keep_roots = keep_roots

    def opened(
        self, name: str, body: bytes, *, newest: int, signed: SignedTime, kept: bool = False
    ) -> Opened:
        """Return what a body says. Raises DocumentRefused.

        `newest` is the sequence in force, `signed` the mark, `kept` says that the body comes from our own disk, where it
        may have grown old.

        One of a strictly higher sequence that was issued before the mark is judged by our clock instead: the mark may
        have been made by a bad minute of the registry's clock, and nothing could be signed until then.
        """
        wall, mono = self._clock.wall(), self._clock.mono()

        def judged(now: datetime, *, trusted: bool) -> SignedDocument | DocumentFault:
            return open_signed(
                body,
                self._roots,
                name,
                now=now,
                newest=newest,
                audience=self._door if name == POLICY else None,
                clock_trusted=trusted,
                kept=kept,
            )

        def takes_back(document: SignedDocument | DocumentFault) -> bool:
            return isinstance(document, SignedDocument) and signed.is_taken_back(
                held=newest, sequence=document.sequence, issued_at=document.issued_at, mono=mono
            )

        trusted = self._clock.trusted() and not signed.outranks(wall, mono)
        document = judged(signed.now(wall, mono), trusted=trusted)
        if isinstance(document, DocumentFault) and takes_back(by_clock := judged(wall, trusted=False)):
            document = by_clock
        if isinstance(document, DocumentFault):
            raise DocumentRefused(f"{document}: {_SENTENCES[document]}")
        return Opened(
            content=document.content,
            root=document.root.hex(),
            sequence=document.sequence,
            issued_at=document.issued_at,
            not_after=document.not_after,
            back=takes_back(document),
        )

    def withdraws(self, statement: bytes, device: str, signed: SignedTime) -> bool:
        """Whether a root states that this device is withdrawn; `signed` is the mark."""
        now = signed.now(self._clock.wall(), self._clock.mono())
        return is_withdrawal(statement, self._roots, device, now=now)

    def trusts(self, root: str) -> bool:
        """Whether a root (its key id in hexadecimal) is one of those that this device trusts."""
        return root in {kid.hex() for kid in self._roots.by_kid}

    def turned(self, keys: object) -> bool:
        """Trust the roots that a verified keys document names; whether they are others. Raises KeysError for wrong ones."""
        roots = self._roots.with_document(keys)
        if roots.as_list() == self._roots.as_list():
            return False
        self._keep_roots(roots)
        self._roots = roots
        log.info("the registry's root keys changed: %s", ", ".join(kid.hex() for kid in roots.by_kid))
        return True
