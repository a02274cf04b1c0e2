"""A window on a real X server: the pixels that the server holds are the pixels that were painted."""

import os
import select
import shutil
import struct
import subprocess
import sys

import numpy as np
import pytest

from tests.ui.pictures import different, pixels
from tests.ui.scenes import SCENES
from ui.paint import paint
from ui.theme import DAYTIME

pytestmark = pytest.mark.concurrent

SIZE = (800, 480)
LIMIT_S = 60
SHOW = """
import sys
from tests.ui.scenes import SCENES
from ui.screen import PygameScreen
screen = PygameScreen(size=(800, 480), driver="x11")
for name in sys.stdin:
    screen.show(SCENES[name.strip()])
    screen.poll()
    print("shown", flush=True)
"""


def frame_buffer(file):
    """What the X server shows: uint8, shape (height, width, 3), from its memory in xwd format."""
    raw = file.read_bytes()
    header = struct.unpack(">25I", raw[:100])
    header_size, width, height, row_bytes, colours = header[0], header[4], header[5], header[12], header[19]
    start = header_size + colours * 12
    rows = np.frombuffer(raw[start : start + row_bytes * height], np.uint8).reshape(height, row_bytes // 4, 4)
    return rows[:, :width, 2::-1]


@pytest.fixture
def x_server(tmp_path):
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("needs an X server without a screen: apt-get install xvfb")
    read, write = os.pipe()
    command = [
        program,
        "-displayfd",
        str(write),
        "-screen",
        "0",
        "800x480x24",
        "-fbdir",
        str(tmp_path),
        "-nolisten",
        "tcp",
    ]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        assert select.select([read], [], [], LIMIT_S)[0], "Xvfb did not start"
        yield f":{os.read(read, 16).decode().strip()}", tmp_path / "Xvfb_screen0"
    finally:
        os.close(read)
        server.terminate()
        server.wait(LIMIT_S)


def test_a_real_window_shows_the_same_pixels_as_the_unseen_one(x_server, root):
    display, memory = x_server
    env = os.environ | {"DISPLAY": display, "PYTHONPATH": str(root), "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    window = subprocess.Popen(
        [sys.executable, "-c", SHOW],
        env=env,
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for name in ("green", "red", "keypad", "idle"):
            window.stdin.write(f"{name}\n")
            window.stdin.flush()
            assert select.select([window.stdout], [], [], LIMIT_S)[0], "the window did not answer"
            assert window.stdout.readline() == "shown\n"
            assert different(frame_buffer(memory), pixels(paint(SCENES[name], DAYTIME, SIZE)), by=0) == 0
    finally:
        window.stdin.close()
        window.terminate()
        window.wait(LIMIT_S)
        window.stdout.close()
