"""The composition root: settings -> drivers -> workers -> loop. Starts A, B, C and stops C, B, A.

The only place, with the command line and the demo, that names concrete drivers.
"""

from __future__ import annotations

import logging
import random
import secrets
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from drivers.engine_zxing import ZxingDecoder
from kiosk.clock import SystemClock, boot_id, new_id
from kiosk.core.credential import understand
from kiosk.core.effects import Effect
from kiosk.core.events import Event, HealthChanged, Part
from kiosk.core.model import Credential
from kiosk.core.occupancy import Occupancy
from kiosk.core.situation import Door, Setup, Times
from kiosk.documents import Documents
from kiosk.equipment import Drivers, drivers_for, second_engine
from kiosk.errors import SettingsError
from kiosk.loop import Hands, Inbox, Loop
from kiosk.ports import Camera, Clock
from kiosk.reader.pipeline import Reader
from kiosk.reader.repeats import Repeats
from kiosk.recorder import Recorder
from kiosk.registry_client import RegistryClient
from kiosk.settings import Settings
from kiosk.shelf import StoreShelf
from kiosk.store import Store
from kiosk.store_thread import StoreThread
from kiosk.sync import Asking, Syncer
from kiosk.trust import verify_pass
from kiosk.upkeep import Upkeep
from kiosk.workers import Asker, Preview, Worker, listening, scanning, typing

log = logging.getLogger(__name__)


PRESENCE_KEY_BYTES = 32
LONGEST_STAY = timedelta(hours=24)
"""Who entered longer ago is not counted after a restart."""


class App:
    """One running kiosk. `loop.run` belongs into the main thread."""

    def __init__(
        self,
        settings: Settings,
        drivers: Drivers,
        *,
        clock: Clock,
        watch: Callable[[Door, Event, tuple[Effect, ...]], None] | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        registry, inbox = settings.registry, Inbox()
        self._settings = settings
        self._drivers = drivers
        self._clock = clock
        self._last = ExitStack()
        self._workers: list[Worker] = []
        self._preview = Preview()
        self._client = RegistryClient(registry.url, registry.device, settings.door.id, mono=clock.mono)
        self._store = StoreThread(lambda: Store(settings.store.path, clock=clock, boot_id=boot_id()))
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
        )
        self._recorder = Recorder(
            self._store, inbox.put, wake=self._syncer.wake, keyring=lambda: self._documents.keyring
        )
        self._asker = Asker(self._client, inbox.put, asking=asking, heard=self._heard)
        hands = Hands(
            gate=drivers.gate,
            lamp=drivers.lamp,
            sounder=drivers.sounder,
            screen=drivers.screen,
            ask=self._asker.ask,
            write=self._recorder.write,
            preview=self._preview.take,
        )
        self.loop = Loop(
            door=Door(setup=setup_of(settings)),
            inbox=inbox,
            hands=hands,
            clock=clock,
            new_id=new_id,
            watch=watch,
        )

    def start(self) -> None:
        """Open the store, take up the count, then start every worker. Raises StoreError where there is no store."""
        last, put = self._last, self.loop.inbox.put
        store = self._store.start()
        last.callback(self._store.close)
        if store.moved_aside is not None:
            log.error("the store was unreadable; it was moved to %s and a new one begun", store.moved_aside)
        self._documents.load()
        self.loop.door = resumed(self.loop.door, self._store, self._clock.wall())
        upkeep = Upkeep(
            door=lambda: self.loop.door,
            beat=self._client.heartbeat,
            mend=self._recorder.mend,
            heard=self._heard,
            every_s=self._settings.sync.heartbeat_every_s,
            clock=self._clock,
        )
        self._work("documents", self._documents.body, self._documents.hurry)
        self._work("sync", lambda _stop: self._syncer.run(), self._syncer.stop)
        self._work("upkeep", upkeep.body)
        for worker in self._asker.workers:
            self._start(worker)
        if self._settings.door.venue_code_url:
            self._work("listen", listening(events=self._client.events, put=put, heard=self._heard))
        if self._drivers.open_keypad is not None:
            self._work("keypad", typing(open_keypad=self._drivers.open_keypad, put=put))
        if self._drivers.open_camera is None:
            put(HealthChanged(part=Part.CAMERA, working=False, why="there is none at this door"))
        else:
            self._work("scan", self._scanning(self._drivers.open_camera))

    def stop(self) -> None:
        """Stop everything, last first. May be called twice."""
        # All are asked before the first is waited for, and nobody sits out a long poll: a technician waits for this.
        for worker in self._workers:
            worker.ask_to_stop()
        self._client.close()
        self._last.close()

    def _work(
        self, name: str, body: Callable[[threading.Event], None], wake: Callable[[], None] = lambda: None
    ) -> None:
        self._start(Worker(name, body), wake)

    def _start(self, worker: Worker, wake: Callable[[], None] = lambda: None) -> None:
        worker.start()
        self._workers.append(worker)
        self._last.callback(worker.stop, wake)

    def _scanning(self, open_camera: Callable[[], Camera]) -> Callable[[threading.Event], None]:
        door = self._settings.door

        def meaning(text: str) -> Credential:
            verify = partial(verify_pass, keyring=self._documents.keyring)
            return understand(text, verify=verify, venue_url=door.venue_code_url, door=door.id)

        return scanning(
            open_camera=open_camera,
            eyes=Reader(ZxingDecoder(), second_engine()),
            memory=Repeats(self._settings.reader.hold_s),
            understand=meaning,
            clock=self._clock,
            preview=self._preview,
            put=self.loop.inbox.put,
        )

    def _heard(self, online: bool) -> None:
        """Some worker reached the registry, or did not."""
        self._syncer.heard(online=online)
        if online:
            self._documents.heard()


