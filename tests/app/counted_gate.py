"""`python -m tests.app.counted_gate FILE PIN run --config ...`: a kiosk whose pins are gpiozero's mock ones, and a count.

The count, how often the pin went up until the kiosk stopped, is in FILE afterwards: the gate's own word, beside all records.
"""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from pathlib import Path

os.environ["GPIOZERO_PIN_FACTORY"] = "mock"

from gpiozero import Device

from kiosk.commands.cli import main


def _counted(file: Path, pin: int, words: list[str]) -> int:
    code = main(words)
    states = [] if Device.pin_factory is None else Device.pin_factory.pin(pin).states
    up = sum(later.state and not one.state for one, later in pairwise(states))
    file.write_text(str(up), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(_counted(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
