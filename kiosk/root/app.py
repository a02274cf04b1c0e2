"""The life of one kiosk: in what order it begins, and that it ends in reverse. Read `App.start` first.

What it consists of stands in `kiosk/root/assembly.py`.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from contextlib import ExitStack

from kiosk.core.events import HealthChanged, Part
from kiosk.core.model import Stamp
from kiosk.core.screen.status_line import condition
from kiosk.enrolment.device import Device, Identity
from kiosk.errors import StoreError, StoreTaken
from kiosk.ports import Clock
from kiosk.root.assembly import StepWatch, assembled
from kiosk.root.equipment import Drivers
from kiosk.root.input_workers import input_workers
from kiosk.root.resume import resumed
from kiosk.service.status_file import KioskStatus
from kiosk.settings import Settings
from kiosk.threads.heartbeats import Heartbeats
from kiosk.threads.worker import SILENCE_S, Body, Worker
from kiosk.uplink.documents import DOCUMENTS_SILENCE_S
from kiosk.uplink.sync import SYNC_SILENCE_S
from kiosk.workers.board_watch import BoardWatch
from kiosk.workers.camera_work import SCAN_SILENCE_S, scanning
from kiosk.workers.listening import LISTEN_SILENCE_S, listening
from kiosk.workers.upkeep import UPKEEP_SILENCE_S, Upkeep

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
        watch: StepWatch | None = None,
        jitter: Callable[[], float] = random.random,
        heartbeats: Heartbeats | None = None,
    ) -> None:
        """`boot` names this start of the machine (kiosk/clock.py); without it nothing is remembered over a restart.

        Every worker is heard of in `heartbeats`. `watch` is told of every step of the door.
        """
        self.heartbeats = heartbeats or Heartbeats(clock.mono)
        self._kiosk = assembled(
            settings,
            drivers,
            clock=clock,
            device=device,
            identity=identity,
            boot=boot,
            watch=watch,
            jitter=jitter,
            heartbeats=self.heartbeats,
        )
        self.loop = self._kiosk.loop
        self._clock, self._boot = clock, boot
        self._workers, self._undo = list[Worker](), ExitStack()

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
        self._kiosk.uplink.client.close()
        self._undo.close()

    def condition(self) -> str:
        """Return how the door is, in a sentence for the technician."""
        return condition(self.loop.door, self._moment())

    def _moment(self) -> Stamp:
        now = self._clock
        return Stamp(wall=now.wall(), mono=now.mono(), visit_id="", trusted=now.trusted())

    def enrolled_anew(self) -> bool:
        """Whether this device, withdrawn by the registry, belongs to a door again."""
        return self._kiosk.withdrawal.enrolled_anew(self.loop.door)

    def _open_store(self) -> None:
        kept = self._kiosk.storage
        self._undo.callback(kept.store.close)
        self._undo.callback(kept.pulse.end)
        self._undo.callback(kept.revoked.close)
        try:
            kept.store.start()
        except StoreTaken:
            raise
        except StoreError as failure:
            # A door that lets people out needs no disk, and one that admits nobody can say why (rule 3).
            log.error("%s; the door comes up without its store, and tries it again", failure)
            self.loop.inbox.put(HealthChanged(part=Part.STORE, working=False, why=str(failure)))

    def _resume(self) -> None:
        self._kiosk.uplink.documents.load()
        kept = self._kiosk.storage
        self.loop.door = resumed(self.loop.door, kept.store, kept.presence.read(), self._clock, self._boot)
        self._kiosk.kept_number.begin(self.loop.door)

    def _tell_what_is_lost(self) -> None:
        for part, why in self._kiosk.drivers.lost:
            self.loop.inbox.put(HealthChanged(part=part, working=False, why=why))

    def _begin_uplink(self) -> None:
        link = self._kiosk.uplink
        self._work("documents", link.documents.body, link.documents.hurry, DOCUMENTS_SILENCE_S)
        self._work("sync", lambda stop: link.syncer.run(stop.is_set), link.syncer.stop, SYNC_SILENCE_S)
        for worker in link.asker.workers:
            self._begin(worker)
        if self.loop.door.setup.venue_code_key:
            listens = listening(events=link.client.events, put=self.loop.inbox.put, heard=link.heard)
            self._work("listen", listens, silence_s=LISTEN_SILENCE_S)

    def _begin_upkeep(self) -> None:
        kept, clock = self._kiosk.storage, self._clock
        upkeep = Upkeep(
            door=lambda: self.loop.door,
            beat=self._kiosk.uplink.client.heartbeat,
            mend=self._kiosk.mend,
            heard=self._kiosk.uplink.heard,
            every_s=self._kiosk.settings.sync.heartbeat_every_s,
            clock=clock,
            tell=lambda door: kept.status.write(KioskStatus.of(door, self._moment())),
        )
        self._undo.callback(kept.status.remove)
        self._work("upkeep", upkeep.body, silence_s=UPKEEP_SILENCE_S)
        if self._kiosk.drivers.board is not None:
            self._work(
                "board", BoardWatch(self._kiosk.drivers.board, put=self.loop.inbox.put, clock=clock).body
            )
        self._work("presence", kept.presence.body, kept.presence.wake)

    def _begin_inputs(self) -> None:
        inputs = input_workers(
            self._kiosk.drivers,
            self._kiosk.settings,
            is_new=self._kiosk.codes.is_new,
            understand=self._kiosk.codes.understand,
            put=self.loop.inbox.put,
        )
        for name, body in inputs:
            self._work(name, body)

    def _begin_camera(self) -> None:
        open_eyes, view = self._kiosk.drivers.open_eyes, self._kiosk.view
        if open_eyes is None:
            return
        body = scanning(
            open_eyes=lambda: open_eyes(view.learned),
            memory=self._kiosk.codes.repeats,
            understand=self._kiosk.codes.understand,
            clock=self._clock,
            preview=self._kiosk.preview,
            put=self.loop.inbox.put,
            view=view,
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
