"""The statement by which a registry withdraws a device: signed by a root, for this device alone, and for ever.

A withdrawn device deletes its key and all that it was told, which cannot be taken back: so nobody's word counts for it but a
root's. It bears the device's id, and each enrolment makes another: an old statement does nothing to a device that was
enrolled anew. It never grows old, so a clock can neither make one count nor keep one from counting.
"""

from __future__ import annotations

from datetime import datetime

from kiosk.trust.roots import Roots
from kiosk.trust.signed import SignedDocument, open_signed

WITHDRAWAL = "withdrawal"
"""The kind of the signed document. Its audience is the device, its content is empty."""


def is_withdrawal(statement: bytes, roots: Roots, device: str, *, now: datetime) -> bool:
    """Whether a root that is trusted at `now` (UTC) states that this device is withdrawn. Raises nothing."""
    opened = open_signed(
        statement, roots, WITHDRAWAL, now=now, newest=0, audience=device, clock_trusted=False
    )
    return isinstance(opened, SignedDocument)
