"""What `kiosk doctor` looks at of trust: whose door this device is, and how old the registry's word on it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from kiosk.doctor.finding import Finding, broken, ok, warning
from kiosk.enrolment.device import Identity
from kiosk.errors import DeviceError

KEPT = ("policy", "keys", "revocations")

DocumentTimes = Mapping[str, tuple[datetime, datetime]]
"""A kept document's name -> when the registry signed it, and until when it stands by it. UTC."""


def enrolled(load: Callable[[], Identity | None]) -> Finding:
    """This device is one door's, and can prove it."""
    try:
        known = load()
    except DeviceError as wrong:
        return broken(
            str(wrong), "sudo -u ashyq-kiosk kiosk doctor, where it is not yours to read; else enrol it anew"
        )
    if known is None:
        return warning(
            "this device belongs to no door yet",
            "start the kiosk and show an enrolment code to its camera, or: kiosk enrol",
        )
    return ok(f"{known.device}, door {known.door} of {known.registry}, since {known.enrolled_at:%Y-%m-%d}")


def documents(signed: Callable[[], DocumentTimes] | None, now: datetime, *, known: bool) -> Finding:
    """What the kiosk keeps of the registry's word, and how old it is. `known`: this device is enrolled."""
    if not known:
        return ok("none are signed for a device that is not enrolled")
    found = signed() if signed else {}
    missing = [name for name in KEPT if name not in found]
    late = [name for name, (_, not_after) in found.items() if now >= not_after]
    shown = ", ".join(f"{name} {_old(now - issued)}" for name, (issued, _) in found.items())
    remedy = "see clock (4) and registry (9): the kiosk fetches them by itself"
    if late:
        return broken(f"past their time: {', '.join(late)} ({shown})", remedy)
    if missing:
        return warning(f"not there yet: {', '.join(missing)}", remedy)
    return ok(f"signed {shown} ago")


def _old(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds()) // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
