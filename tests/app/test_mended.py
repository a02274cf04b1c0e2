"""A law over all parts: whoever breaks one mends it. What failed once and works again is no fault any more.

Each part has its story here, through the loop and the core of a door: it fails, it is told, it works, and that is told too.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from drivers.sensors.board import SystemBoard
from kiosk.core.door.state import State
from kiosk.core.events import (
    CodeRead,
    HealthChanged,
    KnowledgeChanged,
    Part,
    Passed,
    Recorded,
    RecordFailed,
    Tick,
)
from kiosk.core.health.board import CALM_S
from kiosk.core.health.faults import NUMBER_OF
from kiosk.core.model import Direction
from kiosk.enrolment.device import Device
from kiosk.errors import DriverError, StoreError
from kiosk.eyes.here import CameraEyes
from kiosk.reader.repeats import Repeats
from kiosk.root.withdrawal import Withdrawal
from kiosk.store.recorder import Recorder
from kiosk.store.store import Store
from kiosk.store.thread import StoreThread
from kiosk.threads.inbox import Inbox
from kiosk.threads.reopening import REOPEN_S
from kiosk.trust import Keyring
from kiosk.workers.board_watch import LOOK_S, BoardWatch
from kiosk.workers.camera_work import scanning
from kiosk.workers.keypad_work import typing
from kiosk.workers.preview import Preview
from kiosk.workers.scanner_work import desk_scanning
from kiosk.workers.sensor_work import alarmed, passing
from kiosk.workers.view_watch import ViewWatch
from simulator.board import FakeBoard
from simulator.lens import empty_hall
from tests.app.lone_loop import LoneLoop
from tests.factories import NOON, make_age, make_pass

SOON_S = 20.0
HALLS = list(empty_hall(0, (640, 360), frames=3))


class Failing:
    """A thing that fails whatever it is asked, until the door has heard of it; then it works."""

    def __init__(self, alone: LoneLoop, part: Part, gives: object = None) -> None:
        self._heard = lambda: part in alone.ever_broken
        self._gives = gives

    @property
    def fault(self) -> str:
        """A sensor's own word on itself."""
        return ""

    def read(self, _wait_s):
        time.sleep(0)
        if not self._heard():
            raise DriverError("it fails")
        return self._gives

    def close(self) -> None:
        """Nothing to give back."""


class Blocked(Failing):
    """A sensor that is there, and says itself that it cannot see."""

    @property
    def fault(self) -> str:
        return "" if self._heard() else "something stands in it"

    def read(self, _wait_s):
        time.sleep(0)


class Ticking:
    """A clock on which a second goes by with each look at it: so long a worker that spins would have waited."""

    def __init__(self) -> None:
        self._seconds = itertools.count()

    def mono(self) -> float:
        return float(next(self._seconds))


