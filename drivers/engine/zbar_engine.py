"""ZBar through pyzbar as a Decoder: the second opinion, for what zxing-cpp misses.

It must never raise: pyzbar does, for one structured-append code, and a loop without a guard stops there (docs/facts.md#decoders).
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from kiosk.errors import DriverMissing
from kiosk.ports import Grey, Reading


def load_pyzbar() -> ModuleType:
    """Import pyzbar, which loads libzbar as it is imported."""
    from pyzbar import pyzbar

    loaded: ModuleType = pyzbar
    return loaded


class ZbarDecoder:
    """Finds QR codes, dark on light. Raises DriverMissing when it is made without its library."""

    name = "zbar"

    def __init__(self, *, load: Callable[[], ModuleType] = load_pyzbar) -> None:
        try:
            self._pyzbar = load()
        except ImportError as missing:
            raise DriverMissing(
                f"expected pyzbar and its library, Python says: {missing}. Install them: apt install libzbar0, pip install pyzbar"
            ) from missing
        # Every symbology at once takes twice as long and finds more in a wall than codes.
        self._symbols = [self._pyzbar.ZBarSymbol.QRCODE]

    def decode(self, frame: Grey) -> list[Reading]:
        """Return every code that could be read. A code that makes pyzbar raise costs this frame's second opinion, no more."""
        try:
            codes = self._pyzbar.decode(np.ascontiguousarray(frame), symbols=self._symbols)
            return [
                # ZBar guesses a character set and gives UTF-8; what is not is replaced, and no pass holds a replacement.
                Reading(text=code.data.decode("utf-8", "replace"), corners=_corners(code), engine=self.name)
                for code in codes
            ]
        except Exception:  # a Decoder is total (ports.py)
            return []


def _corners(code: Any) -> tuple[tuple[int, int], ...]:
    if len(code.polygon) == 4:
        return tuple((int(x), int(y)) for x, y in code.polygon)
    left, top, width, height = code.rect
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))
