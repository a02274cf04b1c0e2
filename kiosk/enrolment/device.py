"""Who this device is, on its own disk: the answer to one enrolment, and the private key that never leaves it.

`enrolment.json` is the one file that counts. It names its key, so that a power cut between two files leaves the old
identity or the new one, whole. The queue is none of its business: what waits there is sealed to the registry, not to us.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from kiosk.core.outbox import Origin
from kiosk.core.who.venue_code import VenueCode
from kiosk.enrolment.belonging import Belonging, lineage_of, raw
from kiosk.errors import DeviceError, KeysError
from kiosk.trust.roots import Roots
from kiosk.trust.signing import DeviceKey

KEY, ENROLMENT, BELONGS = "device.key", "enrolment.json", "belongs.json"
_NEW_KEY = "new-{}.key"
"""A key that no registry has accepted yet, by the first 16 digits of its token's SHA-256."""
_UNKNOWN = "whose it is only root can say: `sudo kiosk enrol --another-registry`"
_REMEDY = "enrol this device anew: `kiosk enrol --anew`, with a new code from the registry's people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What one enrolment made of this device."""

    device: str
    door: str
    venue: str
    registry: str
    """Its address, without /v1."""
    roots: Roots
    """Everything that the registry signs hangs on one of them."""
    enrolled_at: datetime
    venue_code: VenueCode | None = None
    """None: this door shows no venue code."""
    key: DeviceKey = field(repr=False)
    lineage: str = ""
    """What of the queue is this registry's (`kiosk/enrolment/belonging.py`); empty before it was saved."""

    @property
    def origin(self) -> Origin:
        """Who makes the records of this enrolment."""
        return Origin(device=self.device, door=self.door)