class Forgetful(Inbox):
    """Loses the first word that a part fails, and the first word that it works again: nobody knows how, it happens."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: dict[tuple[Part, bool], HealthChanged] = {}

    def put(self, event) -> None:
        if isinstance(event, HealthChanged):
            after_a_fault = (event.part, False) in self.lost
            if (event.part, event.working) not in self.lost and (not event.working or after_a_fault):
                self.lost[event.part, event.working] = event
                return
        super().put(event)


class Blind:
    """A reader that sees nothing."""

    moved_at, guidance = float("-inf"), None

    def read(self, _frame, _mono):
        return []


class Showing:
    """A camera that shows what it is told to."""

    frame = None

    def read(self, _wait_s):
        return self.frame


class Hasty(threading.Event):
    """A stop whose pauses between two attempts take no time."""

    def wait(self, timeout=None):
        return self.is_set() if timeout in REOPEN_S else super().wait(timeout)


def broke_and_was_mended(alone: LoneLoop, part: Part) -> bool:
    return part in alone.ever_broken and not alone.broken(part)


def by_worker(alone: LoneLoop, part: Part, body: Callable[[threading.Event], None]) -> None:
    """Run a worker until the door has heard that the part failed, and that it works."""
    stop = Hasty()
    worker = threading.Thread(target=body, args=(stop,))
    worker.start()
    ends = time.monotonic() + SOON_S
    alone.loop.run(lambda: broke_and_was_mended(alone, part) or time.monotonic() > ends)
    stop.set()
    worker.join()


def camera(alone: LoneLoop, folder: Path) -> None:
    thing, clock = Failing(alone, Part.CAMERA, gives=np.zeros((48, 64), np.uint8)), Ticking()
    body = scanning(
        open_eyes=lambda: CameraEyes(thing, Blind(), mono=clock.mono),
        memory=Repeats(),
        understand=lambda _text: pytest.fail("there is nothing to read"),
        clock=clock,
        preview=Preview(),
        put=alone.inbox.put,
        view=ViewWatch(folder, alone.inbox.put, is_open=lambda: True, mono=clock.mono),
    )
    by_worker(alone, Part.CAMERA, body)


def keypad(alone: LoneLoop, _folder: Path) -> None:
    thing = Failing(alone, Part.KEYPAD)
    by_worker(alone, Part.KEYPAD, typing(open_keypad=lambda: thing, put=alone.inbox.put, mono=Ticking().mono))


def scanner(alone: LoneLoop, _folder: Path) -> None:
    thing = Failing(alone, Part.SCANNER)
    body = desk_scanning(
        open_scanner=lambda: thing,
        is_new=lambda _text: True,
        understand=lambda _text: pytest.fail("there is nothing to read"),
        side=None,
        put=alone.inbox.put,
        mono=Ticking().mono,
    )
    by_worker(alone, Part.SCANNER, body)


def passage(alone: LoneLoop, _folder: Path) -> None:
    for thing in (Blocked(alone, Part.PASSAGE), Failing(alone, Part.PASSAGE)):
        alone.ever_broken.clear()
        by_worker(
            alone,
            Part.PASSAGE,
            passing(open_passage=lambda thing=thing: thing, put=alone.inbox.put, mono=Ticking().mono),
        )
        assert broke_and_was_mended(alone, Part.PASSAGE)


def alarm(alone: LoneLoop, _folder: Path) -> None:
    thing = Failing(alone, Part.ALARM, gives=False)
    by_worker(alone, Part.ALARM, alarmed(open_alarm=lambda: thing, put=alone.inbox.put, mono=Ticking().mono))


def gate(alone: LoneLoop, _folder: Path) -> None:
    fails_once(alone, "open")
    assert alone.broken(Part.GATE)
    alone.visit(2)


def lamp(alone: LoneLoop, _folder: Path) -> None:
    fails_once(alone, "lamp")


def sound(alone: LoneLoop, _folder: Path) -> None:
    fails_once(alone, "sound")
    alone.visit(2)


def display(alone: LoneLoop, _folder: Path) -> None:
    fails_once(alone, "screen")


def fails_once(alone: LoneLoop, hand: str) -> None:
    """A visitor comes while a hand fails once."""
    alone.fails[hand] = iter([DriverError("it failed this once")])
    alone.visit(1)


def store(alone: LoneLoop, folder: Path) -> None:
    """The disk fails with one record, and the next look finds it well."""
    with Disk(alone, folder) as disk:
        disk.fails = iter([StoreError("nothing was written: no space left")])
        alone.inbox.put(CodeRead(credential=make_pass(number=1)))
        disk.until(lambda: alone.broken(Part.STORE))
        disk.upkeep()
        disk.until(lambda: not alone.broken(Part.STORE))


def board(part: Part, ail: Callable[[FakeBoard], None], recover: Callable[[FakeBoard], None]):
    def story(alone: LoneLoop, folder: Path) -> None:
        fake = FakeBoard(folder / "pi")
        watch = BoardWatch(SystemBoard(folder, fake.root), put=alone.inbox.put, clock=alone.clock)

        def look(seconds: float) -> None:
            for _ in range(round(seconds / LOOK_S)):
                watch.look()
                alone.clock.now += LOOK_S
                alone.rounds(1)

        ail(fake)
        look(20)
        assert alone.broken(part)
        recover(fake)
        look(CALM_S + 10)

    return story


def view(alone: LoneLoop, folder: Path) -> None:
    watch = ViewWatch(folder, alone.inbox.put, is_open=lambda: True, mono=alone.clock.mono)
    camera = Showing()
    eyes = CameraEyes(camera, Blind(), mono=alone.clock.mono)

    def see(frames, seconds: int) -> None:
        for at in range(2 * seconds):
            camera.frame = frames[at % len(frames)]
            watch.saw(eyes.look(0))
            alone.clock.now += 0.5
            alone.rounds(1)

    see([frame // 25 for frame in HALLS], 60)
    assert alone.broken(Part.VIEW)
    see(HALLS, 60)


def clock(alone: LoneLoop, _folder: Path) -> None:
    signed = make_age(issued=NOON + timedelta(hours=1))
    alone.hear(KnowledgeChanged(policy=signed, keys=signed, revocations=signed))
    alone.hear(Tick())
    assert alone.broken(Part.CLOCK)
    alone.clock.ahead = timedelta(hours=1)
    alone.hear(Tick())


def registry(alone: LoneLoop, folder: Path) -> None:
    """Somebody in between says that the device is withdrawn, in the registry's name; then the registry is reached."""
    thread = StoreThread(lambda: Store(folder / "kiosk.db", clock=alone.clock))
    withdrawal = Withdrawal(Device(folder / "device"), thread, put=alone.inbox.put, mono=alone.clock.mono)
    for says in (partial(withdrawal.heard, signed=False, forget_documents=lambda: None), withdrawal.reached):
        for _ in range(3):
            says()
            alone.clock.now += 5.0
            alone.rounds(1)
        assert alone.broken(Part.REGISTRY) is (says != withdrawal.reached)


