"""The same text held before the camera is one event, not fifteen a second.

It keeps no text: a keyed hash stands for each, because a code may hold an identifier, and the key dies with the process. It
must never grow with what strangers show. Camera and desk scanner share one, from their own threads: a pass that both see is
one event.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable

from kiosk.ports import Reading

KEPT = 64
"""Texts remembered at once; the one that was seen longest ago is forgotten first."""


class Repeats:
    """Tells which readings are new. `hold_s`: seconds for which a text must have been out of sight to be new again."""

    def __init__(self, hold_s: float = 3.0) -> None:
        self._hold_s = hold_s
        self._lock = threading.Lock()
        self._key = secrets.token_bytes(16)
        self._seen_at: OrderedDict[bytes, float] = OrderedDict()

    def new(self, readings: Iterable[Reading], mono: float) -> list[Reading]:
        """Return the readings that were not seen within the hold, in their order; `mono` is in seconds."""
        return [reading for reading in readings if self.is_new(reading.text, mono)]

    def is_new(self, text: str, mono: float) -> bool:
        """Return whether a text was not seen within the hold, and take it for seen now."""
        # surrogatepass: a text may be anything, and this must not be what raises.
        digest = hashlib.blake2b(
            text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16
        ).digest()
        with self._lock:
            before = self._seen_at.pop(digest, None)
            self._seen_at[digest] = mono
            if len(self._seen_at) > KEPT:
                self._seen_at.popitem(last=False)
        return before is None or mono - before >= self._hold_s
