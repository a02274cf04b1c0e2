"""Issues passes: live ones for a phone that renews them, carry passes for paper, and those that answer a venue code."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

import base45
import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.core.model import Status
from kiosk.trust.cose import ALG, KID
from kiosk.trust.keyring import COSE_ALGORITHMS
from kiosk.trust.passes import AUD, COLOUR, COLOURS, CTI, EXP, IAT, PREFIX

_NUMBER_OF = {colour: number for number, colour in COLOURS.items()}


class Life(Enum):
    """How long a pass lives at most; the end of the status ends it earlier."""

    LIVE = timedelta(seconds=300)
    CARRY = timedelta(hours=72)
    AT_DOOR = timedelta(seconds=60)


def issue(
    signer: tuple[str, Ed25519PrivateKey],
    *,
    subject: str,
    status: Status,
    now: datetime,
    life: Life,
    door: str | None = None,
) -> str:
    """Return the text of a pass: `AQ1:` and base45. `subject` is the pass id, 24 hexadecimal digits."""
    ends = now + life.value
    if status.valid_until is not None:
        ends = min(ends, status.valid_until)
    issued = int(now.timestamp())
    claims: dict[int, object] = {
        IAT: issued,
        EXP: max(int(ends.timestamp()), issued + 1),  # a status in its last second still makes a pass
        CTI: bytes.fromhex(subject),
        COLOUR: _NUMBER_OF[status.colour],
    }
    if door is not None:
        claims[AUD] = door
    kid, key = signer
    protected = cbor2.dumps({ALG: COSE_ALGORITHMS["EdDSA"], KID: bytes.fromhex(kid)})
    payload = cbor2.dumps(claims)
    signature = key.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    message = cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))
    return PREFIX + base45.b45encode(message).decode()
