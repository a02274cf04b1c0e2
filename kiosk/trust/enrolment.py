"""Turns the text of an enrolment code into what a technician is shown before anything is applied, or says why not.

The code is where trust begins: nobody has signed it, and it names the root key that everything later hangs on. So it is
bounded before it is decoded and taken whole or not at all, and its check (4 bytes of SHA-256) catches a slip of whoever
types it: without the check, one wrong character would be another token or another root key. Nothing here is applied.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from urllib.parse import urlsplit

import base45
import cbor2

from kiosk.core.screen.view import Fact
from kiosk.trust.cose import decoded, integers, must
from kiosk.trust.moments import moment
from kiosk.trust.qr_text import octets_of
from kiosk.trust.weak_keys import is_weak

PREFIX = "AQE1:"
MOST_BYTES = 600
"""Of the map. The check comes on top."""
CHECK_BYTES = 4
LONGEST = len(PREFIX) + (MOST_BYTES + CHECK_BYTES) * 3 // 2
"""Characters: base45 writes two bytes as three."""
TOKEN_BYTES, ROOT_KEY_BYTES = 16, 32

_ANY_VERSION = re.compile(r"AQE[0-9]{1,3}:", re.ASCII)
_DOOR = re.compile(r"[A-Z0-9-]{1,16}", re.ASCII)
_ADDRESS = re.compile(
    r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?", re.ASCII
)
"""No segment is empty or begins with a dot: what is shown is where it goes."""
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
_PASSPHRASE = re.compile(r"[ -~]{8,63}", re.ASCII)  # WPA knows no other


class EnrolmentMember(IntEnum):
    """The keys of the map."""

    REGISTRY = 1
    VENUE = 2
    DOOR = 3
    TOKEN = 4
    EXPIRES = 5
    ROOT_KEY = 6
    WIFI = 7
    SERIAL = 8


class WifiMember(IntEnum):
    """The keys of the map under `EnrolmentMember.WIFI`."""

    SSID = 1
    PASSPHRASE = 2


class EnrolmentFault(StrEnum):
    """Why a text enrols nothing. Each has its sentence on the screen and in the terminal."""

    NOT_AN_ENROLMENT = "not-an-enrolment"
    NEWER_VERSION = "newer-version"
    DAMAGED = "damaged"
    EXPIRED = "expired"
    OTHER_DEVICE = "other-device"
    UNSAFE_ADDRESS = "unsafe-address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wifi:
    """The network to join first."""

    ssid: str
    passphrase: str | None = field(repr=False)
    """None: an open network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCode:
    """A sound code. Whether the registry still honours its token only the registry knows."""

    registry: str
    """Its address, without a slash at the end."""
    venue: str
    door: str
    token: bytes = field(repr=False)
    expires_at: datetime
    root_key: bytes
    """Ed25519, raw."""
    wifi: Wifi | None
    serial: str | None
    """The only device that may use it; None: any."""

    def as_lines(self) -> tuple[tuple[Fact, str], ...]:
        """Return all that the code would change, with no secret among the values."""
        lines = [
            (Fact.REGISTRY, self.registry),
            (Fact.VENUE, self.venue),
            (Fact.DOOR, self.door),
            (Fact.VALID_UNTIL, f"{self.expires_at:%Y-%m-%d %H:%M} UTC"),
            (Fact.ROOT_KEY, fingerprint(self.root_key)),
        ]
        if self.wifi is not None:
            secret = "" if self.wifi.passphrase is None else f" · •••••••• ({len(self.wifi.passphrase)})"
            lines.append((Fact.WIFI, self.wifi.ssid + secret))
        if self.serial is not None:
            lines.append((Fact.SERIAL, self.serial))
        return tuple(lines)