def run(settings: Settings) -> int:
    """Run the door until a signal says stop. Returns the exit code."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as last:
        clock = SystemClock()
        app = App(settings, drivers_for(settings, clock, last), clock=clock)
        last.callback(app.stop)
        app.start()
        log.info("door %s is open for visitors", settings.door.id)
        try:
            app.loop.run(stop.is_set)
        except KeyboardInterrupt:
            log.info("the window was closed")
    return 0


def setup_of(settings: Settings) -> Setup:
    """Return what the core needs to know of the settings. Raises SettingsError for a key file that cannot be read."""
    door, times = settings.door, settings.times
    return Setup(
        door=door.id,
        kind=door.kind,
        attended=door.attended,
        zone=door.timezone,
        presence_key=secrets.token_bytes(PRESENCE_KEY_BYTES),
        passage_sensor=settings.gate.passage_sensor,
        times=Times(
            ask_s=settings.registry.question_s,
            record_s=times.record_s,
            admitted_s=times.admitted_s,
            refused_s=times.refused_s,
            unchecked_s=times.unchecked_s,
            notice_s=times.notice_s,
            keypad_idle_s=times.keypad_idle_s,
            confirm_s=times.confirm_s,
            passage_s=settings.gate.passage_s,
        ),
        venue_code_url=door.venue_code_url,
        venue_code_key=_venue_code_key(door.venue_code_key_file),
        public_colours=settings.screen.public_colours == "full",
    )


def resumed(door: Door, store: StoreThread, now: datetime) -> Door:
    """Return the door with the people counted inside who entered before this start and since the last closing."""

    def count(kept: Store) -> Occupancy:
        passed = ((one.at, one.direction) for one in kept.reports.passages(now - LONGEST_STAY))
        return Occupancy.counted(passed, kept.reports.last_closing())

    return replace(door, occupancy=store.call(count).result())


def _venue_code_key(file: Path | None) -> bytes:
    if file is None:
        return b""
    try:
        return file.read_bytes().strip()
    except OSError as failure:
        raise SettingsError(
            f"expected the door's key in {file}, found {failure.strerror or failure}: "
            "put it there, readable by the service alone, or empty [door] venue_code_key_file"
        ) from None
