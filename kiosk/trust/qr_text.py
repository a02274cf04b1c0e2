"""Base45 (RFC 9285), in the one way to write it: what a QR code's alphanumeric mode holds best."""

from __future__ import annotations

import base45

from kiosk.trust.cose import must


def octets_of(text: str) -> bytes:
    """Return what `text` stands for. Whatever is wrong with it raises: ValueError here, any other class from a library."""
    octets: bytes = base45.b45decode(text)
    must(base45.b45encode(octets).decode() == text)  # base45 drops a newline at the end
    return octets
