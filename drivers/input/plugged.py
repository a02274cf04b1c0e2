"""A thing on a USB plug that gives bytes or events: opened by the first read, and again after it was unplugged.

One piece for keypads and desk scanners of every kind. It must never wait longer than it was told, and never say what came.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from kiosk.errors import DriverError


class Readable(Protocol):
    """What is behind the plug: a file of the kernel that select() takes. Every call raises OSError once it is unplugged."""

    fd: int

    def close(self) -> None: ...


_Thing = TypeVar("_Thing", bound=Readable)
_Taken = TypeVar("_Taken")


class Plugged(Generic[_Thing]):
    """One thing by its name. May be closed from another thread, once a `take` that waits has returned."""

    def __init__(self, what: str, name: str, open_thing: Callable[[str], _Thing]) -> None:
        """Touch nothing yet. `what` is the word in messages ("keypad"), `name` what `open_thing` is called with.

        `open_thing` raises DriverMissing or DriverError.
        """
        self._what = what
        self._name = name
        self._open = open_thing
        self._lock = threading.Lock()  # close() must not take the file from under a select()
        self._thing: _Thing | None = None
        self._closed = False

    def take(self, deadline: float, take_from: Callable[[_Thing], _Taken | None]) -> _Taken | None:
        """Return the next that `take_from` gives, or None when the monotonic clock says `deadline`.

        Raises DriverMissing where there is nothing, DriverError where it went away or may not be read; the next call
        looks for it again.
        """
        with self._lock:
            if self._closed:
                raise DriverError(f"the {self._what} is closed: it was read after the kiosk's stop")
            if self._thing is None:
                self._thing = self._open(self._name)
            try:
                while True:
                    taken = take_from(self._thing)
                    if taken is not None:
                        return taken
                    left = deadline - time.monotonic()
                    if left <= 0:
                        return None
                    select.select([self._thing.fd], [], [], left)
            except OSError as error:
                self._let_go()
                raise DriverError(
                    f"the {self._what} {self._name} went away ({error.strerror}): plug it in again"
                ) from error

    def close(self) -> None:
        """Give it back."""
        with self._lock:
            self._closed = True
            self._let_go()

    def _let_go(self) -> None:
        if self._thing is not None:
            with suppress(OSError):  # it may be gone already
                self._thing.close()
            self._thing = None
