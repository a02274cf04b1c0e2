"""What one kiosk consists of, put together and not begun: `kiosk/root/app.py` begins it and ends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.clock import new_id
from kiosk.core.door.over_a_restart import Remembered
from kiosk.core.door.state import Door
from kiosk.core.effects import Effect
from kiosk.core.events import Event, Part
from kiosk.enrolment.device import Device, Identity
from kiosk.loop import Hands, Loop
from kiosk.ports import Clock
from kiosk.root.after_step import NewestSigned, show_what_works
from kiosk.root.codes import Codes, codes_of
from kiosk.root.equipment import Drivers
from kiosk.root.identify import settings_of
from kiosk.root.kept_number import KeptNumber
from kiosk.root.setup import setup_of
from kiosk.root.storage import Storage, storage_of
from kiosk.root.uplink import Uplink
from kiosk.root.withdrawal import Withdrawal
from kiosk.settings import Settings
from kiosk.store.recorder import Recorder
from kiosk.threads.heartbeats import Heartbeats
from kiosk.threads.inbox import Inbox
from kiosk.workers.preview import Preview
from kiosk.workers.view_watch import ViewWatch, lit

StepWatch = Callable[[Door, Event, tuple[Effect, ...]], None]
"""Is told of each step: the door after it, what happened, what was ordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kiosk:
    """The groups of one kiosk, each after those that it needs."""

    settings: Settings
    """Those of the door that this device was enrolled for."""
    drivers: Drivers
    storage: Storage
    withdrawal: Withdrawal
    uplink: Uplink
    recorder: Recorder
    codes: Codes
    preview: Preview
    loop: Loop
    view: ViewWatch
    kept_number: KeptNumber

    def mend(self) -> None:
        """Try a disk that failed, and keep what the camera learned of its hall. May wait for the disk."""
        self.recorder.mend(missed=self.loop.door.is_broken(Part.STORE))
        self.view.keep()


def assembled(
    settings: Settings,
    drivers: Drivers,
    *,
    clock: Clock,
    device: Device,
    identity: Identity,
    boot: str | None,
    watch: StepWatch | None,
    jitter: Callable[[], float],
    heartbeats: Heartbeats,
) -> Kiosk:
    """Return the kiosk of this enrolment; the arguments as `kiosk.root.app.App` has them."""
    settings = settings_of(settings, identity)
    setup = setup_of(settings, identity.venue_code, camera=drivers.open_eyes is not None)
    inbox = Inbox()
    storage = storage_of(settings, identity, clock=clock, boot=boot, heartbeats=heartbeats)
    withdrawal = Withdrawal(device, storage.store, put=inbox.put, mono=clock.mono)
    uplink = Uplink(
        settings,
        device,
        identity,
        storage,
        withdrawal=withdrawal,
        clock=clock,
        put=inbox.put,
        jitter=jitter,
        heartbeats=heartbeats,
    )
    recorder = Recorder(storage.store, inbox.put, wake=uplink.syncer.wake, keyring=uplink.keyring, boot=boot)
    preview, newest_signed, kept_number = Preview(), NewestSigned(storage.store), KeptNumber(storage.store)

    def after_step(door: Door, event: Event, effects: tuple[Effect, ...]) -> None:
        show_what_works(door, storage.signs, preview, painted=loop.painted)
        newest_signed.keep(door)
        kept_number.look(door)
        if watch is not None:
            watch(door, event, effects)

    loop = Loop(
        door=Door(setup=setup),
        inbox=inbox,
        hands=_hands(drivers, storage, uplink, recorder, preview),
        clock=clock,
        new_id=new_id,
        watch=after_step,
    )
    return Kiosk(
        settings=settings,
        drivers=drivers,
        storage=storage,
        withdrawal=withdrawal,
        uplink=uplink,
        recorder=recorder,
        codes=codes_of(settings, setup, storage, uplink, clock.mono),
        preview=preview,
        loop=loop,
        kept_number=kept_number,
        view=ViewWatch(
            settings.store.path.parent,
            inbox.put,
            is_open=lambda: lit(loop.door, clock),
            mono=clock.mono,
        ),
    )


def _hands(drivers: Drivers, storage: Storage, uplink: Uplink, recorder: Recorder, preview: Preview) -> Hands:
    return Hands(
        gate=drivers.gate,
        lamp=drivers.lamp,
        sounder=drivers.sounder,
        screen=drivers.screen,
        ask=uplink.asker.ask,
        take_place=uplink.asker.take_place,
        write=recorder.write,
        trust_time=recorder.trust_time,
        remember=lambda door: storage.presence.put(Remembered.of(door)),
        preview=preview.take,
    )
