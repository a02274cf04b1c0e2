"""A device for tests that is enrolled already: its key at the registry, its identity on its own disk."""

from __future__ import annotations

from pathlib import Path

from kiosk.core.who.venue_code import VenueCode
from kiosk.enrolment.device import Device, Identity
from kiosk.trust.roots import Roots
from registry.embedded import EmbeddedRegistry, utc_now

TOKEN = b"a test's own one"


def enrolled(registry: EmbeddedRegistry, store: Path, door: str, *, url: str = "") -> tuple[Device, Identity]:
    """Return the device that keeps its visits in `store`, and who it is; the same one again after a restart.

    `url` is where it finds the registry, if not at its own address.
    """
    device = Device.beside(store)
    identity = device.load()
    if identity is None:
        key = device.key_for(TOKEN)
        identity = Identity(
            device=registry.enrol(key.public_raw, door),
            door=door,
            venue=registry.registry.doors.get(door).venue,
            registry=url or registry.url,
            roots=Roots.of(registry.root_key),
            enrolled_at=utc_now(),
            venue_code=VenueCode(registry.venue_url, registry.registry.doors.get(door).key),
            key=key,
        )
        identity = device.save(identity)
    return device, identity
