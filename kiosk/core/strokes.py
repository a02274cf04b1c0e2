"""Keys that go down and up, and what is to be said of one that stays down: the same for glass, window, USB pad and matrix.

Pure: times come in. It must never count on autorepeat (many pads have none), nor on each key that went down coming up.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.core.events import HOLD_AGAIN_S, HOLD_S, Event, Key, KeyHeld, KeyPressed, KeyReleased


@dataclass(frozen=True, slots=True)
class Stroke:
    """A key of a keypad went down (`down`) or up. Up is told of what was told down only, and at the latest when it cannot be known."""

    key: Key = field(repr=False)
    down: bool


class Holding:
    """Follows one source of keys. Of several that are down the newest counts; when that goes up, none is held.

    >>> holding = Holding()
    >>> holding.press(Key.ERASE, now=1.0) == [KeyPressed(key=Key.ERASE)]
    True
    >>> holding.see(Key.ERASE, now=1.0 + HOLD_S) == [KeyHeld(key=Key.ERASE)]
    True
    >>> holding.see(None, now=3.0)
    [KeyReleased()]
    """

    def __init__(self) -> None:
        self.down: Key | None = None
        """The newest key that went down, until it goes up."""
        self._due = 0.0
        """When its being held is told next."""
        self._held = False

    def press(self, key: Key, now: float) -> list[Event]:
        """Take a key that went down at `now` (seconds of one monotonic clock); return what is to be said, in order."""
        said = self._let_go()
        self.down, self._due = key, now + HOLD_S
        return [*said, KeyPressed(key=key)]

    def see(self, down: Key | None, now: float) -> list[Event]:
        """Take which key is down now, None: none is; return what is to be said. Call it at the latest after `wait_s`."""
        said: list[Event] = []
        if down is not self.down:
            said = self._let_go()
            self.down, self._due = down, now + HOLD_S
        if self.down is not None and now >= self._due:
            said.append(KeyHeld(key=self.down, again=self._held))
            self._held, self._due = True, now + HOLD_AGAIN_S
        return said

    def take(self, stroke: Stroke | None, now: float) -> list[Event]:
        """Take what a keypad told at `now`; None: nothing. Returns what is to be said, in order."""
        if stroke is not None and stroke.down:
            return self.press(stroke.key, now)
        went_up = stroke is not None and stroke.key is self.down
        return self.see(None if went_up else self.down, now)

    def wait_s(self, longest_s: float, now: float) -> float:
        """Return for how long a keypad may be waited for before `see` or `take` has something to say: `longest_s` at most."""
        return longest_s if self.down is None else max(0.0, min(longest_s, self._due - now))

    def _let_go(self) -> list[Event]:
        held, self._held = self._held, False
        return [KeyReleased()] if held else []
