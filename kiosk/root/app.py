"""The composition root: settings -> drivers -> workers -> loop. Starts A, B, C and stops C, B, A.

The only place, with the command line and the demo, that names concrete drivers.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta

from kiosk import __version__
from kiosk.clock import new_id
from kiosk.core.door.over_a_restart import Remembered
from kiosk.core.door.state import Door, State
from kiosk.core.effects import Effect
from kiosk.core.events import DeviceRevoked, Event, HealthChanged, Part, VenueCounted
from kiosk.core.model import Stamp
from kiosk.core.screen.status_line import condition
from kiosk.enrolment.device import Device, Identity
from kiosk.loop import Hands, Loop
from kiosk.ports import Camera, Clock
from kiosk.reader.repeats import Repeats
from kiosk.root.equipment import Drivers, eyes
from kiosk.root.identify import settings_of
from kiosk.root.kept_number import KeptNumber
from kiosk.root.resume import resumed, setup_of
from kiosk.service.presence_file import PresenceFile, runtime_folder
from kiosk.service.signs import ProofOfLife, Signs
from kiosk.service.status_file import KioskStatus, StatusFile
from kiosk.settings import Settings
from kiosk.store.recorder import Recorder
from kiosk.store.revocations import RevocationList
from kiosk.store.shelf import StoreShelf
from kiosk.store.store import Store
from kiosk.store.thread import STORE_SILENCE_S, StoreThread
from kiosk.threads.heartbeats import Heartbeats
from kiosk.threads.inbox import Inbox
from kiosk.threads.worker import SILENCE_S, Body, Worker
from kiosk.uplink.client import RegistryClient
from kiosk.uplink.documents import DOCUMENTS_SILENCE_S, Documents
from kiosk.uplink.provenance import Signed
from kiosk.uplink.signing import RequestSigner
from kiosk.uplink.sync import SYNC_SILENCE_S, Asking, Syncer
from kiosk.workers.board_watch import BoardWatch
from kiosk.workers.bodies import (
    LISTEN_SILENCE_S,
    SCAN_SILENCE_S,
    Asker,
    Preview,
    listening,
    scanning,
    typing,
)
from kiosk.workers.inputs import bodies
from kiosk.workers.understanding import Understanding
from kiosk.workers.upkeep import UPKEEP_SILENCE_S, Upkeep
from kiosk.workers.view_watch import ViewWatch, lit

log = logging.getLogger(__name__)


LOOK_AGAIN_S = 2.0
"""How often a withdrawn device looks whether it was enrolled anew."""
SIGNED_STEP = timedelta(minutes=15)
"""The latest signed time is kept in such steps: every pass bears one, and a card bears only so many writes."""


class App:
    """One running kiosk of one enrolment. `loop.run` belongs into the main thread."""

    def __init__(
        self,
        settings: Settings,
        drivers: Drivers,
        *,
        clock: Clock,
        device: Device,
        identity: Identity,
        boot: str | None = None,
        watch: Callable[[Door, Event, tuple[Effect, ...]], None] | None = None,
        jitter: Callable[[], float] = random.random,
        heartbeats: Heartbeats | None = None,
    ) -> None:
        """`boot` names this start of the machine (kiosk/clock.py); without it nothing is remembered over a restart.

        Every worker is heard of in `heartbeats`.
        """
        settings = settings_of(settings, identity)
        self.heartbeats = heartbeats or Heartbeats(clock.mono)
        self._settings, self._drivers, self._clock, self._device = settings, drivers, clock, device
        self._watch, self._last, self._workers = watch, ExitStack(), list[Worker]()
        self._looked_at = clock.mono()
        self._boot = boot
        self._signed: datetime | None = None
        self._kept_number: KeptNumber | None = None
        self._preview, inbox = Preview(), Inbox()
        self._repeats = Repeats(settings.reader.hold_s)
        self._client = RegistryClient(
            settings.registry.url,
            identity.door,
            mono=clock.mono,
            signer=RequestSigner(identity, wall=clock.wall),
            kind=settings.door.kind,
            counted=lambda number: inbox.put(VenueCounted(number=number)),
            revoked=self._withdrawn,
        )
        self._store_pulse = self.heartbeats.promise("store", STORE_SILENCE_S)
        self._store = StoreThread(
            lambda: Store(settings.store.path, clock=clock, boot_id=boot, origin=identity.origin),
            beat=self._store_pulse.beat,
        )
        self._revoked = RevocationList(settings.store.path)
        asking = Asking(clock.mono)
        self._syncer = Syncer(
            self._store,
            self._client,
            clock=clock,
            report=inbox.put,
            asking=asking,
            jitter=jitter,
            batch=settings.sync.batch,
            keep_days=settings.store.keep_days,
        )
        self._documents = Documents(
            fetch=self._client.fetch,
            shelf=StoreShelf(self._store),
            put=inbox.put,
            heard=self._heard,
            clock=clock,
            every_s=settings.sync.policy_every_s,
            provenance=Signed(identity.roots, identity.door, clock=clock, keep_roots=device.keep_roots),
        )
        self._understands = Understanding(
            lambda: self.loop.door.setup,
            keyring=lambda: self._documents.keyring,
            is_revoked=self._revoked.is_revoked,
        )
        self._recorder = Recorder(
            self._store, inbox.put, wake=self._syncer.wake, keyring=lambda: self._documents.keyring, boot=boot
        )
        self._asker = Asker(
            self._client, inbox.put, asking=asking, heard=self._heard, heartbeats=self.heartbeats
        )
        runtime = None if boot is None else runtime_folder(settings.store.runtime)
        self._presence = PresenceFile(runtime, identity.door, boot or "")
        self._status = StatusFile(runtime)
        self._signs = Signs(runtime, __version__)
        hands = Hands(
            gate=drivers.gate,
            lamp=drivers.lamp,
            sounder=drivers.sounder,
            screen=drivers.screen,
            ask=self._asker.ask,
            take_place=self._asker.take_place,
            write=self._recorder.write,
            trust_time=self._recorder.trust_time,
            remember=self._remember,
            preview=self._preview.take,
        )
        self.loop = Loop(
            door=Door(
                setup=replace(setup_of(settings, identity.venue_code), camera=drivers.open_camera is not None)
            ),
            inbox=inbox,
            hands=hands,
            clock=clock,
            new_id=new_id,
            watch=self._seen,
        )

    def start(self) -> None:
        """Open the store, take up the count, then start every worker. Raises StoreError where there is no store."""
        last, put = self._last, self.loop.inbox.put
        store = self._store.start()
        last.callback(self._store.close)
        last.callback(self._store_pulse.end)
        if store.moved_aside is not None:
            log.error("the store was unreadable; it was moved to %s and a new one begun", store.moved_aside)
        # By this row a release shows that it can write (kiosk/service/signs.py); who waits for it is not a visitor.
        self._store.call(self._begin)
        self._documents.load()
        self._last.callback(self._revoked.close)
        self.loop.door = resumed(self.loop.door, self._store, self._presence.read(), self._clock, self._boot)
        self._kept_number = KeptNumber(self._store, self.loop.door)
        self._view = ViewWatch(
            self._settings.store.path.parent,
            put,
            is_open=lambda: lit(self.loop.door, self._clock),
            mono=self._clock.mono,
        )
        upkeep = Upkeep(
            door=lambda: self.loop.door,
            beat=self._client.heartbeat,
            mend=self._mend,
            heard=self._heard,
            every_s=self._settings.sync.heartbeat_every_s,
            clock=self._clock,
            tell=lambda door: self._status.write(KioskStatus.of(door, self._moment())),
        )
        last.callback(self._status.remove)
        for part, why in self._drivers.lost:
            put(HealthChanged(part=part, working=False, why=why))
        self._work("documents", self._documents.body, self._documents.hurry, DOCUMENTS_SILENCE_S)
        self._work("sync", lambda stop: self._syncer.run(stop.is_set), self._syncer.stop, SYNC_SILENCE_S)
        self._work("upkeep", upkeep.body, silence_s=UPKEEP_SILENCE_S)
        if self._drivers.board is not None:
            self._work("board", BoardWatch(self._drivers.board, put=put, clock=self._clock).body)
        self._work("presence", self._presence.body, self._presence.wake)
        for worker in self._asker.workers:
            self._start(worker)
        if self.loop.door.setup.venue_code_key:
            listens = listening(events=self._client.events, put=put, heard=self._heard)
            self._work("listen", listens, silence_s=LISTEN_SILENCE_S)
        if self._drivers.open_keypad is not None:
            optional = self._settings.keypad.driver == "auto"
            self._work("keypad", typing(open_keypad=self._drivers.open_keypad, put=put, optional=optional))
        heard = bodies(self._drivers, self._settings, self._is_new, self._understands, put)
        for name, body in heard:
            self._work(name, body)
        if self._drivers.open_camera is not None:
            self._work("scan", self._scanning(self._drivers.open_camera), silence_s=SCAN_SILENCE_S)

    def stop(self) -> None:
        """Stop everything, last first. May be called twice."""
        # All are asked before the first is waited for, and nobody sits out a long poll: a technician waits for this.
        for worker in self._workers:
            worker.ask_to_stop()
        self._client.close()
        self._last.close()

    def _work(
        self, name: str, body: Body, wake: Callable[[], None] = lambda: None, silence_s: float = SILENCE_S
    ) -> None:
        self._start(Worker(name, body, heartbeats=self.heartbeats, silence_s=silence_s), wake)

    def _start(self, worker: Worker, wake: Callable[[], None] = lambda: None) -> None:
        worker.start()
        self._workers.append(worker)
        self._last.callback(worker.stop, wake)

    def _scanning(self, open_camera: Callable[[], Camera]) -> Callable[[threading.Event], None]:
        return scanning(
            open_camera=open_camera,
            eyes=eyes(self._settings.reader.formats),
            memory=self._repeats,
            understand=self._understands,
            clock=self._clock,
            preview=self._preview,
            put=self.loop.inbox.put,
            saw=self._view.saw,
        )

    def _mend(self) -> None:
        self._recorder.mend(missed=self.loop.door.is_broken(Part.STORE))
        self._view.keep()

    def _is_new(self, text: str) -> bool:
        return self._repeats.is_new(text, self._clock.mono())

    def condition(self) -> str:
        """Return how the door is, in a sentence for the technician."""
        return condition(self.loop.door, self._moment())

    def _moment(self) -> Stamp:
        return Stamp(
            wall=self._clock.wall(), mono=self._clock.mono(), visit_id="", trusted=self._clock.trusted()
        )

    def enrolled_anew(self) -> bool:
        """Whether this device, withdrawn by the registry, belongs to a door again. Looks at the disk now and then."""
        now = self._clock.mono()
        if not self.loop.door.building.revoked or now - self._looked_at < LOOK_AGAIN_S:
            return False
        self._looked_at = now
        return self._device.load() is not None

    def _heard(self, online: bool) -> None:
        """Some worker reached the registry, or did not."""
        self._syncer.heard(online=online)
        if online:
            self._documents.heard()

    def _withdrawn(self) -> None:
        """The registry withdrew this device: its key and all that the registry said go, what waits to be sent stays."""
        self.loop.inbox.put(DeviceRevoked())
        self._documents.forget()
        self._device.forget()
        self._store.call(lambda store: store.forget_documents())

    def _remember(self, door: Door) -> None:
        self._presence.put(Remembered.of(door))

    def _begin(self, store: Store) -> None:
        store.started(__version__)
        self._signs.show(ProofOfLife.ROW)

    def _seen(self, door: Door, event: Event, effects: tuple[Effect, ...]) -> None:
        """Show what works, and keep the newest time that the registry signed: an expired pass stays expired after a restart."""
        self._signs.busy(now=door.state is not State.IDLE or bool(door.people.pending))
        self._signs.show(ProofOfLife.FRAME, works=self._preview.seen and not door.is_broken(Part.CAMERA))
        self._signs.show(ProofOfLife.SCREEN, works=self.loop.painted and not door.is_broken(Part.DISPLAY))
        signed = door.word.latest_signed
        if signed is not None and (self._signed is None or signed - self._signed >= SIGNED_STEP):
            self._signed = signed
            self._store.call(lambda store: store.raise_latest_signed(signed))
        if self._kept_number is not None:
            self._kept_number.look(door)
        if self._watch is not None:
            self._watch(door, event, effects)
