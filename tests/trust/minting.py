"""Makes passes, right and wrong, from named seeds: so that every vector comes out the same on every machine."""

import base64
import hashlib

import base45
import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

ISSUED = 1_790_000_000
"""21 September 2026, 14:13:20 UTC."""
PASS_ID = bytes.fromhex("00112233445566778899aabb")
LIVE = {6: ISSUED, 4: ISSUED + 300, 7: PASS_ID, -70001: 1}
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
"""Of Ed25519 (RFC 8032): a signature's second half counts modulo this."""


def seed(name: str) -> bytes:
    return hashlib.sha256(b"ashyq test key " + name.encode()).digest()


def signing_key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed(name))


def sealing_key(name: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(seed(name))


def kid_of(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:4]


def keys_document(not_after: str | None = None) -> dict:
    """The keys that the vectors are read with. `retired` signs nothing that ends after 1 September 2026."""
    public = {
        name: signing_key(name).public_key().public_bytes_raw() for name in ("current", "next", "retired")
    }
    until = {"current": not_after, "next": None, "retired": "2026-09-01T00:00:00Z"}
    sealing = sealing_key("sealing").public_key().public_bytes_raw()
    return {
        "sealing": {"kid": kid_of("sealing").hex(), "x25519": base64.b64encode(sealing).decode()},
        "passes": [
            {
                "kid": kid_of(name).hex(),
                "alg": "EdDSA",
                "ed25519": base64.b64encode(key).decode(),
                "not_after": until[name],
            }
            for name, key in public.items()
        ],
    }


def header(name: str = "current", alg: int = -8) -> bytes:
    return cbor2.dumps({1: alg, 4: kid_of(name)})


def envelope(protected: bytes, payload: bytes, signature: bytes, unprotected: bytes = b"\xa0") -> bytes:
    """A COSE_Sign1, byte by byte, so that a part can be what no encoder writes."""
    return b"\xd2\x84" + cbor2.dumps(protected) + unprotected + cbor2.dumps(payload) + cbor2.dumps(signature)


def sign(protected: bytes, payload: bytes, by: str = "current") -> bytes:
    return signing_key(by).sign(cbor2.dumps(["Signature1", protected, b"", payload]))


def message(
    payload: object, *, protected: bytes | None = None, by: str = "current", unprotected: bytes = b"\xa0"
) -> bytes:
    """A signed message around claims, or around payload bytes as they are."""
    octets = payload if isinstance(payload, bytes) else cbor2.dumps(payload)
    outer = header() if protected is None else protected
    return envelope(outer, octets, sign(outer, octets, by), unprotected)


def text(octets: bytes, prefix: str = "AQ1:") -> str:
    return prefix + base45.b45encode(octets).decode()


def minted(payload: object, **options: object) -> str:
    return text(message(payload, **options))
