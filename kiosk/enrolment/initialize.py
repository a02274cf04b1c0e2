"""The one call of a device that nobody knows yet: a one-time token for a place at a door (docs/contract.md).

It is signed by no device key but proves that this device holds the one that it brings. The token goes into the body
alone, and nothing that is raised from here holds any of it.
"""

from __future__ import annotations

import base64
import json
import platform
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kiosk import __version__
from kiosk.core.who.venue_code import VenueCode
from kiosk.errors import EnrolmentRefused, RegistryRefused
from kiosk.trust.enrolment import EnrolmentCode
from kiosk.trust.signing import DeviceKey
from kiosk.uplink import answers
from kiosk.uplink.exchange import Exchange

MOST_BYTES = 1 << 16
WITHIN_S = 20.0
_DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_VENUE_URL = re.compile(r"HTTPS://[A-Z0-9.:/-]{1,60}/")
"""Capitals only: a QR code holds them in half the room."""
_KEY = re.compile(r"[A-Za-z0-9+/]{43}=")
"""Base64 of 32 bytes."""
_SENTENCES = {
    "token-used": "expected a code that was not used yet, found one that enrolled a device already: "
    "ask the operator of the registry for a new one",
    "token-expired": "expected a code of today, found one whose time is over: ask the operator of the registry for a new one",
    "token-unknown": "expected a code of this registry, found one that it does not know: "
    "ask the operator of the registry whether it was withdrawn, and for a new one",
    "other-device": "expected a code for this device, found one that was made for another: "
    "use it there, or ask the operator of the registry for one with this device's serial number",
}
_OTHERWISE = (
    "expected to be enrolled, found that the registry does not take this kiosk's request: "
    "update the kiosk, then ask the operator of the registry"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What the registry made of this device."""

    device: str
    door: str
    venue: str
    time: datetime
    """The registry's, UTC. Nobody signed it: it sets no clock."""
    venue_code: VenueCode | None
    """None: phones cannot check in at this door."""


def initialize(
    code: EnrolmentCode,
    key: DeviceKey,
    *,
    mono: Callable[[], float],
    model: str = "",
    serial: str = "",
    within_s: float = WITHIN_S,
    verify: str | bool = True,
) -> Enrolled:
    """Enrol this device with the registry that the code names. The same code with the same key may be tried again.

    Raises RegistryUnreachable (try again) or EnrolmentRefused, whose `why` is `token-used`, `token-expired`,
    `token-unknown`, `other-device` or another word of the registry, and whose text is a sentence for the technician.
    """
    body = {
        "token": base64.urlsafe_b64encode(code.token).rstrip(b"=").decode(),
        "public_key": base64.b64encode(key.public_raw).decode(),
        "proof": base64.b64encode(key.proof(code.token)).decode(),
        "hardware": {"model": model, "serial": serial},
        "versions": {"kiosk": __version__, "python": platform.python_version()},
    }
    exchange = Exchange(code.registry, mono=mono, verify=verify)
    try:
        reply = exchange.request(
            "POST",
            "/v1/device/initialize",
            body=json.dumps(body).encode("ascii"),
            headers={"Content-Type": "application/json"},
            deadline_s=within_s,
            most_bytes=MOST_BYTES,
        )
        answer = answers.json_object(reply)
    except RegistryRefused as refused:
        word = answers.refusal(reply) or refused.why
        raise EnrolmentRefused(word, _SENTENCES.get(word, _OTHERWISE)) from None
    finally:
        exchange.close()
    if answers.there(answer, "door") != code.door:
        raise answers.bad("the door of the code")
    if answers.there(answer, "venue") != code.venue:  # which somebody has read and confirmed
        raise answers.bad("the venue of the code")
    return Enrolled(
        device=answers.text(answer, "device", _DEVICE),
        door=code.door,
        venue=code.venue,
        time=answers.moment(answer, "time"),
        venue_code=_venue_code(answer.get("venue_code")),
    )


def _venue_code(answer: object) -> VenueCode | None:
    if answer is None:
        return None
    if not isinstance(answer, dict):
        raise answers.bad("a venue code with address and key, or none")
    url = answers.text(answer, "url", _VENUE_URL)
    return VenueCode(url, base64.b64decode(answers.text(answer, "key", _KEY)))
