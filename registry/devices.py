"""The devices that enrolled: their public keys, where they stand, and what they were before."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from kiosk.core.who.venue_code import KEY_BYTES
from kiosk.trust.weak_keys import is_weak
from registry.database import Database, doors
from registry.trust_tables import devices


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    id: str
    public_key: bytes
    """Ed25519, raw."""
    door: str
    hardware: Mapping[str, str]
    versions: Mapping[str, str]
    enrolled_at: datetime
    revoked_at: datetime | None
    was: str | None
    """The device of another venue that this machine was before, by the keeper's word."""


class Devices:
    """All of them, those that were revoked too: a device that is told why is easier to help."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def all(self) -> list[Device]:
        """Return every device, the latest last."""
        with self._database.read() as connection:
            rows = connection.execute(select(devices).order_by(devices.c.enrolled_at, devices.c.device))
            return [_device(row) for row in rows]

    def get(self, device: str) -> Device | None:
        """Return a device; None where no device has this id."""
        with self._database.read() as connection:
            row = connection.execute(select(devices).where(devices.c.device == device)).first()
        return None if row is None else _device(row)

    def revoked(self) -> frozenset[str]:
        """Return the ids of those that were taken out of service."""
        with self._database.read() as connection:
            return frozenset(
                connection.scalars(select(devices.c.device).where(devices.c.revoked_at.is_not(None)))
            )

    def former(self, device: str, *, at: str, now: str) -> Device | str:
        """Return the device that `now` was when it stood at the door `at`, or in a word why it was not.

        A device that was enrolled anew has another id and another key. Of the same door it may bring what lies there; of
        another one of its venue only where the machine is the same by its serial number. A serial number is what the
        device says, so it opens no other venue's records: there the keeper has to have said so (`moved`).
        """
        was, is_now = self.get(device), self.get(now)
        if was is None or is_now is None:
            return "unknown-device"
        if was.door != at:
            return "other-door"
        if is_now.was != was.id and self._venue(was.door) != self._venue(is_now.door):
            return "other-venue"
        if is_now.was == was.id:
            return was
        serial = was.hardware.get("serial", "")
        if was.door != is_now.door and (not serial or serial != is_now.hardware.get("serial")):
            return "other-device"
        return was

    def moved(self, device: str, *, was: str) -> None:
        """Believe that a device is the machine that `was` was, at whatever venue. Raises LookupError."""
        if self.get(was) is None or device == was:
            raise LookupError(
                "expected the ids of two devices, the earlier one first; `device list` has them"
            )
        is_now = update(devices).where(devices.c.device == device)
        with self._database.write() as connection:
            if not connection.execute(is_now.values(was=was)).rowcount:
                raise LookupError("expected the id of a device; `device list` has them")

    def _venue(self, door: str) -> str:
        with self._database.read() as connection:
            return str(connection.execute(select(doors.c.venue).where(doors.c.door == door)).scalar_one())

    def enrol(self, public_key: bytes, door: str) -> str:
        """File a device that nobody asked for a code, and return its id."""
        unsaid = {"model": "", "serial": ""}
        with self._database.write() as connection:
            return enrol_within(
                connection, public_key=public_key, door=door, hardware=unsaid, versions={}, now=self._clock()
            )

    def revoke(self, device: str) -> None:
        """Never answer this device again but with `device-revoked`. Raises LookupError.

        Its door gets another key for the venue code, so that whoever has the device makes no more codes; another device at
        the same door, which only a repair leaves there, has to be enrolled anew.
        """
        gone = update(devices).where(devices.c.device == device, devices.c.revoked_at.is_(None))
        with self._database.write() as connection:
            if not connection.execute(gone.values(revoked_at=self._clock())).rowcount:
                raise LookupError(
                    "expected the id of a device that is not revoked yet; `device list` has them"
                )
            door = select(devices.c.door).where(devices.c.device == device).scalar_subquery()
            connection.execute(
                update(doors).where(doors.c.door == door).values(key=secrets.token_bytes(KEY_BYTES))
            )


def enrol_within(
    connection: Connection,
    *,
    public_key: bytes,
    door: str,
    hardware: Mapping[str, str],
    versions: Mapping[str, str],
    now: datetime,
) -> str:
    """File a new device inside a transaction that is under way, and return its id. Raises ValueError for a weak key."""
    if is_weak(public_key):
        raise ValueError(
            "expected an Ed25519 key that only its owner can sign with, found a point of small order"
        )
    row: dict[str, Any] = {"device": f"D-{secrets.token_hex(8)}", "public_key": public_key, "door": door}
    row |= {"hardware": json.dumps(hardware), "versions": json.dumps(versions), "enrolled_at": now}
    connection.execute(insert(devices).values(row))
    return str(row["device"])


def _device(row: Any) -> Device:
    return Device(
        id=row.device,
        public_key=row.public_key,
        door=row.door,
        hardware=json.loads(row.hardware),
        versions=json.loads(row.versions),
        enrolled_at=row.enrolled_at,
        revoked_at=row.revoked_at,
        was=row.was,
    )
