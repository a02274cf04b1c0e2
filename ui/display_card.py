"""Finds the graphics card that has a screen: on a Pi 5 there are several, and their numbers change between boots.

Reads only what the kernel says under /sys/class/drm.
"""

from __future__ import annotations

import re
from pathlib import Path

DRM = Path("/sys/class/drm")


def connected_card(drm: Path = DRM) -> int | None:
    """Return the number of the first card with a connected connector, None where no screen is plugged in."""
    cards = []
    for status in drm.glob("card*-*/status"):
        card = re.match(r"card(\d+)-", status.parent.name)
        if card and _text(status) == "connected":
            cards.append(int(card[1]))
    return min(cards, default=None)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
