"""The registry's side of a kiosk, put together: the client, the records that are sent, the documents that are kept, the questions."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.core.events import VenueCounted
from kiosk.core.inside.people import VenueNumber
from kiosk.enrolment.device import Device, Identity
from kiosk.ports import Clock
from kiosk.root.storage import Storage
from kiosk.root.withdrawal import Withdrawal
from kiosk.settings import Settings
from kiosk.store.shelf import StoreShelf
from kiosk.threads.heartbeats import Heartbeats
from kiosk.threads.reopening import Put
from kiosk.trust import Keyring
from kiosk.uplink.authorities import certificate_file
from kiosk.uplink.client import RegistryClient
from kiosk.uplink.documents import Documents
from kiosk.uplink.provenance import Signed
from kiosk.uplink.signing import RequestSigner
from kiosk.uplink.sync import Asking, Syncer
from kiosk.workers.asking import Asker


class Uplink:
    """What one door has of the registry. Nothing asks it before `kiosk/root/app.py` begins its workers."""

    def __init__(
        self,
        settings: Settings,
        device: Device,
        identity: Identity,
        storage: Storage,
        *,
        withdrawal: Withdrawal,
        clock: Clock,
        put: Put,
        jitter: Callable[[], float],
        heartbeats: Heartbeats,
    ) -> None:
        """`jitter` gives a random number in [0, 1): doors that lost the registry together do not return together."""
        self._withdrawal, self._put, self._device = withdrawal, put, identity.device
        asking = Asking(clock.mono)
        self.client = RegistryClient(
            settings.registry.url,
            identity.door,
            mono=clock.mono,
            signer=RequestSigner(identity, wall=clock.wall, signed=lambda: self.documents.signed_by_now),
            kind=settings.door.kind,
            counted=self._counted,
            withdrawn=self._withdrawn,
            verify=certificate_file(settings.registry.authorities),
        )
        self.syncer = Syncer(
            storage.store,
            self.client,
            clock=clock,
            report=put,
            asking=asking,
            jitter=jitter,
            batch=settings.sync.batch,
            keep_days=settings.store.keep_days,
        )
        self.documents = Documents(
            fetch=self.client.fetch,
            shelf=StoreShelf(storage.store),
            put=put,
            heard=self.heard,
            clock=clock,
            every_s=settings.sync.policy_every_s,
            provenance=Signed(identity.roots, identity.door, clock=clock, keep_roots=device.keep_roots),
        )
        self.asker = Asker(self.client, put, asking=asking, heard=self.heard, heartbeats=heartbeats)

    def keyring(self) -> Keyring:
        """Return the keys that are in force now."""
        return self.documents.keyring

    def heard(self, online: bool) -> None:
        """Some worker reached the registry, or did not."""
        self.syncer.heard(online=online)
        if online:
            self._withdrawal.reached()
            self.documents.heard()

    def _counted(self, number: VenueNumber) -> None:
        self._put(VenueCounted(number=number))
        self.syncer.number_told()

    def _withdrawn(self, statement: bytes) -> bool:
        signed = self.documents.withdraws(statement, self._device)
        return self._withdrawal.heard(signed=signed, forget_documents=self.documents.forget)
