"""What a kiosk keeps on this machine: the store with its thread, the list of revoked passes, and the files of the runtime folder."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk import __version__
from kiosk.enrolment.device import Identity
from kiosk.ports import Clock
from kiosk.service.presence_file import PresenceFile, runtime_folder
from kiosk.service.signs import Signs
from kiosk.service.status_file import StatusFile
from kiosk.settings import Settings
from kiosk.store.revocations import RevocationList
from kiosk.store.store import Store
from kiosk.store.thread import STORE_SILENCE_S, StoreThread
from kiosk.threads.heartbeats import Heartbeats, Pulse


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Nothing of it is open yet: `kiosk/root/app.py` opens and closes it."""

    store: StoreThread
    pulse: Pulse
    """By it the store's thread is heard of."""
    revoked: RevocationList
    presence: PresenceFile
    status: StatusFile
    signs: Signs


def storage_of(
    settings: Settings, identity: Identity, *, clock: Clock, boot: str | None, heartbeats: Heartbeats
) -> Storage:
    """Return what this door keeps. Without `boot`, the id of this start of the machine, the runtime folder is left alone."""
    pulse = heartbeats.promise("store", STORE_SILENCE_S)
    runtime = None if boot is None else runtime_folder(settings.store.runtime)
    return Storage(
        store=StoreThread(
            lambda: Store(
                settings.store.path,
                clock=clock,
                boot_id=boot,
                origin=identity.origin,
                lineage=identity.lineage,
            ),
            beat=pulse.beat,
        ),
        pulse=pulse,
        revoked=RevocationList(settings.store.path),
        presence=PresenceFile(runtime, identity.door, boot or ""),
        status=StatusFile(runtime),
        signs=Signs(runtime, __version__),
    )
