"""What a kiosk keeps on this machine: the store with its thread, the list of revoked passes, and the files of the runtime folder."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from kiosk import __version__
from kiosk.enrolment.device import Identity
from kiosk.ports import Clock
from kiosk.service.presence_file import PresenceFile, runtime_folder
from kiosk.service.signs import ProofOfLife, Signs
from kiosk.service.status_file import StatusFile
from kiosk.settings import Settings
from kiosk.store.revocations import RevocationList
from kiosk.store.store import Store
from kiosk.store.thread import STORE_SILENCE_S, StoreThread
from kiosk.threads.heartbeats import Heartbeats, Pulse

log = logging.getLogger(__name__)


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
    signs = Signs(runtime, __version__)

    def when_open(store: Store) -> None:
        if store.moved_aside is not None:
            log.error("the store was unreadable; it was moved to %s and a new one begun", store.moved_aside)
        signs.begin()
        # By this row a release shows that it can write (kiosk/service/signs.py).
        store.started(__version__)
        signs.show(ProofOfLife.ROW)

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
            when_open=when_open,
        ),
        pulse=pulse,
        revoked=RevocationList(settings.store.path),
        presence=PresenceFile(runtime, identity.door, boot or ""),
        status=StatusFile(runtime),
        signs=signs,
    )
