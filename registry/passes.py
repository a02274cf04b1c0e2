"""Issues passes: live ones for a phone that renews them, carry passes for paper, and those that answer a venue code."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

import base45
import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.core.model import Status
from kiosk.trust.passes import AUD, COLOUR, COLOURS, CTI, EXP, IAT, PREFIX
from registry.cose import sign1

_NUMBER_OF = {colour: number for number, colour in COLOURS.items()}


class Life(Enum):
    """How long a pass lives at most; the end of the status ends it earlier."""

    LIVE = timedelta(seconds=300)
    CARRY = timedelta(hours=72)
    AT_DOOR = timedelta(seconds=60)


def ends_at(now: datetime, status: Status, life: Life) -> int:
    """Return the unix second at which a pass that is issued now ends: with its life, or with the status."""
    ends = now + life.value
    if status.valid_until is not None:
        ends = min(ends, status.valid_until)
    return max(
        int(ends.timestamp()), int(now.timestamp()) + 1
    )  # a status in its last second still makes a pass


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
    claims: dict[int, object] = {
        IAT: int(now.timestamp()),
        EXP: ends_at(now, status, life),
        CTI: bytes.fromhex(subject),
        COLOUR: _NUMBER_OF[status.colour],
    }
    if door is not None:
        claims[AUD] = door
    text: str = base45.b45encode(sign1(*signer, cbor2.dumps(claims))).decode()
    return PREFIX + text
