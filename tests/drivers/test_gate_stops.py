"""The interpreter ends in mid-pulse, and nobody called close(): a process of its own, on the real clock."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.concurrent

_PROGRAM = """
import atexit, os, signal, sys, threading
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPin

class Told(MockPin):
    def _set_state(self, value):
        super()._set_state(value)
        os.write(1, b"1" if value else b"0")
    def _set_function(self, value):
        super()._set_function(value)
        os.write(1, value[:1].encode())

Device.pin_factory = MockFactory(pin_class=Told)
from drivers.gate.gpio_gate import GpioGate
from kiosk.core.model import Direction

gate = GpioGate(entry_pin=17, pulse_s=600, max_on_s=600, fail=FAIL)
END
"""
_OPEN = "gate.open(Direction.ENTRY)\n"


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(_OPEN, id="the-program-ends"),
        pytest.param(_OPEN + "sys.exit(3)", id="SystemExit"),
        pytest.param(_OPEN + "raise RuntimeError", id="an-exception"),
        pytest.param(_OPEN + "signal.raise_signal(signal.SIGINT)", id="KeyboardInterrupt"),
        pytest.param(
            _OPEN + "t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()",
            id="an-exception-in-a-thread",
        ),
    ],
)
@pytest.mark.parametrize("fail", ["secure", "safe"])
def test_however_the_program_ends_the_line_is_switched_off_before_it_is_let_go(
    root, end, fail, interruptible
):
    program = _PROGRAM.replace("FAIL", repr(fail)).replace("END", end)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.rstrip("i").endswith("0"), (done.stdout, done.stderr)
    assert "1" in done.stdout, "it was never under power: the test proves nothing"


def test_a_magnet_that_waits_is_let_go_when_the_program_ends(root):
    program = _PROGRAM.replace("FAIL", "'safe'").replace("END", "")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.rstrip("i").endswith("10"), (done.stdout, done.stderr)
