"""How identifiers are sealed, for both ends of the contract: RFC 9180 with X25519, HKDF-SHA256, AES-128-GCM."""

from __future__ import annotations

from cryptography.hazmat.primitives import hpke

SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)


def info_for(visit_id: str) -> bytes:
    """Return what binds a sealed identifier to its visit: opened for another visit it is nothing."""
    return b"ashyq/v1/visit/" + visit_id.encode()
