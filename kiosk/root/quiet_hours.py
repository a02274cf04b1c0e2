"""A sounder that is silent while the venue's neighbours sleep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kiosk.core.effects import Sound
from kiosk.core.rule.policy import Window
from kiosk.ports import Sounder


class QuietHours:
    """Port `Sounder`: silent during some hours of the venue's day."""

    def __init__(self, sounder: Sounder, hours: Window, local: Callable[[], datetime]) -> None:
        self._sounder = sounder
        self._hours = hours
        self._local = local

    def play(self, sound: Sound) -> None:
        """Sound, unless it is night."""
        if not self._hours.holds(self._local()):
            self._sounder.play(sound)

    def close(self) -> None:
        """Fall silent for good."""
        self._sounder.close()