STORIES = {
    Part.CAMERA: camera,
    Part.KEYPAD: keypad,
    Part.SCANNER: scanner,
    Part.PASSAGE: passage,
    Part.ALARM: alarm,
    Part.GATE: gate,
    Part.LAMP: lamp,
    Part.SOUND: sound,
    Part.DISPLAY: display,
    Part.STORE: store,
    Part.CLOCK: clock,
    Part.REGISTRY: registry,
    Part.POWER: board(Part.POWER, lambda fake: fake.undervolt(), lambda fake: fake.undervolt(low=False)),
    Part.HEAT: board(Part.HEAT, lambda fake: fake.warm(90), lambda fake: fake.warm(40)),
    Part.DISK: board(Part.DISK, lambda fake: fake.mount(read_only=True), lambda fake: fake.mount()),
    Part.MEMORY: board(Part.MEMORY, lambda fake: fake.memory(0.01), lambda fake: fake.memory(0.6)),
    Part.VIEW: view,
}


@pytest.fixture
def alone():
    return LoneLoop(sensor=True)


@pytest.mark.parametrize("part", list(Part))
def test_a_part_that_failed_once_and_works_again_is_no_fault_any_more(alone, tmp_path, part):
    STORIES[part](alone, tmp_path)
    assert part in alone.ever_broken
    assert alone.door.building.broken == {}


WATCHED = sorted(set(Part) - {Part.GATE, Part.LAMP, Part.SOUND, Part.DISPLAY, Part.STORE, Part.CLOCK})
"""The parts that a worker looks at all the time. The others are told with each order, the store with each look of the upkeep; the
door itself sees with each event whether its clock is behind."""


@pytest.mark.parametrize("part", WATCHED)
def test_a_word_on_a_part_that_is_lost_is_put_right_by_the_next(tmp_path, part):
    forgetful = Forgetful()
    alone = LoneLoop(sensor=True, inbox=forgetful)
    STORIES[part](alone, tmp_path)
    assert broke_and_was_mended(alone, part)
    assert {working for _part, working in forgetful.lost} == {False, True}


def test_every_part_has_its_story_and_its_number():
    assert set(STORIES) == set(NUMBER_OF) == set(Part)


