"""`kiosk run` and `python -m registry serve` as the technician starts them: two processes and a socket between them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from registry.demo_people import DEMO_DOOR
from tests.app.house import House

LIMIT_S = 60.0
CONFIG = """
[door]
id = "DEMO"
[registry]
url = "{url}"
[camera]
{camera}
[keypad]
driver = "none"
[gate]
{gate}
[sound]
driver = "none"
[screen]
driver = "offscreen"
size = "800x480"
[store]
path = "{store}"
[sync]
heartbeat_every_s = 5
"""


class Running:
    """A process of ours, and what it says on standard error."""

    def __init__(self, root: Path, *words: str) -> None:
        self.said: list[str] = []
        self._ended = False
        self._changed = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=root,
            env={name: value for name, value in os.environ.items() if name != "GPIOZERO_PIN_FACTORY"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def says(self, *texts: str) -> None:
        """Wait until each of these stood in some line."""

        def missing() -> list[str]:
            return [text for text in texts if not any(text in line for line in self.said)]

        with self._changed:
            self._changed.wait_for(lambda: self._ended or not missing(), LIMIT_S)
            assert not missing(), self.said

    def stop(self) -> tuple[int, float]:
        """Send SIGTERM; return the exit code and how many seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(LIMIT_S)
        self._reader.join(LIMIT_S)
        return code, time.monotonic() - begun

    def _read(self) -> None:
        with self.process.stderr as lines:
            for line in lines:
                with self._changed:
                    self.said.append(line)
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


@contextmanager
def running(root: Path, *words: str) -> Iterator[Running]:
    process = Running(root, *words)
    try:
        yield process
    finally:
        if process.process.poll() is None:
            process.process.kill()
            process.process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.slow
def test_the_kiosk_comes_up_against_a_registry_sends_a_heartbeat_and_stops_when_it_is_told(root, tmp_path):
    port, data, config = free_port(), tmp_path / "registry.db", tmp_path / "kiosk.toml"
    subprocess.run(
        [sys.executable, "-m", "registry", "demo-data", "--db", data],
        cwd=root,
        check=True,
        capture_output=True,
    )
    config.write_text(
        CONFIG.format(
            url=f"http://127.0.0.1:{port}",
            camera='driver = "replay"',
            gate='driver = "none"',
            store=tmp_path / "kiosk.db",
        )
    )
    serve = ("registry", "serve", "--port", str(port), "--db", str(data))
    with running(root, *serve) as registry, running(root, "kiosk", "run", "--config", str(config)) as kiosk:
        kiosk.says(f"door {DEMO_DOOR} is open for visitors")
        registry.says("GET /v1/policy [200]", "GET /v1/keys [200]", "POST /v1/heartbeat [200]")
        code, seconds = kiosk.stop()
        assert code == 0, kiosk.said
        assert seconds < 5, kiosk.said
        assert not [line for line in kiosk.said if "Traceback" in line]


@pytest.mark.slow
def test_without_registry_camera_and_gate_it_comes_up_and_says_what_is_missing(root, tmp_path):
    config = tmp_path / "kiosk.toml"
    config.write_text(
        CONFIG.format(
            url=f"http://127.0.0.1:{free_port()}",
            camera='driver = "v4l2"\ndevice = "/dev/video-nowhere"',
            gate='driver = "gpio"\nentry_pin = 17',
            store=tmp_path / "kiosk.db",
        )
    )
    with running(root, "kiosk", "run", "--config", str(config)) as kiosk:
        kiosk.says(
            "is open for visitors",
            "camera: ",
            "/dev/video-nowhere",
            "gate: ",
            "not refreshed: refused",
        )
        code, seconds = kiosk.stop()
        assert code == 0, kiosk.said
        assert seconds < 5, kiosk.said
        assert not [line for line in kiosk.said if "Traceback" in line]


def test_stopping_waits_for_no_long_poll(tmp_path, registry, clock):
    with House(tmp_path, registry, clock, venue_code=True) as house:
        house.ready()
        assert registry.wait_for_listener(DEMO_DOOR, 30)
        begun = clock.mono()
    assert clock.mono() - begun < 3, "less than what one worker that hangs is given"
