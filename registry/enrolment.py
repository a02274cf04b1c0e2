"""One-time enrolment: makes the codes that a technician shows to a kiosk, and takes each of them once.

Only the SHA-256 of a token is kept. A lost answer must not cost a token, so the same device may ask again with the same
key until the code expires, and gets the same answer.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import insert, select, update

from kiosk.trust.enrolment import (
    TOKEN_BYTES,
    EnrolmentCode,
    EnrolmentFault,
    EnrolmentMember,
    Wifi,
    WifiMember,
    enrolment_text,
    parse_enrolment,
)
from kiosk.trust.signing import proof_message
from kiosk.trust.weak_keys import is_weak
from registry.database import Database
from registry.devices import enrol_within
from registry.doors import Door
from registry.keys import Keys
from registry.problems import ProblemError
from registry.trust_tables import devices, enrolments

EXPIRES = timedelta(minutes=60)
UNKNOWN_A_MINUTE = 30
"""Tokens that nobody made which are told so; whoever tries more is told to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What is kept of a code."""

    number: int
    door: str
    serial: str | None
    expires_at: datetime
    used_at: datetime | None
    device: str | None


class Enrolments:
    """All codes that were made."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        clock: Callable[[], datetime],
        *,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """`elapsed` returns seconds by a clock that nobody sets."""
        self._database = database
        self._keys = keys
        self._clock = clock
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._unknown = (0, 0)

    def create(
        self,
        door: Door,
        *,
        address: str,
        expires: timedelta = EXPIRES,
        wifi: Wifi | None = None,
        serial: str | None = None,
    ) -> str:
        """Return the text of a new code; `address` is where the kiosk finds this registry.

        Raises ValueError for what a kiosk would refuse. A code dies with the root key that it names.
        """
        now = self._clock()
        root = self._keys.root
        ends = now + expires if root.not_after is None else min(now + expires, root.not_after)
        token = secrets.token_bytes(TOKEN_BYTES)
        members: dict[int, Any] = {
            EnrolmentMember.REGISTRY: address,
            EnrolmentMember.VENUE: door.venue,
            EnrolmentMember.DOOR: door.id,
            EnrolmentMember.TOKEN: token,
            EnrolmentMember.EXPIRES: int(ends.timestamp()),
            EnrolmentMember.ROOT_KEY: root.public_raw,
        }
        if wifi is not None:
            passphrase = {} if wifi.passphrase is None else {WifiMember.PASSPHRASE: wifi.passphrase}
            members[EnrolmentMember.WIFI] = {WifiMember.SSID: wifi.ssid} | passphrase
        if serial is not None:
            members[EnrolmentMember.SERIAL] = serial
        text = _written({int(key): value for key, value in members.items()}, now, serial or "")
        row = {"digest": _digest(token), "door": door.id, "serial": serial, "made_at": now}
        with self._database.write() as connection:
            connection.execute(insert(enrolments).values(row | {"expires_at": ends.replace(microsecond=0)}))
        return text

    def all(self) -> list[Enrolment]:
        """Return every code that was made, the latest last, without its token."""
        with self._database.read() as connection:
            rows = connection.execute(select(enrolments).order_by(enrolments.c.number)).all()
        return [
            Enrolment(
                number=row.number,
                door=row.door,
                serial=row.serial,
                expires_at=row.expires_at,
                used_at=row.used_at,
                device=row.device,
            )
            for row in rows
        ]

    def revoke(self, number: int) -> None:
        """Let an unused code expire now. Raises LookupError."""
        unused = update(enrolments).where(enrolments.c.number == number, enrolments.c.used_at.is_(None))
        with self._database.write() as connection:
            if not connection.execute(unused.values(expires_at=self._clock())).rowcount:
                raise LookupError("expected the number of an unused code; `enrolment list` has them")

    def use(
        self,
        token: bytes,
        public_key: bytes,
        proof: bytes,
        *,
        hardware: Mapping[str, str],
        versions: Mapping[str, str],
    ) -> tuple[str, str]:
        """Enrol a device and return its id and its door. Raises ProblemError.

        A token that nobody made costs one look, and after `UNKNOWN_A_MINUTE` of them a pause; one that was made is never
        hindered by those who guess.
        """
        now = self._clock()
        mine = enrolments.c.digest == _digest(token)
        with self._database.read() as connection:
            known = connection.scalar(select(enrolments.c.number).where(mine)) is not None
        if not known:
            self._refuse_unknown()
        _must_hold(public_key, proof, token)
        with self._database.write() as connection:
            row = connection.execute(select(enrolments).where(mine)).one()
            if row.serial is not None and row.serial.casefold() != hardware["serial"].casefold():
                raise ProblemError(
                    403,
                    "other-device",
                    "expected the device whose serial number is in the code; use that one",
                )
            if row.device is not None:
                used_by = connection.execute(select(devices).where(devices.c.device == row.device)).one()
                if used_by.public_key == public_key and now < row.expires_at:
                    return row.device, row.door
                raise ProblemError(
                    409, "token-used", "expected a code that nobody used; have a new one made for this device"
                )
            if now >= row.expires_at:
                raise ProblemError(
                    410,
                    "token-expired",
                    "expected a code that still lives; have a new one made, and use it soon",
                )
            device = enrol_within(
                connection,
                public_key=public_key,
                door=row.door,
                hardware=hardware,
                versions=versions,
                now=now,
            )
            connection.execute(update(enrolments).where(mine).values(used_at=now, device=device))
        return device, row.door

    def _refuse_unknown(self) -> NoReturn:
        with self._lock:
            minute = int(self._elapsed() // 60)
            self._unknown = (minute, self._unknown[1] + 1 if self._unknown[0] == minute else 1)
            tried = self._unknown[1]
        if tried > UNKNOWN_A_MINUTE:
            raise ProblemError(
                429, "too-many-codes", "expected a code of this registry; try again later", retry_after_s=60
            )
        raise ProblemError(
            404, "token-unknown", "expected a code of this registry; have a new one made, `enrolment create`"
        )


def _written(members: dict[int, Any], now: datetime, serial: str) -> str:
    """Write a code and read it as a kiosk will: what it would refuse is not printed."""
    text = ""
    with suppress(ValueError):  # longer than a code may be
        text = enrolment_text(members)
    match parse_enrolment(text, now=now, serial=serial):
        case EnrolmentCode():
            return text
        case EnrolmentFault.UNSAFE_ADDRESS:
            raise ValueError(
                "expected the registry's address with https, or with http on loopback; correct --address"
            )
        case EnrolmentFault.EXPIRED:
            raise ValueError("expected a code that lives; correct --expires, or rotate the root")
        case _:
            raise ValueError(
                "no kiosk would take this code; expected a door of 1 to 16 characters A-Z 0-9 -, a venue of at most 80,"
                " a network's name of at most 32 bytes, a passphrase of 8 to 63 ASCII characters, a serial of at most 32"
            )


def _must_hold(public_key: bytes, proof: bytes, token: bytes) -> None:
    """Raise ProblemError unless whoever asks has the private half of the key, and nobody else can have it."""
    try:
        if is_weak(public_key):
            raise InvalidSignature
        Ed25519PublicKey.from_public_bytes(public_key).verify(proof, proof_message(token, public_key))
    except (ValueError, InvalidSignature):
        raise ProblemError(
            422, "bad-proof", "expected a proof made with the key that is enrolled; see docs/contract.md"
        ) from None


def _digest(token: bytes) -> str:
    return hashlib.sha256(token).hexdigest()
