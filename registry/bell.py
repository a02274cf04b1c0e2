"""Tells those who wait for a door's events that there is one: from any thread, and without polling."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class Bell:
    """One bell for each door. Whoever waits is an asyncio task; whoever rings may be any thread."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._waiting: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = {}
        self.silent = False
        """Set while the registry goes down: nobody is to wait any longer."""

    @asynccontextmanager
    async def listening(self, door: str) -> AsyncIterator[Callable[[float], Awaitable[bool]]]:
        """Yield `wait(seconds)`: True if the bell rang since the last wait, and False where the time is over.

        Listen first and look for events then: nothing that comes in between is missed.
        """
        rung = asyncio.Event()
        ear = (asyncio.get_running_loop(), rung)

        async def wait(limit_s: float) -> bool:
            try:
                async with asyncio.timeout(limit_s):
                    await rung.wait()
            except TimeoutError:
                return False
            rung.clear()
            return True

        with self._change:
            self._waiting.setdefault(door, set()).add(ear)
            self._change.notify_all()
            if self.silent:
                rung.set()
        try:
            yield wait
        finally:
            with self._change:
                self._waiting[door].discard(ear)

    def wait_for_listener(self, door: str, limit_s: float) -> bool:
        """Block until somebody listens at a door; False where nobody came within the limit."""
        with self._change:
            return bool(self._change.wait_for(lambda: self._waiting.get(door), limit_s))

    def ring(self, door: str) -> None:
        """Something happened at a door."""
        with self._change:
            for loop, rung in self._waiting.get(door, ()):
                loop.call_soon_threadsafe(rung.set)

    def hush(self) -> None:
        """Send everybody away who waits, and those who come."""
        with self._change:
            self.silent = True
            for loop, rung in set().union(*self._waiting.values()):
                loop.call_soon_threadsafe(rung.set)

    def unhush(self) -> None:
        """Let people wait again."""
        with self._change:
            self.silent = False
