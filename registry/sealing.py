"""Opens what kiosks sealed: the other end of `kiosk/trust/sealing.py`. Nothing else in the house can."""

from __future__ import annotations

import json

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.core.model import Identifier, IdentifierKind
from kiosk.trust.hpke import SUITE, info_for


class DoesNotOpen(ValueError):
    """The blob was not sealed to this key, or not for this visit, or holds no identifier."""


def unseal(blob: bytes, visit_id: str, key: X25519PrivateKey) -> Identifier:
    """Return the identifier that was sealed for `visit_id`. Raises DoesNotOpen, which says nothing of the content."""
    try:
        fields = json.loads(SUITE.decrypt(blob, key, info_for(visit_id)))
        return Identifier(
            kind=IdentifierKind(fields["kind"]), value=str(fields["value"]), country=str(fields["country"])
        )
    except (InvalidTag, ValueError, KeyError, TypeError):
        raise DoesNotOpen(
            "expected an identifier sealed to this key for this visit; ask the kiosk's keyring to be renewed"
        ) from None
