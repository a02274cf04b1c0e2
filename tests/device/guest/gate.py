"""Says on the first serial line, which is kept outside of the guest, whenever the gate's relay gets power or loses it."""

import os
import time
from pathlib import Path

RELAY = "sim_gpio17/value"
LOOK_S = 0.03
"""Shorter than any pulse."""


def main() -> None:
    """Watch the line for as long as the machine runs."""
    line = next(Path("/sys/devices/platform").glob(f"gpio-sim.*/gpiochip*/{RELAY}"))
    console = os.open("/dev/ttyS0", os.O_WRONLY | os.O_NOCTTY)
    before = b"0"
    while True:
        level = line.read_bytes().strip()
        if level != before:
            os.write(console, b"GATE %s\n" % level)
            before = level
        time.sleep(LOOK_S)


if __name__ == "__main__":
    main()
