"""Writes COSE_Sign1 (RFC 9052) with Ed25519: the other end of `kiosk/trust/cose.py`."""

from __future__ import annotations

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.trust.cose import ALG, EDDSA, KID

_SIGN1 = 18
"""The CBOR tag."""


def sign1(kid: str, key: Ed25519PrivateKey, payload: bytes) -> bytes:
    """Return a signed message; `kid` is eight hexadecimal digits."""
    protected = cbor2.dumps({ALG: EDDSA, KID: bytes.fromhex(kid)})
    signature = key.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    return cbor2.dumps(cbor2.CBORTag(_SIGN1, [protected, {}, payload, signature]))