class _EnrolmentFaulty(Exception):
    def __init__(self, fault: EnrolmentFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def parse_enrolment(text: str, *, now: datetime, serial: str) -> EnrolmentCode | EnrolmentFault:
    """Return the code that `text` is, or the reason why it enrols nothing. Raises nothing.

    `now` in UTC; `serial` is this device's own. Spaces and line's ends around the text are whoever typed it: base45 has a
    space, and never ends in one. It has capitals only, so small letters are the same code.
    """
    try:
        text = text.strip()
        code = _parsed(text.upper() if text.isascii() else text)
        if code.serial is not None and code.serial.casefold() != serial.casefold():
            return EnrolmentFault.OTHER_DEVICE
        return code if now < code.expires_at else EnrolmentFault.EXPIRED
    except _EnrolmentFaulty as faulty:
        return faulty.fault
    except Exception:  # total: whatever the text does to a library, it enrols nothing
        return EnrolmentFault.DAMAGED


def enrolment_text(members: dict[int, Any]) -> str:
    """Write a code: what a registry calls. Keys from `EnrolmentMember`, in their order."""
    octets = cbor2.dumps(members, canonical=True)
    must(len(octets) <= MOST_BYTES)
    text: str = base45.b45encode(octets + _check(octets)).decode()
    return PREFIX + text


def fingerprint(root_key: bytes) -> str:
    """Return what two people can compare over the telephone: 16 digits, in groups of four."""
    digits = hashlib.sha256(root_key).hexdigest()[:16]
    return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


def _check(octets: bytes) -> bytes:
    return hashlib.sha256(octets).digest()[:CHECK_BYTES]


def _parsed(text: str) -> EnrolmentCode:
    if not text.startswith(PREFIX):
        newer = _ANY_VERSION.match(text)
        raise _EnrolmentFaulty(EnrolmentFault.NEWER_VERSION if newer else EnrolmentFault.NOT_AN_ENROLMENT)
    must(len(text) <= LONGEST)
    octets = octets_of(text.removeprefix(PREFIX))
    octets, check = octets[:-CHECK_BYTES], octets[-CHECK_BYTES:]
    must(_check(octets) == check)
    members = _members(octets)
    must(members.keys() >= set(EnrolmentMember) - {EnrolmentMember.WIFI, EnrolmentMember.SERIAL})
    token, root_key = members[EnrolmentMember.TOKEN], members[EnrolmentMember.ROOT_KEY]
    must(isinstance(token, bytes) and len(token) == TOKEN_BYTES)
    must(isinstance(root_key, bytes) and len(root_key) == ROOT_KEY_BYTES and not is_weak(root_key))
    return EnrolmentCode(
        registry=_address(members[EnrolmentMember.REGISTRY]),
        venue=_printable(members[EnrolmentMember.VENUE], most=80),
        door=_matching(_DOOR, members[EnrolmentMember.DOOR]),
        token=token,
        expires_at=moment(members[EnrolmentMember.EXPIRES]),
        root_key=root_key,
        wifi=_wifi(members[EnrolmentMember.WIFI]) if EnrolmentMember.WIFI in members else None,
        serial=_printable(members[EnrolmentMember.SERIAL], most=32)
        if EnrolmentMember.SERIAL in members
        else None,
    )


def _members(octets: bytes) -> dict[int, Any]:
    """Decode the map. A member more is not skipped: what it asks for might be what makes the door safe."""
    members: dict[int, Any] = decoded(octets, dict, depth=2)
    inner = members.get(EnrolmentMember.WIFI, {})
    must(isinstance(inner, dict) and integers((*members, *inner)))
    must([*members, *inner] == [*sorted(members), *sorted(inner)])
    if members.keys() - set(EnrolmentMember) or inner.keys() - set(WifiMember):
        raise _EnrolmentFaulty(EnrolmentFault.NEWER_VERSION)
    return members


def _address(came: object) -> str:
    """Identifiers will travel there: only https, or http to this machine itself, and nothing hidden in it."""
    must(isinstance(came, str) and len(came) <= 200)
    match = _ADDRESS.fullmatch(str(came))
    safe = match is not None and (match[1] == "https" or match[2] in _LOOPBACK)
    if not safe or urlsplit(str(came)).port == 0:
        raise _EnrolmentFaulty(EnrolmentFault.UNSAFE_ADDRESS)
    return str(came).removesuffix("/")


def _wifi(came: dict[int, Any]) -> Wifi:
    ssid = _printable(came[WifiMember.SSID], most=32)
    must(len(ssid.encode()) <= 32)
    if WifiMember.PASSPHRASE not in came:
        return Wifi(ssid=ssid, passphrase=None)
    return Wifi(ssid=ssid, passphrase=_matching(_PASSPHRASE, came[WifiMember.PASSPHRASE]))


def _printable(came: object, *, most: int) -> str:
    """What is shown is what it is: no control, no line's end, nothing that turns the writing round."""
    must(isinstance(came, str) and 1 <= len(came) <= most and came.isprintable() and came == came.strip())
    return str(came)


def _matching(form: re.Pattern[str], came: object) -> str:
    must(isinstance(came, str) and form.fullmatch(came) is not None)
    return str(came)