@pytest.mark.parametrize(
    "hand", ["open", "shut", "lamp", "sound", "screen", "poll", "down", "presence", "watch", "ask"]
)
@pytest.mark.parametrize("failure", [DriverError("the wire is cut"), RuntimeError("anything")])
def test_a_hand_of_the_loop_that_failed_once_leaves_no_fault_behind(alone, hand, failure):
    alone.fails[hand] = iter([failure])
    for number in (1, 2):
        alone.hear(CodeRead(credential=make_pass(number=number)))
        alone.hear(Passed(direction=Direction.ENTRY))
        alone.clock.now += 30.0
        alone.rounds()
    assert alone.door.building.broken == {}
    assert alone.door.state is State.IDLE


@pytest.mark.parametrize(
    "lost", ["the word that it was written", "the word that it failed", "the record itself"]
)
def test_a_door_whose_disk_is_well_is_in_order_again_whatever_word_of_it_was_lost(alone, tmp_path, lost):
    with Disk(alone, tmp_path) as disk:
        match lost:
            case "the word that it was written":
                disk.loses = Recorded
            case "the word that it failed":
                disk.fails, disk.loses = (
                    iter([StoreError("nothing was written: no space left")]),
                    RecordFailed,
                )
            case "the record itself":
                alone.fails["write"] = iter([RuntimeError("no thread")])
        alone.inbox.put(CodeRead(credential=make_pass(number=1)))
        alone.rounds()
        disk.rest()
        alone.clock.now += 10.0  # longer than any disk is waited for
        disk.until(lambda: alone.broken(Part.STORE))
        disk.upkeep()
        disk.until(lambda: alone.door.building.broken == {})
        disk.loses = None
        opened = alone.done.count("open")
        alone.clock.now += 30.0
        alone.inbox.put(CodeRead(credential=make_pass(number=2)))
        disk.until(lambda: alone.done.count("open") == opened + 1)


def test_a_disk_that_still_fails_is_said_to_fail_with_every_look(alone, tmp_path):
    with Disk(alone, tmp_path) as disk:
        disk.fails = iter([StoreError("nothing was written: no space left")] * 3)
        disk.loses = RecordFailed
        alone.inbox.put(CodeRead(credential=make_pass(number=1)))
        alone.rounds()
        disk.rest()
        assert not alone.broken(Part.STORE)
        disk.upkeep()
        disk.until(lambda: alone.broken(Part.STORE))


class Disk:
    """A real store on its thread and the recorder before it, in place of the lone loop's own writing."""

    def __init__(self, alone: LoneLoop, folder: Path) -> None:
        self.fails: Iterator[Exception] = iter([])
        """How the next calls of the store fail."""
        self.loses: type | None = None
        """A kind of event that never reaches the door."""
        self._alone = alone
        self._thread = StoreThread(lambda: Store(folder / "kiosk.db", clock=alone.clock))
        self.recorder = Recorder(self, self._put, wake=lambda **_: None, keyring=Keyring)
        alone.writes_to(self.recorder.write)

    def call(self, work, *, urgent=False):
        """Port of the recorder: the store's thread, which fails when it is told to."""
        failure = next(self.fails, None)

        def fail(_store):
            raise failure

        return self._thread.call(work if failure is None else fail, urgent=urgent)

    def upkeep(self) -> None:
        """Do what kiosk/workers/upkeep.py has the app do every few seconds."""
        self.recorder.mend(missed=self._alone.broken(Part.STORE))

    def rest(self) -> None:
        """Wait until the store's thread has done what it was given."""
        self._thread.call(lambda _store: None).result(SOON_S)

    def until(self, seen: Callable[[], bool]) -> None:
        ends = time.monotonic() + SOON_S
        self._alone.loop.run(lambda: seen() or time.monotonic() > ends)
        assert seen(), self._alone.door

    def _put(self, event) -> None:
        if self.loses is None or not isinstance(event, self.loses):
            self._alone.inbox.put(event)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        assert self._thread.close()
