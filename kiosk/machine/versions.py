"""What `kiosk version` prints: the kiosk's version, and that of all it stands on."""

from __future__ import annotations

import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version

from kiosk import __version__

LIBRARIES = (
    "pygame-ce",
    "numpy",
    "opencv-python-headless",
    "zxing-cpp",
    "gpiozero",
    "sqlite-utils",
    "cryptography",
)


def lines() -> list[str]:
    """Return one line for each."""
    machine = f"{platform.system()} {platform.machine()}"
    versions = [
        f"kiosk {__version__}",
        f"Python {platform.python_version()} on {machine}, SQLite {sqlite3.sqlite_version}",
    ]
    for library in LIBRARIES:
        try:
            versions.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            versions.append(f"{library} not installed")
    return versions
