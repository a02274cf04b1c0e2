"""The real loop and the real core with hands that fail when they are told to: no thread, no disk, and a clock set by hand.

loop = LoneLoop()
loop.fails["lamp"] = RuntimeError("anything")
loop.visit(1)
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta

from kiosk.core.door.state import Door
from kiosk.core.effects import Ask, Effect
from kiosk.core.events import CodeRead, Event, Key, Part, Recorded
from kiosk.core.model import Direction, Record
from kiosk.loop import Hands, Loop
from kiosk.threads.inbox import Inbox
from tests.factories import NOON, make_door, make_id, make_pass

ANSWER_S = 30.0
"""After so long every answer has left the screen."""


class ByHand:
    """Both clocks; the wall clock stands at noon."""

    def __init__(self) -> None:
        self.now = 0.0
        self.ahead = timedelta(0)
        """Of noon, by the wall clock."""

    def wall(self):
        return NOON + self.ahead

    def mono(self):
        return self.now

    def trusted(self):
        return True


class LoneLoop:
    """A loop by itself. It is gate, lamp, sounder and screen of its own door, and writes down what it obeyed."""

    def __init__(self, *, inbox: Inbox | None = None, **door) -> None:
        self.clock = ByHand()
        self.fails: dict[str, Exception | Iterator[Exception | None]] = {}
        """Which hand fails, and how: always, or as the next of several says."""
        self.done: list[str] = []
        self.written: list[Record] = []
        self.seen: list[Event] = []
        self.keys: list[Key] = []
        self.down: Key | None = None
        self.ever_broken: set[Part] = set()
        """Every part that the door has taken for broken."""
        self._writes = self.commit
        self.inbox = inbox or Inbox(mono=self.clock.mono)
        numbers = itertools.count(1)
        self.loop = Loop(
            door=make_door(**door),
            inbox=self.inbox,
            hands=Hands(
                gate=self,
                lamp=_Lamp(self),
                sounder=self,
                screen=_Screen(self),
                ask=self.ask,
                write=self._write,
                preview=lambda: None,
                trust_time=lambda _found: self.do("time"),
                remember=lambda _door: self.do("presence"),
            ),
            clock=self.clock,
            new_id=lambda: make_id(next(numbers)),
            watch=self._watch,
        )

    def writes_to(self, write: Callable[[Record], None]) -> None:
        """Have records written by somebody else from now on."""
        self._writes = write

    @property
    def door(self) -> Door:
        """The door as it is now."""
        return self.loop.door

    def broken(self, part: Part) -> bool:
        return self.door.is_broken(part)

    def rounds(self, count: int = 4) -> None:
        """Let the loop go round, without waiting."""
        for _ in range(count):
            self.loop.once(0)

    def hear(self, *events: Event) -> None:
        for event in events:
            self.inbox.put(event)
        self.rounds()

    def visit(self, number: int) -> None:
        """Somebody shows a good pass, and their answer comes and goes."""
        self.hear(CodeRead(credential=make_pass(number=number)))
        self.clock.now += ANSWER_S
        self.rounds()

    def do(self, hand: str) -> None:
        failure = self.fails.get(hand)
        if isinstance(failure, Iterator):
            failure = next(failure, None)
        if failure is not None:
            raise failure
        self.done.append(hand)

    def open(self, direction: Direction) -> None:
        self.do("open")

    def shut(self, direction: Direction) -> None:
        self.do("shut")

    def play(self, sound) -> None:
        self.do("sound")

    def close(self) -> None:
        """Nothing to give back."""

    def ask(self, _question: Ask) -> None:
        self.do("ask")

    def _write(self, record: Record) -> None:
        self.do("write")
        self._writes(record)

    def commit(self, record: Record) -> None:
        """Have a record on the disk at once."""
        self.written.append(record)
        self.inbox.put(Recorded(record_id=record.id))

    def _watch(self, door: Door, event: Event, _effects: tuple[Effect, ...]) -> None:
        self.seen.append(event)
        self.ever_broken |= set(dict(door.building.broken))
        self.do("watch")


class _Lamp:
    def __init__(self, owner: LoneLoop) -> None:
        self._owner = owner

    def show(self, _signal, _colour, _fault=0) -> None:
        self._owner.do("lamp")

    def close(self) -> None:
        """Nothing to give back."""


class _Screen:
    def __init__(self, owner: LoneLoop) -> None:
        self._owner = owner

    def show(self, _view, _preview=None) -> None:
        self._owner.do("screen")

    @property
    def down(self) -> Key | None:
        self._owner.do("down")
        return self._owner.down

    def poll(self) -> list[Key]:
        self._owner.do("poll")
        keys, self._owner.keys = self._owner.keys, []
        return keys

    def close(self) -> None:
        """Nothing to give back."""
