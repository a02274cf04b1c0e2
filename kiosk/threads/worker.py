"""A named thread with one body, which is heard of for as long as it lives. It never ends because a body stumbled."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from kiosk.threads.heartbeats import Heartbeats, Pulse

log = logging.getLogger(__name__)

SILENCE_S = 30.0
"""The longest silence of a worker that says nothing else: more than any one call that it makes may take."""
BEAT_S = 1.0
"""How often who waits is heard of."""
STUMBLED_S = 1.0
"""The pause before a body that stumbled begins anew."""


class Stop(threading.Event):
    """What a body looks at. Each look is a sign of life, and who waits here is not silent."""

    def __init__(self, pulse: Pulse | None = None) -> None:
        super().__init__()
        self._pulse = pulse

    def is_set(self) -> bool:
        """Whether to stop."""
        self._beat()
        return super().is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait to be told to stop, at most `timeout` seconds. Returns whether to stop."""
        left = float("inf") if timeout is None else timeout
        while True:
            self._beat()
            if super().wait(max(0.0, min(left, BEAT_S))):
                return True
            left -= BEAT_S
            if left <= 0:
                return False

    def wait_for(self, event: threading.Event, seconds: float) -> None:
        """Wait for something else, at most `seconds`, or to be told to stop."""
        left = seconds
        while left > 0 and not self.is_set() and not event.wait(min(left, BEAT_S)):
            left -= BEAT_S

    def _beat(self) -> None:
        if self._pulse is not None:
            self._pulse.beat()


Body = Callable[[Stop], None]


class Worker:
    """A thread, stopped by what its body looks at."""

    def __init__(
        self, name: str, body: Body, *, heartbeats: Heartbeats | None = None, silence_s: float = SILENCE_S
    ) -> None:
        """The body promises to look whether to stop at least every `silence_s` seconds, whatever happens in a driver."""
        self.name = name
        self._pulse = None if heartbeats is None else heartbeats.promise(name, silence_s)
        self._stop = Stop(self._pulse)
        self._body = body
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Have it end when it next looks; returns at once. From now on nobody waits to hear of it."""
        if self._pulse is not None:
            self._pulse.end()
        self._stop.set()

    def stop(self, wake: Callable[[], None] = lambda: None, wait_s: float = 3.0) -> None:
        """Ask it to end, wake it, and wait a little; a body that hangs in a driver is left behind (it is a daemon)."""
        self.ask_to_stop()
        wake()
        if self._thread.is_alive():
            self._thread.join(wait_s)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._body(self._stop)
                return  # not told to: then it falls silent, and that is seen
            except Exception:
                log.exception("worker %s stumbled and begins anew", self.name)
                self._stop.wait(STUMBLED_S)
