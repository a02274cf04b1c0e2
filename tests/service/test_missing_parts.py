"""The real `kiosk run` without a network, without a camera, without a display: it works, and says what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from registry.demo_people import DEMO_DOOR
from tests.app.around import HouseClock, open_registry
from tests.app.test_processes import CONFIG, free_port, running, stops_well
from tests.enrolled import enrolled

pytestmark = pytest.mark.concurrent

NO_CAMERA = 'driver = "v4l2"\ndevice = "/dev/video-nowhere"'


@pytest.fixture
def kiosk(tmp_path, root, manager):
    """Start a kiosk that was enrolled once and is alone now; `screen` is how the settings call its driver."""

    def start(*, screen: str, camera: str = 'driver = "replay"', **env: str):
        with open_registry(HouseClock()) as registry:
            enrolled(registry, tmp_path / "kiosk.db", DEMO_DOOR, url=f"http://127.0.0.1:{free_port()}")
        config = tmp_path / "kiosk.toml"
        text = CONFIG.format(
            url="http://127.0.0.1:9", camera=camera, gate='driver = "none"', store=tmp_path / "kiosk.db"
        )
        config.write_text(text.replace('driver = "offscreen"', f'driver = "{screen}"'))
        return running(root, "kiosk", "run", "--config", str(config), NOTIFY_SOCKET=manager.address, **env)

    return start


def status_with(manager, *words: str) -> str:
    """Wait for a status that has all these words in it."""
    while True:
        message = manager.next()
        if message.startswith("STATUS=") and all(word in message for word in words):
            return message


@pytest.mark.slow
@pytest.mark.skipif(Path("/dev/dri").exists(), reason="this machine may have a screen")
def test_without_network_camera_and_display_it_is_ready_open_for_visitors_and_says_what_is_missing(
    kiosk, manager
):
    with kiosk(screen="kmsdrm", camera=NO_CAMERA) as running:
        told = manager.until("READY=1")
        if not any("camera" in message and "display" in message for message in told):
            status_with(manager, "Open for visitors, without ", "camera", "display", "Offline")
        running.says(
            "is open for visitors",
            "display: no display is connected: plug it in",
            "camera: ",
            "not refreshed: refused",
        )
        stops_well(running)


@pytest.mark.slow
@pytest.mark.skipif(
    not shutil.which("Xvfb"), reason="needs an X server without a screen: apt-get install xvfb"
)
def test_a_display_that_appears_later_is_taken_by_the_running_door(kiosk, manager):
    display = f":{1000 + os.getpid() % 30_000}"
    with kiosk(screen="x11", DISPLAY=display) as running:
        status_with(manager, "Open for visitors, without display")
        server = subprocess.Popen(
            ["Xvfb", display, "-screen", "0", "800x480x24", "-nolisten", "tcp"], stderr=subprocess.DEVNULL
        )
        try:
            running.says("screen: 800x480 through x11", "display: works again")
            assert "without" not in status_with(manager, "Open for visitors")
            stops_well(running)
        finally:
            server.terminate()
            server.wait(30)
