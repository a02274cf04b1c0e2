"""The device's own key, and requests signed with it (RFC 9421). The names here are the contract's, for both ends.

What is signed never varies: the method, the address with its query, and the digest of the body, also of none. So
nothing of a request can be changed or left out on the way, and a verifier has no choice to get wrong.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import NoReturn, Self

import requests
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner
from http_message_signatures.algorithms import ED25519

from kiosk.errors import KeysError

LABEL = "ashyq"
COMPONENTS = ("@method", "@target-uri", "content-digest")
"""Exactly these, in this order."""
PARAMETERS = ("created", "nonce", "keyid", "alg")
NONCE_BYTES = 16
WINDOW = timedelta(seconds=300)
"""How far `created` may be from the registry's time, either way."""
NONCE_LIFE = 2 * WINDOW
"""How long the registry remembers a nonce: a request signed WINDOW ahead is good for as long."""
PROOF_CONTEXT = b"ashyq/v1/initialize|"


def proof_message(token: bytes, public_raw: bytes) -> bytes:
    """Return what a device signs to show that it holds the key that it enrols."""
    return PROOF_CONTEXT + token + b"|" + public_raw


def nonce_text(nonce: bytes) -> str:
    """Return a nonce as it stands in a signature: base64url without padding, 22 characters."""
    return base64.urlsafe_b64encode(nonce).rstrip(b"=").decode()


class DeviceKey:
    """An Ed25519 key that never leaves this device. Prints as its public half."""

    __slots__ = ("_private",)

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @classmethod
    def make(cls) -> Self:
        """Return a new one, from the system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, pem: bytes) -> Self:
        """Read what `pem()` wrote. Raises KeysError, which holds nothing of it."""
        try:
            private = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            private = None
        if not isinstance(private, Ed25519PrivateKey):
            raise KeysError(
                "the device's key was not read: expected an Ed25519 key as unencrypted PKCS8 PEM; enrol this device anew"
            )
        return cls(private)

    def pem(self) -> bytes:
        """Return it as PKCS8 PEM, unencrypted: for a file that the service alone may read."""
        return self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def public_raw(self) -> bytes:
        """The public half, 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    def proof(self, token: bytes) -> bytes:
        """Sign that this key enrols with `token`: 64 bytes."""
        return self.sign(proof_message(token, self.public_raw))

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"DeviceKey(public_raw={self.public_raw.hex()})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a device's key is not pickled: it would lie about in clear")


def sign_request(
    prepared: requests.PreparedRequest, key: DeviceKey, device_id: str, *, created: int, nonce: bytes
) -> None:
    """Add Content-Digest, Signature-Input and Signature to a request that is ready to go.

    `created` in seconds since 1970, `nonce` 16 bytes that were never used before. What was signed before is replaced:
    a request that goes once more after a clock-skew answer has a new time and a new nonce.
    """
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"expected a nonce of {NONCE_BYTES} bytes, found {len(nonce)}")
    for name in ("Content-Digest", "Signature-Input", "Signature"):
        prepared.headers.pop(name, None)
    signer = HTTPMessageSigner(signature_algorithm=ED25519)
    to_sign = signer.prepare(
        prepared,
        key_id=device_id,
        created=datetime.fromtimestamp(created, UTC),
        nonce=nonce_text(nonce),
        label=LABEL,
        covered_component_ids=COMPONENTS,
        body=_body(prepared),
    )
    signer.apply(prepared, to_sign, key.sign(to_sign.signature_base))


def _body(prepared: requests.PreparedRequest) -> bytes:
    body = prepared.body
    if isinstance(body, str):
        return body.encode()
    if body is None or isinstance(body, bytes):
        return body or b""
    raise TypeError("expected a body of bytes: one that is streamed is not signed")
