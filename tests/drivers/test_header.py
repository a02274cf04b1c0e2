"""Which chip drives gate, lamp, sensors and keys: gpiozero as it is, in a process of its own, with a stand-in for lgpio."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.concurrent

ROOT = Path(__file__).resolve().parents[2]
LGPIO = """
BOTH_EDGES, RISING_EDGE, FALLING_EDGE, SET_PULL_NONE = 3, 1, 2, 128
SET_PULL_UP, SET_PULL_DOWN, SET_ACTIVE_LOW, SET_OPEN_DRAIN, SET_OPEN_SOURCE = 32, 64, 4, 8, 16
opened = []
def gpiochip_open(chip):
    opened.append(chip)
    return 0
def gpiochip_close(handle): return 0
def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *_, **__: 0
"""
"""As much of the library as is asked before a pin moves. It writes down which chip was opened."""

TAKES = """
import os, sys
sys.path.insert(0, sys.argv[1])
os.environ.pop("GPIOZERO_PIN_FACTORY", None)
import lgpio
from drivers.pins.header import take_header
from drivers.pins.pins import pins
from kiosk.errors import DriverError, DriverMissing

def find():
    if sys.argv[2] == "none":
        raise DriverMissing("expected the GPIO header, found gpiochip0 (mcp23017)")
    return int(sys.argv[2])

try:
    first, again = take_header(find=find), take_header(find=lambda: 99)
    print(lgpio.opened, first is again)
except DriverMissing as missing:
    print(missing, lgpio.opened)
"""


def takes(folder: Path, header: str) -> str:
    (folder / "lgpio.py").write_text(LGPIO)
    done = subprocess.run(
        [sys.executable, "-c", TAKES, str(folder), header],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("number", ["0", "4", "11"])
def test_the_chip_that_is_the_header_is_driven_and_opened_once(tmp_path, number):
    assert takes(tmp_path, number) == f"[{number}] True"


def test_the_pins_of_a_chip_that_is_no_header_are_never_switched(tmp_path):
    assert takes(tmp_path, "none") == "expected the GPIO header, found gpiochip0 (mcp23017) []"
