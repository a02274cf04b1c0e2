"""What camera and desk scanner share: the memory of what was read a moment ago, and what a text means at this door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.core.door.state import Setup
from kiosk.reader.repeats import Repeats
from kiosk.root.storage import Storage
from kiosk.root.uplink import Uplink
from kiosk.settings import Settings
from kiosk.workers.understanding import Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The codes of one door."""

    repeats: Repeats
    understand: Understanding
    mono: Callable[[], float]

    def is_new(self, text: str) -> bool:
        """Whether a text was not seen a moment ago; it is taken for seen now."""
        return self.repeats.is_new(text, self.mono())


def codes_of(
    settings: Settings, setup: Setup, storage: Storage, uplink: Uplink, mono: Callable[[], float]
) -> Codes:
    """Return what reads at this door share."""
    return Codes(
        repeats=Repeats(settings.reader.hold_s),
        understand=Understanding(
            door=setup.door,
            venue_url=setup.venue_code_url,
            keyring=uplink.keyring,
            is_revoked=storage.revoked.is_revoked,
        ),
        mono=mono,
    )
