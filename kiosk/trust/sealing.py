"""Seals an identifier to the registry's key, so that the kiosk can write it and cannot read it (rule 7).

Sealing is randomised: the small space of IINs cannot be tried against what lies on a stolen card. All kinds of
identifier come out equally long, so that the length does not tell a foreigner's visit from a citizen's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from kiosk.core.model import Identifier
from kiosk.trust.hpke import SUITE, info_for
from kiosk.trust.keyring import Keyring

BLOCK = 128
"""Bytes. Any IIN or passport fits in one block; whatever does not takes two, and is sealed all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An identifier that only the registry can open, and only for its own visit."""

    kid: str
    """The sealing key's id, hexadecimal: `sealed_kid` of the contract."""
    blob: bytes
    """`sealed` of the contract, before base64."""


def seal(identifier: Identifier, visit_id: str, keyring: Keyring) -> Sealed | None:
    """Seal `identifier` for one visit; None where no sealing key is known: then it may not leave memory."""
    if keyring.sealing is None:
        return None
    fields = {"kind": identifier.kind.value, "value": identifier.value, "country": identifier.country}
    clear = json.dumps(
        fields, separators=(",", ":")
    ).encode()  # ASCII: one character is one byte, and none can fail
    padded = clear.ljust(-(-len(clear) // BLOCK) * BLOCK)  # spaces, which JSON skips
    blob = SUITE.encrypt(padded, keyring.sealing.public, info_for(visit_id))
    return Sealed(kid=keyring.sealing.kid, blob=blob)
