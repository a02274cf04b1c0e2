"""What a kiosk keeps, signed by a root: policy, keys, revocations (docs/contract.md).

A document is signed anew every few minutes with a later end, and is the same bytes in between: so an ETag holds, and the
age that a kiosk knows of what it keeps is honest to those minutes. Ed25519 needs no chance, so nothing is stored here.
"""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from enum import StrEnum

import cbor2

from kiosk.trust import revocations as listed
from kiosk.trust.moments import EARLIEST_S, LATEST_S
from kiosk.trust.signed import PayloadMember
from kiosk.trust.withdrawal import WITHDRAWAL
from registry.cose import sign1
from registry.doors import Door
from registry.keys import DOCUMENT_LIFE, Keys
from registry.policy import Policies
from registry.problems import ProblemError
from registry.revocations import Change, Revocations
from registry.sequences import Sequences

RENEWALS = 288
"""In the life of a document: of 24 hours, every five minutes."""


class Kind(StrEnum):
    POLICY = "policy"
    KEYS = "keys"
    REVOCATIONS = "revocations"
    WITHDRAWAL = WITHDRAWAL


class Documents:
    """Makes them from what the registry holds now."""

    def __init__(
        self,
        keys: Keys,
        policies: Policies,
        revocations: Revocations,
        sequences: Sequences,
        *,
        life: timedelta = DOCUMENT_LIFE,
    ) -> None:
        self._keys = keys
        self._policies = policies
        self._revocations = revocations
        self._sequences = sequences
        self._life_s = int(life.total_seconds())
        self._lock = threading.Lock()
        self._list: tuple[object, bytes] | None = None

    def policy(self, door: Door, version: int) -> bytes:
        """Return the policy of the door's venue, signed for this door, in the newest version up to `version`.

        Raises ProblemError where there is none.
        """
        issued = self._issued()  # first: the number that is read next may rise by it
        try:
            sequence, text = self._policies.served(door.venue, version)
        except LookupError:
            raise ProblemError(
                404, "no-policy", "expected a venue with a policy; put one at the registry"
            ) from None
        return self._sign(Kind.POLICY, sequence, text.encode(), issued, audience=door.id)

    def keys(self) -> bytes:
        """Return the keys, and the roots that are trusted from now on."""
        issued = self._issued()
        content = json.dumps(self._keys.document() | {"roots": self._keys.roots()}).encode()
        return self._sign(Kind.KEYS, self._keys.sequence, content, issued)

    def revocations(self, since: int) -> bytes:
        """Return what changed on the list since a sequence; 0: the whole list, which is kept ready."""
        issued = self._issued()
        change = self._revocations.since(since)
        if change.base:
            return self._list_document(change, issued)
        made_of = (change.sequence, self._keys.root.kid, issued)
        with self._lock:
            if self._list is None or self._list[0] != made_of:
                self._list = made_of, self._list_document(change, issued)
            return self._list[1]

    def withdrawal(self, device: str, revoked_at: datetime) -> bytes:
        """Return the statement that a device is withdrawn, for ever: signed by the root of now, whenever it was."""
        since = min(max(int(revoked_at.timestamp()), EARLIEST_S), LATEST_S - 1)
        return self._sign(Kind.WITHDRAWAL, 1, b"", since, audience=device, ends=LATEST_S)

    def _list_document(self, change: Change, issued: int) -> bytes:
        content = cbor2.dumps(
            {
                listed.RevocationMember.BASE.value: change.base,
                listed.RevocationMember.ADDED.value: change.entries,
                listed.RevocationMember.REMOVED.value: change.removed,
            }
        )
        return self._sign(Kind.REVOCATIONS, change.sequence, content, issued)

    def _issued(self) -> int:
        return self._sequences.issued(max(1, self._life_s // RENEWALS))

    def _sign(
        self,
        kind: Kind,
        sequence: int,
        content: bytes,
        issued: int,
        *,
        audience: str | None = None,
        ends: int | None = None,
    ) -> bytes:
        root = self._keys.root
        claims: dict[int, object] = {
            PayloadMember.KIND.value: kind.value,
            PayloadMember.SEQUENCE.value: sequence,
            PayloadMember.ISSUED.value: issued,
            PayloadMember.NOT_AFTER.value: issued + self._life_s if ends is None else ends,
            PayloadMember.CONTENT.value: content,
        }
        if audience is not None:
            claims[PayloadMember.AUDIENCE.value] = audience
        return sign1(root.kid, root.private, cbor2.dumps(claims))
