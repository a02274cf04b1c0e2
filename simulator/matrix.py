"""A matrix keypad without the keypad: the real driver on mock pins that are wired as one.

It obeys the physics: a key connects its row with its column, three keys of a rectangle connect the fourth, a line that two
outputs drive differently is a short circuit, contacts bounce. Its time goes only as far as the driver waits.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from gpiozero.pins.mock import MockFactory, MockPin

from drivers.keypad.matrix_keypad import MatrixKeypad
from drivers.keypad.matrix_keys import KEYS, KeyPlace
from kiosk.core.events import Key
from kiosk.core.strokes import Stroke

ROWS, COLUMNS = (16, 20, 21, 18), (4, 9, 10, 11)
_PLACES = {meaning: place for place, meaning in reversed(KEYS.items())}
_SOON_S = 0.05
"""A wait that is shorter passes at once: it is the driver's own, between two scans."""


class _Wire(MockPin):
    """A pin whose level is that of all that the pressed keys connect with it."""

    board: FakeMatrix

    def _set_function(self, value: str) -> None:
        super()._set_function(value)
        self.board.settle()

    def _set_state(self, value: float) -> None:
        super()._set_state(value)
        self.board.settle()

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        self.board.settle()


class FakeMatrix:
    """The real driver on a fake board: `press(Key.D7)`, `type("123")`, `hold((0, 0), (0, 1))`, `let_go()`."""

    def __init__(self, columns: int = 4, *, bounce_s: float = 0.02) -> None:
        self._changed = threading.Condition()  # protects time and strokes
        self._now = 0.0
        self._strokes: deque[tuple[float, KeyPlace, bool]] = deque()
        self._down: set[KeyPlace] = set()
        self.shorts = 0
        """How often two outputs drove one line differently: never, or the keypad is dead."""
        self.waits = 0
        """How often the driver slept."""
        factory = MockFactory(pin_class=type("_WireHere", (_Wire,), {"board": self}))
        self._lines: dict[tuple[str, int], Any] = {}
        for kind, numbers in (("row", ROWS), ("column", COLUMNS[:columns])):
            for at, number in enumerate(numbers):
                self._lines[kind, at] = factory.pin(f"GPIO{number}")
        self._keypad = MatrixKeypad(
            rows=ROWS, columns=COLUMNS[:columns], bounce_s=bounce_s, pin_factory=factory, timing=_Time(self)
        )

    def press(self, key: Key, *, repeats: int = 0, bounces: int = 2) -> None:
        """Press one key and let it go, a moment after the last one."""
        self.stroke(_PLACES[key], held_s=0.1 + 0.03 * repeats, bounces=bounces)

    def type(self, digits: str) -> Self:
        """Press the keys of these digits, one after the other."""
        for digit in digits:
            self.press(Key(digit))
        return self

    def stroke(self, place: KeyPlace, *, held_s: float = 0.1, bounces: int = 2) -> None:
        """Press the key at a place and let it go; its contact bounces both times."""
        with self._changed:
            at = max(self._now, self._strokes[-1][0] if self._strokes else 0.0) + 0.1
            for begun, closed in ((at, True), (at + held_s, False)):
                self._strokes += _edges(begun, place, closed, bounces)
            self._changed.notify_all()

    def hold(self, *places: KeyPlace, bounces: int = 2) -> None:
        """Have exactly these keys down from now on; each contact that moves for it bounces."""
        with self._changed:
            at = max(self._now, self._strokes[-1][0] if self._strokes else 0.0)
            before = set(self._down)
            for _, place, closed in self._strokes:
                (before.add if closed else before.discard)(place)
            moves = sorted(before ^ set(places))
            edges = [edge for place in moves for edge in _edges(at, place, place in places, bounces)]
            self._strokes += sorted(edges, key=lambda edge: edge[0])
            self._changed.notify_all()

    def let_go(self, *, bounces: int = 2) -> None:
        """Let all keys go."""
        self.hold(bounces=bounces)

    def read(self, wait_s: float) -> Stroke | None:
        """Return the next key that went down or up, as the real one does."""
        return self._keypad.read(wait_s)

    def close(self) -> None:
        """Give the pins back."""
        self._keypad.close()

    def now(self) -> float:
        """Seconds of its own clock."""
        with self._changed:
            return self._now

    def sleep(self, until: float | None) -> None:
        """Let the driver sleep: up to the next stroke, or to the end."""
        with self._changed:
            self.waits += 1
            if not self._strokes and (until is None or until - self._now > _SOON_S):
                self._changed.wait_for(lambda: self._strokes, None if until is None else until - self._now)
            if self._strokes and (until is None or self._strokes[0][0] <= until):
                at, place, closed = self._strokes.popleft()
                self._now = max(self._now, at)
                (self._down.add if closed else self._down.discard)(place)
                self.settle()
            elif until is not None:
                self._now = max(self._now, until)

    def ring(self) -> None:
        """Wake the driver."""
        with self._changed:
            self._changed.notify_all()

    def settle(self) -> None:
        """Bring every line to the level that physics gives it."""
        for group in self._groups():
            wires = [self._lines[line] for line in group if line in self._lines]
            driven = {bool(wire.state) for wire in wires if wire.function == "output"}
            self.shorts += len(driven) > 1
            if driven:
                level = all(driven)
            else:
                pulls = {wire.pull for wire in wires}
                level = "down" not in pulls or "up" in pulls
            for wire in wires:
                if wire.function == "input":
                    (wire.drive_high if level else wire.drive_low)()

    def _groups(self) -> Iterable[set[tuple[str, int]]]:
        """The lines that the pressed keys connect with each other."""
        groups: list[set[tuple[str, int]]] = [{line} for line in getattr(self, "_lines", {})]
        for row, column in self._down:
            joined = [group for group in groups if ("row", row) in group or ("column", column) in group]
            groups = [group for group in groups if group not in joined] + [set().union(*joined)]
        return groups


def _edges(begun: float, place: KeyPlace, closed: bool, bounces: int) -> list[tuple[float, KeyPlace, bool]]:
    """What the contact of a key does as it closes or opens: 1 ms between two edges, and at last it is as it is to be."""
    edges = [closed, not closed] * bounces + [closed]
    return [(begun + n * 0.001, place, edge) for n, edge in enumerate(edges)]


class _Time:
    """`drivers.pins.timing.Timing` on the fake's clock."""

    def __init__(self, board: FakeMatrix) -> None:
        self.now = board.now
        self._board = board

    def alarm(self) -> _Alarm:
        return _Alarm(self._board)


class _Alarm:
    """`drivers.pins.timing.Alarm` on the fake's clock."""

    def __init__(self, board: FakeMatrix) -> None:
        self.ring = board.ring
        self.wait = board.sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to give back."""
