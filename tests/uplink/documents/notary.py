"""A registry's signing side in a few lines of its own: what it signs is made here by the contract and not by our code."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.factories import NOON
from tests.trust.minting import keys_document

DAY = timedelta(hours=24)
POLICY = {"version": 1, "venue": "Demo Fitness", "editions": [{"effective_from": "2026-01-01T00:00:00Z"}]}


class Root:
    """One root key, and what it signs."""

    def __init__(self, name: str = "first", *, key: Ed25519PrivateKey | None = None) -> None:
        """`key` is somebody's own, such as a registry's; without one it is made of the name."""
        self.key = key or Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
        self.public = self.key.public_key().public_bytes_raw()
        self.kid = hashlib.sha256(self.public).digest()[:4]

    def sign(
        self,
        kind: str,
        content: bytes,
        sequence: int,
        *,
        issued: datetime = NOON,
        not_after: datetime | None = None,
        audience: str | None = None,
    ) -> bytes:
        """Return a whole signed document."""
        ends = not_after or issued + DAY
        payload = {1: kind, 2: sequence, 3: int(issued.timestamp()), 4: int(ends.timestamp()), 5: content}
        if audience is not None:
            payload[6] = audience
        protected, octets = cbor2.dumps({1: -8, 4: self.kid}), cbor2.dumps(payload)
        signature = self.key.sign(cbor2.dumps(["Signature1", protected, b"", octets]))
        return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, octets, signature]))

    def policy(self, sequence: int = 1, door: str = "D01", **when: Any) -> bytes:
        """Return a door's policy that bears its own number."""
        content = json.dumps({**POLICY, "sequence": sequence}).encode()
        return self.sign("policy", content, sequence, audience=door, **when)

    def keys(self, sequence: int = 1, roots: tuple[Root, ...] = (), **when: Any) -> bytes:
        """Return a keys document, which names the roots to trust from now on where there are any."""
        document = keys_document()
        if roots:
            document["roots"] = [
                {"kid": one.kid.hex(), "ed25519": base64.b64encode(one.public).decode(), "not_after": None}
                for one in roots
            ]
        return self.sign("keys", json.dumps(document).encode(), sequence, **when)

    def revocations(
        self,
        sequence: int = 1,
        *pass_ids: str,
        base: int = 0,
        removed: tuple[str, ...] = (),
        **when: Any,
    ) -> bytes:
        """Return a list of revoked passes, all of it or the changes since `base`."""
        ends = int((NOON + 3 * DAY).timestamp())
        added = b"".join(_hash(one) + ends.to_bytes(4) for one in pass_ids)
        content = cbor2.dumps({1: base, 2: added, 3: b"".join(map(_hash, removed))})
        return self.sign("revocations", content, sequence, **when)


def _hash(pass_id: str) -> bytes:
    return hashlib.sha256(bytes.fromhex(pass_id)).digest()[:8]
