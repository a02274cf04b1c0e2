"""Opens what the registry signs, in a few lines that share nothing with the kiosk's own reader."""

import hashlib
import json
from dataclasses import dataclass

import cbor2
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


@dataclass(frozen=True)
class Opened:
    kid: bytes
    kind: str
    sequence: int
    issued: int
    not_after: int
    audience: str | None
    content: bytes

    @property
    def json(self):
        return json.loads(self.content)


def opened(body, root):
    """Return what a root (32 bytes) signed. Raises InvalidSignature."""
    message = cbor2.loads(body)
    assert message.tag == 18
    protected, unprotected, payload, signature = message.value
    assert unprotected == {}
    to_be_signed = cbor2.dumps(["Signature1", protected, b"", payload])
    Ed25519PublicKey.from_public_bytes(root).verify(signature, to_be_signed)
    header = cbor2.loads(protected)
    assert header == {1: -8, 4: hashlib.sha256(root).digest()[:4]}
    claims = cbor2.loads(payload)
    assert list(claims) == [1, 2, 3, 4, 5] + ([6] if 6 in claims else [])
    return Opened(header[4], claims[1], claims[2], claims[3], claims[4], claims.get(6), claims[5])


def fetch(registry, path, *, tag=""):
    headers = {"Accept": "application/cose"} | ({"If-None-Match": tag} if tag else {})
    return requests.get(registry.url + path, headers=headers, timeout=30)


def document(registry, path, *, root=None):
    answer = fetch(registry, path)
    assert answer.headers["Content-Type"] == "application/cose"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    return opened(answer.content, root or registry.root_key)


def listed(content):
    """Return (base, {hash: unix second}, {removed hash}) of a revocation list's content."""
    change = cbor2.loads(content)
    assert list(change) == [1, 2, 3]
    entries = [change[2][at : at + 12] for at in range(0, len(change[2]), 12)]
    removed = {change[3][at : at + 8] for at in range(0, len(change[3]), 8)}
    return change[1], {entry[:8]: int.from_bytes(entry[8:]) for entry in entries}, removed


def hash_of(pass_id):
    return hashlib.sha256(bytes.fromhex(pass_id)).digest()[:8]
