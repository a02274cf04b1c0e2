"""The service's console on a real terminal of the kernel."""

import os
import select
import subprocess
import sys

import pytest

from kiosk.service.console import hush

LIMIT_S = 30.0
ORDERS = b"\x03\x1c\x1a"
"""Ctrl-C, Ctrl-\\, Ctrl-Z."""


@pytest.fixture
def terminal():
    keyboard, console = os.openpty()
    yield keyboard, console
    os.close(keyboard)
    os.close(console)


def seen(keyboard: int, console: int, typed: bytes) -> bytes:
    """Type a line; return what stands on the console when it has come through, an end mark of the test behind it."""
    os.write(keyboard, typed + b"\n")
    assert os.read(console, 100).strip() == typed
    os.write(console, b"|")
    shown = b""
    while not shown.endswith(b"|"):
        assert select.select([keyboard], [], [], LIMIT_S)[0]
        shown += os.read(keyboard, 100)
    return shown


def test_what_is_typed_is_shown_before_and_not_afterwards(terminal):
    keyboard, console = terminal
    assert b"8501" in seen(keyboard, console, b"8501")
    assert hush(console)
    assert seen(keyboard, console, b"8501") == b"|"


DOOR = """
import fcntl, sys, termios
from kiosk.service.console import hush
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # its controlling terminal, as that of a service with StandardInput=tty
print(hush(0), flush=True)
print(sys.stdin.buffer.read(3).hex(), flush=True)
"""


@pytest.mark.concurrent
def test_no_key_is_an_order_to_the_door(terminal, root):
    keyboard, console = terminal
    door = subprocess.Popen(
        [sys.executable, "-c", DOOR],
        cwd=root,
        stdin=console,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    try:
        assert door.stdout.readline() == "True\n"
        os.write(keyboard, ORDERS)
        assert door.stdout.readline() == ORDERS.hex() + "\n"
        assert door.wait(LIMIT_S) == 0
    finally:
        door.kill()
        door.wait(LIMIT_S)
        door.stdout.close()


def test_what_is_no_terminal_stays_as_it_is(tmp_path):
    (tmp_path / "file").touch()
    with (tmp_path / "file").open() as nothing:
        assert not hush(nothing.fileno())
