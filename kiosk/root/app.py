"""One kiosk, from its first step to its last: what it consists of, in what order that begins, and that it ends in reverse.

Read `App.start` first. What is put together for a step stands beside this file: `storage.py`, `uplink.py`, `codes.py`,
`input_workers.py`, `equipment.py`; what is done beside the door's orders, in `after_step.py` and `withdrawal.py`.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from contextlib import ExitStack

from kiosk import __version__
from kiosk.clock import new_id
from kiosk.core.door.over_a_restart import Remembered
from kiosk.core.door.state import Door
from kiosk.core.effects import Effect
from kiosk.core.events import Event, HealthChanged, Part
from kiosk.core.screen.status_line import condition
from kiosk.enrolment.device import Device, Identity
from kiosk.loop import Hands, Loop
from kiosk.ports import Clock
from kiosk.root.after_step import NewestSigned, show_what_works
from kiosk.root.codes import codes_of
from kiosk.root.equipment import Drivers, eyes
from kiosk.root.identify import settings_of
from kiosk.root.input_workers import input_workers
from kiosk.root.resume import resumed
from kiosk.root.setup import setup_of
from kiosk.root.storage import storage_of
from kiosk.root.uplink import Uplink
from kiosk.root.withdrawal import Withdrawal
from kiosk.service.signs import ProofOfLife
from kiosk.service.status_file import KioskStatus
from kiosk.settings import Settings
from kiosk.store.recorder import Recorder
from kiosk.store.store import Store
from kiosk.threads.heartbeats import Heartbeats
from kiosk.threads.inbox import Inbox
from kiosk.threads.worker import SILENCE_S, Body, Worker
from kiosk.uplink.documents import DOCUMENTS_SILENCE_S
from kiosk.uplink.sync import SYNC_SILENCE_S
from kiosk.workers.board_watch import BoardWatch
from kiosk.workers.camera_work import SCAN_SILENCE_S, scanning
from kiosk.workers.listening import LISTEN_SILENCE_S, listening
from kiosk.workers.preview import Preview
from kiosk.workers.upkeep import UPKEEP_SILENCE_S, Upkeep
from kiosk.workers.view_watch import ViewWatch, lit

log = logging.getLogger(__name__)


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

        Every worker is heard of in `heartbeats`. `watch` is told of every step of the door.
        """
        settings = settings_of(settings, identity)
        setup = setup_of(settings, identity.venue_code, camera=drivers.open_camera is not None)
        inbox = Inbox()
        self.heartbeats = heartbeats or Heartbeats(clock.mono)
        self._settings, self._drivers, self._clock, self._boot, self._watch = (
            settings,
            drivers,
            clock,
            boot,
            watch,
        )
        self._workers, self._undo = list[Worker](), ExitStack()

        self._storage = storage_of(settings, identity, clock=clock, boot=boot, heartbeats=self.heartbeats)
        self._withdrawal = Withdrawal(device, self._storage.store, put=inbox.put, mono=clock.mono)
        self._uplink = Uplink(
            settings,
            device,
            identity,
            self._storage,
            withdrawal=self._withdrawal,
            clock=clock,
            put=inbox.put,
            jitter=jitter,
            heartbeats=self.heartbeats,
        )
        self._codes = codes_of(settings, setup, self._storage, self._uplink, clock.mono)
        self._preview = Preview()
        self._recorder = Recorder(
            self._storage.store,
            inbox.put,
            wake=self._uplink.syncer.wake,
            keyring=self._uplink.keyring,
            boot=boot,
        )
        hands = Hands(
            gate=drivers.gate,
            lamp=drivers.lamp,
            sounder=drivers.sounder,
            screen=drivers.screen,
            ask=self._uplink.asker.ask,
            take_place=self._uplink.asker.take_place,
            write=self._recorder.write,
            trust_time=self._recorder.trust_time,
            remember=lambda door: self._storage.presence.put(Remembered.of(door)),
            preview=self._preview.take,
        )
        self._newest_signed = NewestSigned(self._storage.store)
        self.loop = Loop(
            door=Door(setup=setup),
            inbox=inbox,
            hands=hands,
            clock=clock,
            new_id=new_id,
            watch=self._after_step,
        )
        self._view = ViewWatch(
            settings.store.path.parent,
            inbox.put,
            is_open=lambda: lit(self.loop.door, clock),
            mono=clock.mono,
        )

    def start(self) -> None:
        """Begin, one step after the other. A step that fails undoes those before it, and raises: StoreError without a store."""
        steps = (
            self._open_store,
            self._resume,
            self._tell_what_is_lost,
            self._begin_uplink,
            self._begin_upkeep,
            self._begin_inputs,
            self._begin_camera,
        )
        try:
            for step in steps:
                step()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Undo every step that was begun, last first. May be called twice."""
        # All are asked before the first is waited for, and nobody sits out a long poll: a technician waits for this.
        for worker in self._workers:
            worker.ask_to_stop()
        self._uplink.client.close()
        self._undo.close()

    def condition(self) -> str:
        """Return how the door is, in a sentence for the technician."""
        return condition(self.loop.door)

    def enrolled_anew(self) -> bool:
        """Whether this device, withdrawn by the registry, belongs to a door again."""
        return self._withdrawal.enrolled_anew(self.loop.door)

    def _open_store(self) -> None:
        kept = self._storage
        self._undo.callback(kept.store.close)
        self._undo.callback(kept.pulse.end)
        self._undo.callback(kept.revoked.close)
        store = kept.store.start()
        if store.moved_aside is not None:
            log.error("the store was unreadable; it was moved to %s and a new one begun", store.moved_aside)

        # By this row a release shows that it can write (kiosk/service/signs.py); who waits for it is not a visitor.
        def begin(store: Store) -> None:
            store.started(__version__)
            kept.signs.show(ProofOfLife.ROW)

        kept.store.call(begin)

    def _resume(self) -> None:
        self._uplink.documents.load()
        kept = self._storage
        self.loop.door = resumed(self.loop.door, kept.store, kept.presence.read(), self._clock, self._boot)

    def _tell_what_is_lost(self) -> None:
        for part, why in self._drivers.lost:
            self.loop.inbox.put(HealthChanged(part=part, working=False, why=why))

    def _begin_uplink(self) -> None:
        link = self._uplink
        self._work("documents", link.documents.body, link.documents.hurry, DOCUMENTS_SILENCE_S)
        self._work("sync", lambda stop: link.syncer.run(stop.is_set), link.syncer.stop, SYNC_SILENCE_S)
        for worker in link.asker.workers:
            self._begin(worker)
        if self.loop.door.setup.venue_code_key:
            listens = listening(events=link.client.events, put=self.loop.inbox.put, heard=link.heard)
            self._work("listen", listens, silence_s=LISTEN_SILENCE_S)

    def _begin_upkeep(self) -> None:
        kept, clock = self._storage, self._clock
        upkeep = Upkeep(
            door=lambda: self.loop.door,
            beat=self._uplink.client.heartbeat,
            mend=self._mend,
            heard=self._uplink.heard,
            every_s=self._settings.sync.heartbeat_every_s,
            clock=clock,
            tell=lambda door: kept.status.write(KioskStatus.of(door, clock.wall())),
        )
        self._undo.callback(kept.status.remove)
        self._work("upkeep", upkeep.body, silence_s=UPKEEP_SILENCE_S)
        if self._drivers.board is not None:
            self._work("board", BoardWatch(self._drivers.board, put=self.loop.inbox.put, clock=clock).body)
        self._work("presence", kept.presence.body, kept.presence.wake)

    def _begin_inputs(self) -> None:
        inputs = input_workers(
            self._drivers,
            self._settings,
            is_new=self._codes.is_new,
            understand=self._codes.understand,
            put=self.loop.inbox.put,
        )
        for name, body in inputs:
            self._work(name, body)

    def _begin_camera(self) -> None:
        if self._drivers.open_camera is None:
            return
        body = scanning(
            open_camera=self._drivers.open_camera,
            eyes=eyes(self._settings.reader.formats),
            memory=self._codes.repeats,
            understand=self._codes.understand,
            clock=self._clock,
            preview=self._preview,
            put=self.loop.inbox.put,
            saw=self._view.saw,
        )
        self._work("scan", body, silence_s=SCAN_SILENCE_S)

    def _work(
        self, name: str, body: Body, wake: Callable[[], None] = lambda: None, silence_s: float = SILENCE_S
    ) -> None:
        self._begin(Worker(name, body, heartbeats=self.heartbeats, silence_s=silence_s), wake)

    def _begin(self, worker: Worker, wake: Callable[[], None] = lambda: None) -> None:
        worker.start()
        self._workers.append(worker)
        self._undo.callback(worker.stop, wake)

    def _mend(self) -> None:
        """Try a disk that failed, and keep what the camera learned of its hall."""
        self._recorder.mend(missed=self.loop.door.is_broken(Part.STORE))
        self._view.keep()

    def _after_step(self, door: Door, event: Event, effects: tuple[Effect, ...]) -> None:
        show_what_works(door, self._storage.signs, self._preview, painted=self.loop.painted)
        self._newest_signed.keep(door)
        if self._watch is not None:
            self._watch(door, event, effects)
