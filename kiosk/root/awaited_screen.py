"""A screen that may be plugged in later, or pulled: the door works without one, and takes it when it is there.

Main thread only, as SDL wants it. It must never keep a visitor waiting: a screen is set up (a quarter of a second, on a Pi
one or two) only while nobody is being answered.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.core.events import Key
from kiosk.core.screen.view import Page, View
from kiosk.errors import DriverError, DriverMissing
from kiosk.ports import Grey, Screen

LOOK_S = 3.0
"""How often it looks whether a screen was plugged in or pulled."""
LONGEST_PAUSE_S = 60.0
"""One that is there and cannot be used is tried again after LOOK_S, then after twice as long, up to this."""
BUSY = frozenset({Page.CHECKING, Page.RESULT, Page.KEYPAD, Page.CONFIRM})
"""Somebody is being answered, or types."""


class AwaitedScreen:
    """Port `Screen`, whose `show` raises DriverMissing for as long as there is none."""

    def __init__(
        self, open_screen: Callable[[], Screen], *, plugged: Callable[[], bool], mono: Callable[[], float]
    ) -> None:
        """Open the screen now, if there is one. `plugged` tells at little cost whether it is worth trying."""
        self._open_screen = open_screen
        self._plugged = plugged
        self._mono = mono
        self._screen: Screen | None = None
        self._why = ""
        self._look_at = self._try_at = float("-inf")
        self._pause_s = LOOK_S
        self._look(free=True)

    def show(self, view: View, preview: Grey | None = None) -> None:
        """Paint the view. Raises DriverMissing while there is no screen: it says why, and the next call may find one."""
        self._look(free=view.page not in BUSY)
        if self._screen is None:
            raise DriverMissing(self._why)
        self._screen.show(view, preview)

    @property
    def down(self) -> Key | None:
        """The key that is down now; none while there is no screen."""
        return None if self._screen is None else self._screen.down

    def poll(self) -> list[Key]:
        """Return the keys typed or touched since the last call; none while there is no screen."""
        return [] if self._screen is None else self._screen.poll()

    def close(self) -> None:
        """Give the display back."""
        if self._screen is not None:
            self._screen.close()
            self._screen = None

    def _look(self, *, free: bool) -> None:
        now = self._mono()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_S
        if not self._plugged():
            self._gone()
        elif self._screen is None and free and now >= self._try_at:
            self._try(now)

    def _gone(self) -> None:
        self.close()
        self._why = "no display is connected: plug it in, the door takes it within seconds"
        self._try_at, self._pause_s = float("-inf"), LOOK_S

    def _try(self, now: float) -> None:
        try:
            self._screen = self._open_screen()
        except DriverError as failure:
            self._why = str(failure)
            self._try_at = now + self._pause_s
            self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
        else:
            self._pause_s = LOOK_S
