"""Opens a thing in a thread of its own: a camera that hangs while it is opened must hang nobody.

It never opens a thing twice at the same time: a driver that hangs once hangs twice, and each costs a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

LOOK_S = 0.2
"""How often it is looked whether we were told to stop meanwhile."""


class Thing(Protocol):
    """Whatever can be opened and given back."""

    def close(self) -> None:
        """Give it back."""
        ...


AnyThing = TypeVar("AnyThing", bound=Thing)


class Opening(Generic[AnyThing]):
    """One attempt, begun when it is made."""

    def __init__(self, name: str, open_thing: Callable[[], AnyThing]) -> None:
        self._open = open_thing
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._abandoned = False
        self._thing: AnyThing | None = None
        self._failure: BaseException | None = None
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def take(self, wait_s: float, stop: threading.Event) -> AnyThing | None:
        """Return the thing; None where it did not open within `wait_s` seconds or we were told to stop. Raises what it raised."""
        while not self._done.wait(min(wait_s, LOOK_S)):
            wait_s -= LOOK_S
            if wait_s <= 0 or stop.is_set():
                return None
        if self._failure is not None:
            raise self._failure
        thing, self._thing = self._thing, None
        return thing

    def abandon(self) -> None:
        """Nobody wants it any more: when it opens all the same, it is given back at once."""
        with self._lock:
            self._abandoned = True
            thing, self._thing = self._thing, None
        if thing is not None:
            thing.close()

    def _run(self) -> None:
        try:
            thing = self._open()
        except BaseException as failure:  # the top of a thread: it goes to whoever takes
            self._failure = failure
        else:
            with self._lock:
                if not self._abandoned:
                    self._thing, thing = thing, None  # type: ignore[assignment]
            if thing is not None:
                thing.close()
        self._done.set()