class Device:
    """One device's folder. Not for two processes at once: one kiosk runs on a device."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def beside(cls, store: Path) -> Device:
        """Return the device of the kiosk that keeps its visits in `store`."""
        return cls(store.parent / "device")

    def load(self) -> Identity | None:
        """Return who this device is; None where it is not enrolled. Raises DeviceError where that cannot be read."""
        with self._plainly("read"):
            try:
                written = (self.folder / ENROLMENT).read_bytes()
            except FileNotFoundError:
                return None
            try:
                fields = json.loads(written)
                public = base64.b64decode(fields["public_key"], validate=True)
                key = self._key(public)
                roots = Roots.from_list(fields["roots"])
                return Identity(
                    device=_text(fields["device"]),
                    door=_text(fields["door"]),
                    venue=_text(fields["venue"]),
                    registry=_text(fields["registry"]),
                    roots=roots,
                    enrolled_at=datetime.fromisoformat(fields["enrolled_at"]).astimezone(UTC),
                    venue_code=_venue_code(fields.get("venue_code")),
                    key=key,
                    lineage=_text(fields.get("lineage", _first(roots))),
                )
            except (ValueError, TypeError, KeyError, AttributeError):
                raise DeviceError(
                    f"expected this device's enrolment in {self.folder}, found it damaged: {_REMEDY}"
                ) from None

    def belonging(self) -> Belonging | None:
        """Return whose this device is since its first enrolment; None where it never was anybody's.

        Raises DeviceError where it was somebody's and nobody can tell whose.
        """
        with contextlib.suppress(DeviceError):
            if (known := self.load()) is not None:
                return Belonging(lineage=known.lineage, registry=known.registry, roots=known.roots)
        with self._plainly("read"):
            try:
                return Belonging.from_json((self.folder / BELONGS).read_bytes())
            except FileNotFoundError:
                if not (self.folder / ENROLMENT).exists():
                    return None
            except (ValueError, TypeError, KeyError, AttributeError):
                pass
        raise DeviceError(f"expected in {self.folder} whose this device is, found it damaged: {_UNKNOWN}")

    def key_for(self, token: bytes) -> DeviceKey:
        """Return the new key to be enrolled with this one-time token: one token, one key, also after a power cut.

        The registry answers the same token again only to the same key: a lost answer must not cost the token.
        """
        with self._plainly("write to"):
            file = self._new(token)
            with contextlib.suppress(FileNotFoundError, KeysError):
                return DeviceKey.load(file.read_bytes())
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            for other in self.folder.glob(_NEW_KEY.format("*")):
                other.unlink()
            key = DeviceKey.make()
            self._write(file.name, key.pem())
            return key

    def save(self, identity: Identity) -> Identity:
        """Be this one from now on, or stay what it was: nothing in between is ever on the disk. Return it as it was kept.

        The key is one that `key_for` gave, or the present one. Of the registry that it belonged to it keeps the lineage.
        """
        identity = replace(identity, lineage=self._lineage(identity))
        public = identity.key.public_raw
        fields: dict[str, object] = {
            "device": identity.device,
            "door": identity.door,
            "venue": identity.venue,
            "registry": identity.registry,
            "roots": identity.roots.as_list(),
            "enrolled_at": identity.enrolled_at.astimezone(UTC).isoformat(),
            "public_key": base64.b64encode(public).decode(),
            "lineage": identity.lineage,
        }
        if (code := identity.venue_code) is not None:
            fields["venue_code"] = {"url": code.url, "key": base64.b64encode(code.key).decode()}
        with self._plainly("write to"):
            self._write(ENROLMENT, json.dumps(fields, indent=1, ensure_ascii=False).encode())
            self._key(public)
            self._keep_belonging(identity)
        return identity

    def keep_roots(self, roots: Roots) -> None:
        """Trust these from now on: on the disk when this returns. Raises DeviceError where this device is nobody."""
        known = self.load()
        if known is None:
            raise DeviceError("expected an enrolled device to keep new root keys, found none: enrol it first")
        self.save(replace(known, roots=roots))

    def forget(self) -> None:
        """Be nobody any more. Whose this device is stays known, and nothing else on the disk changes."""
        with contextlib.suppress(DeviceError):
            if (known := self.load()) is not None:
                self._keep_belonging(known)
        with self._plainly("write to"):
            # The enrolment first: a key alone is no identity, an enrolment without its key is a damaged one.
            for name in (ENROLMENT, KEY):
                (self.folder / name).unlink(missing_ok=True)
            for other in (*self.folder.glob(_NEW_KEY.format("*")), *self.folder.glob("*.half")):
                other.unlink()

    def _lineage(self, identity: Identity) -> str:
        """Return what a new identity goes on with: a registry that this device knows goes on with its own lineage."""
        with contextlib.suppress(DeviceError):
            known = self.belonging()
            same = known is not None and any(
                known.is_of(identity.registry, raw(root), identity.enrolled_at)
                for root in identity.roots.by_kid.values()
            )
            if known is not None and same:
                return known.lineage
        return identity.lineage or _first(identity.roots)

    def _keep_belonging(self, identity: Identity) -> None:
        belonging = Belonging(lineage=identity.lineage, registry=identity.registry, roots=identity.roots)
        with self._plainly("write to"):
            self._write(BELONGS, belonging.as_json())

    def _key(self, public: bytes) -> DeviceKey:
        """Return the private key of this public one, and put it in its place where a power cut came before that."""
        for file in (self.folder / KEY, *self.folder.glob(_NEW_KEY.format("*"))):
            with contextlib.suppress(FileNotFoundError, KeysError):
                key = DeviceKey.load(file.read_bytes())
                if key.public_raw == public:
                    if file.name != KEY:
                        file.replace(self.folder / KEY)
                    return key
        raise ValueError("no key of this enrolment")

    def _new(self, token: bytes) -> Path:
        return self.folder / _NEW_KEY.format(hashlib.sha256(token).hexdigest()[:16])

    def _write(self, name: str, content: bytes) -> None:
        """Write a file whole, for its owner alone, and on the disk when this returns."""
        half = self.folder / f"{name}.half"
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as out:  # noqa: PTH123
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        half.replace(self.folder / name)
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _plainly(self, do: str) -> Iterator[None]:
        try:
            yield
        except OSError as failure:
            if isinstance(failure, DeviceError):
                raise
            raise DeviceError(
                f"expected to {do} the device's own folder {self.folder}, found {failure.strerror}: "
                "it belongs to the kiosk's user alone, and needs room on the disk"
            ) from None


def _first(roots: Roots) -> str:
    """Return the lineage that these begin: an identity of before names its first root first."""
    return lineage_of(raw(next(iter(roots.by_kid.values()))))


def _text(written: object) -> str:
    if not isinstance(written, str) or not written:
        raise ValueError("not a text")
    return written


def _venue_code(written: object) -> VenueCode | None:
    if written is None:
        return None
    if not isinstance(written, dict):
        raise TypeError("not a venue code")
    return VenueCode(_text(written["url"]), base64.b64decode(written["key"], validate=True))


def serial_number(read: Callable[[Path], bytes] = Path.read_bytes) -> str:
    """Return what this machine calls itself: the board's serial number, else the system's own id, else nothing."""
    for place in (Path("/proc/device-tree/serial-number"), Path("/etc/machine-id")):
        with contextlib.suppress(OSError):
            # The device tree ends its texts with a zero byte.
            if serial := read(place).rstrip(b"\0").decode("ascii", "replace").strip():
                return serial
    return ""


def board_model(read: Callable[[Path], bytes] = Path.read_bytes) -> str:
    """Return which board this is, else which kind of machine."""
    with contextlib.suppress(OSError):
        return read(Path("/proc/device-tree/model")).rstrip(b"\0").decode("ascii", "replace").strip()
    return platform.machine()
