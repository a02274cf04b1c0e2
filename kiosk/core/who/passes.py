"""When a verified pass counts. Its signature is checked elsewhere (`kiosk/trust/passes.py`); its times are judged here.

Nothing makes an expired pass valid: there is no leeway at its end, and no clock that was set back helps it. The newest
time that the registry has signed, and what has gone by since, is the earliest that it can be now (core/rule/signed_time.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from kiosk.core.model import Pass, Source, Stamp, Status, TextFault

LIVE_AT_MOST = timedelta(seconds=300)
"""A pass that lives longer was printed or saved, and may be somebody else's."""
FAST_CLOCK = timedelta(seconds=120)
"""How far ahead of ours the registry's clock may be."""


def source_of(shown: Pass) -> Source:
    """Return what the pass is: live, renewed by the phone all the time, or carried."""
    return Source.LIVE_PASS if shown.expires_at - shown.issued_at <= LIVE_AT_MOST else Source.CARRY_PASS


def fault(shown: Pass, stamp: Stamp, now: datetime, door: str) -> TextFault | None:
    """Return why a verified pass does not count at this door; None when it does.

    `now` is the door's own idea of it, never earlier than what was signed; the stamp says what the clock is worth.
    """
    if shown.door is not None and shown.door != door:
        return TextFault.OTHER_DOOR
    if stamp.trusted and shown.issued_at > stamp.wall + FAST_CLOCK:
        return TextFault.FROM_THE_FUTURE
    if now >= shown.expires_at:
        return TextFault.EXPIRED
    if shown.revoked:
        return TextFault.REVOKED
    return None


def status_of(shown: Pass) -> Status:
    """Return the status that the pass states, for as long as the pass lives."""
    return Status(colour=shown.colour, established_at=shown.issued_at, valid_until=shown.expires_at)
