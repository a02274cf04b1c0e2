"""What `kiosk doctor` looks at of the registry: that it answers (9), whose door this device is (17), how old its word is (18)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from kiosk.doctor import readings
from kiosk.doctor.finding import Finding, broken, ok, warning
from kiosk.doctor.site import Site
from kiosk.enrolment.device import Identity
from kiosk.errors import DeviceError, RegistryRefused, RegistryUnreachable

_WHY = {
    "timeout": "see that the network cable or Wi-Fi is up and that [registry] url is right",
    "refused": "nothing listens at that address: see [registry] url",
    "no-name": "the name is not known: see [registry] url and the network's DNS",
    "tls": "its certificate is not valid here: see the clock (4), then [registry] authorities, then ask the registry's people",
    "redirect": "a Wi-Fi login page answers: connect to another network, or log in there",
    "unsigned-withdrawal": "nobody has signed that: see what stands between this door and the registry, then ask its people",
    "not-json": "something else answers, such as a Wi-Fi login page: see [registry] url and the network",
}
_OFFLINE = "see [registry] url; meanwhile the door goes on offline, as the policy says"
KEPT = ("policy", "keys", "revocations")
DocumentTimes = Mapping[str, tuple[datetime, datetime]]
"""A kept document's name -> when the registry signed it, and until when it stands by it. UTC."""
NOT_ASKED = warning("not asked: this device belongs to no door yet", "enrol it: kiosk enrol")
"""A registry answers only who has enrolled there."""


def check_registry(site: Site) -> Finding:
    """Check 9."""
    from kiosk.root.identify import settings_of
    from kiosk.trust.withdrawal import is_withdrawal
    from kiosk.uplink.authorities import certificate_file
    from kiosk.uplink.client import RegistryClient
    from kiosk.uplink.signing import RequestSigner

    known = site.identity()
    if known is None:
        return NOT_ASKED
    settings = settings_of(site.settings, known).registry
    verify = certificate_file(settings.authorities)
    if isinstance(verify, str) and not os.access(verify, os.R_OK):
        return broken(
            f"[registry] authorities: expected a file of certificates at {verify}, found none that can be read",
            "see its path and mode; the registry is not reached without it",
        )
    signer = RequestSigner(known, wall=lambda: datetime.now(UTC))
    client = RegistryClient(  # as the door itself asks
        settings.url, known.door, mono=time.monotonic, signer=signer,
        withdrawn=partial(is_withdrawal, roots=known.roots, device=known.device, now=datetime.now(UTC)),
        verify=verify,
    )  # fmt: skip
    return registry(lambda: client.fetch("keys"), time.monotonic, settings.question_s, lambda: signer.ahead)


def check_enrolled(site: Site) -> Finding:
    """Check 17."""
    return enrolled(site.identity)


def check_documents(site: Site) -> Finding:
    """Check 18."""
    path = site.settings.store.path
    signed = (lambda: readings.signed(path)) if path.exists() else None
    return documents(signed, datetime.now(UTC), known=site.identity() is not None)


def registry(
    fetch: Callable[[], object],
    mono: Callable[[], float],
    question_s: float,
    ahead: Callable[[], timedelta] = timedelta,
) -> Finding:
    """One real question for the public keys: reachable, of the right kind, and fast enough for a visitor.

    `ahead` says how far the registry's clock was ahead of ours, where it had to tell.
    """
    begun = mono()
    try:
        fetch()
    except RegistryUnreachable as wrong:
        remedy = _WHY.get(wrong.why, _OFFLINE)
        return broken(f"no answer of the registry ({wrong})", remedy)
    except RegistryRefused as wrong:
        return broken(
            f"the registry says no ({wrong})",
            "see [registry] device and [door] id, and ask the registry's people",
        )
    took = mono() - begun
    shown = f"answers in {took * 1000:.0f} ms"
    if skew := ahead().total_seconds():
        return warning(
            f"{shown}, and our clock is {abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} the registry's",
            "see the clock (4): a pass is judged by it",
        )
    if took > question_s / 2:
        return warning(
            f"{shown}, and a visitor waits {question_s:g} s at most", "use a cable, or a nearer network"
        )
    return ok(shown)


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
    times = signed() if signed else {}
    missing = [name for name in KEPT if name not in times]
    late = [name for name, (_, not_after) in times.items() if now >= not_after]
    shown = ", ".join(f"{name} {_old(now - issued)}" for name, (issued, _) in times.items())
    remedy = "see clock (4) and registry (9): the kiosk fetches them by itself"
    if late:
        return broken(f"past their time: {', '.join(late)} ({shown})", remedy)
    if missing:
        return warning(f"not there yet: {', '.join(missing)}", remedy)
    return ok(f"signed {shown} ago")


def _old(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds()) // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
