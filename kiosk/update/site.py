"""Where everything of an update is, what time it is, and who is told: handed in, so that a test can have another device."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kiosk.core.rule.policy import Window

INSTALLED = Path("/opt/ashyq-kiosk")
KEYS = Path("/etc/ashyq-kiosk/release-keys")


def free_bytes(path: Path) -> int:
    """Return how much room there is on the disk of a folder."""
    return shutil.disk_usage(path).free


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSite:
    """Where everything is, and what time it is."""

    runtime: Path
    """Of the running kiosk: its signs."""
    opt: Path = INSTALLED
    keys: Path = KEYS
    hours: Window | None = None
    """When a release may take over, in local time; None: at any hour."""
    at_once: bool = False
    """Not to wait for the hours, and but shortly for whoever is at the door."""
    local: Callable[[], datetime] = field(default=datetime.now)
    say: Callable[[str], None] = print
    pause: Callable[[float], None] = time.sleep
    mono: Callable[[], float] = time.monotonic
    free: Callable[[Path], int] = field(default=free_bytes)

    def link(self, name: str) -> str:
        """Return the name of the release that `current` or `previous` is; empty where there is none."""
        with contextlib.suppress(OSError):
            return (self.opt / name).readlink().name
        return ""

    @property
    def result(self) -> Path:
        """What became of the last trial, in one line."""
        return self.opt / "last-update"

    @property
    def incoming(self) -> Path:
        """What is on its way in; root's alone, and of no use once the update is over."""
        return self.opt / "incoming"
