"""Which decoder is at work, for whoever has to say it when this process is dead; and the rest of one that has just killed it.

A code that crashes a decoder is held up to the camera again at once, and would crash it again: the engine rests, and where there is
another one it reads in its place.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Mapping

from kiosk.ports import Decoder, Grey, Reading

REST_S = 30.0
"""So long an engine that crashed is not used."""
_ROOM = 16
"""Bytes for an engine's name."""


class AtWork:
    """A few bytes that outlive this process: the name of the engine that has a picture. Shared over a fork."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _ROOM)

    def begin(self, padded: bytes) -> None:
        """An engine takes a picture; `padded` is its name as `padded` returns it."""
        self._memory[:] = padded

    def end(self) -> None:
        """It has come back from it."""
        self._memory[0] = 0

    @staticmethod
    def padded(name: str) -> bytes:
        """Return a name as `begin` takes it."""
        return name.encode()[:_ROOM].ljust(_ROOM, b"\0")

    @property
    def name(self) -> str:
        """Which engine has a picture; empty where none has."""
        return self._memory[:].partition(b"\0")[0].decode(errors="replace")


class EngineGuard:
    """Guards the engines of one process: each says when it is at work, and rests until its moment by the monotonic clock."""

    def __init__(
        self,
        at_work: AtWork | None = None,
        rests_until: Mapping[str, float] | None = None,
        *,
        mono: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Without arguments nothing is guarded: whoever decodes in a process of no worth asks nobody."""
        self._at_work, self._rests_until, self._mono = at_work, rests_until or {}, mono

    def __call__(self, engine: Decoder, name: str, *, instead: Decoder | None = None) -> Decoder:
        """Return the engine, guarded; `instead` decodes while it rests. Without one nothing is read then."""
        if self._at_work is None:
            return engine
        until = self._rests_until.get(name, float("-inf"))
        return _Guarded(engine, name, self._at_work, until, self._mono, instead)


class _Guarded:
    """Port `Decoder`."""

    def __init__(
        self,
        engine: Decoder,
        name: str,
        at_work: AtWork,
        rests_until: float,
        mono: Callable[[], float],
        instead: Decoder | None,
    ) -> None:
        self.name = engine.name
        self._engine, self._padded, self._at_work = engine, AtWork.padded(name), at_work
        self._rests_until, self._mono, self._instead = rests_until, mono, instead

    def decode(self, frame: Grey) -> list[Reading]:
        if self._mono() < self._rests_until:
            return [] if self._instead is None else self._instead.decode(frame)
        self._at_work.begin(self._padded)
        readings = self._engine.decode(frame)
        self._at_work.end()
        return readings
