"""`kiosk run` and `python -m registry serve` as the technician starts them: two processes and a socket between them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from kiosk.workers.listening import POLL_S
from registry.demo_people import DEMO_DOOR
from tests.app.house import House
from tests.app.processes import Running, done, free_port, running
from tests.enrolled import enrolled

STOPS_WITHIN_S = POLL_S - 5
"""Far from quick, for a machine that does other things as well, and still no long poll was waited for."""
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


def stops_well(kiosk: Running) -> None:
    code, seconds = kiosk.stop()
    assert code == 0, kiosk.said
    assert seconds < STOPS_WITHIN_S, kiosk.said
    assert not [line for line in kiosk.said if "Traceback" in line]


def enrolment_code(root: Path, data: Path, url: str) -> str:
    """Return what the registry's keeper hands to the technician for the demo's door."""
    printed = done(
        root, "registry", "enrolment", "create", "--door", DEMO_DOOR, "--address", url, "--db", str(data)
    )
    return next(line for line in printed.splitlines() if line.startswith("AQE1:"))


@pytest.mark.slow
def test_a_kiosk_that_is_nobodys_says_so_and_becomes_a_door_by_a_code_that_was_typed_beside_it(
    root, tmp_path
):
    port, data, config = free_port(), tmp_path / "registry.db", tmp_path / "kiosk.toml"
    url = f"http://127.0.0.1:{port}"
    done(root, "registry", "demo-data", "--db", str(data))
    config.write_text(
        CONFIG.format(
            url="http://127.0.0.1:9",
            camera='driver = "replay"',
            gate='driver = "none"',
            store=tmp_path / "kiosk.db",
        )
    )
    serve = ("registry", "serve", "--port", str(port), "--db", str(data))
    with running(root, *serve) as registry, running(root, "kiosk", "run", "--config", str(config)) as kiosk:
        kiosk.says("this device belongs to no door: show it an enrolment code, or run `kiosk enrol`")
        registry.says("the registry answers at")
        assert not any("is open for visitors" in line for line in kiosk.said)
        code = enrolment_code(root, data, url)
        done(root, "kiosk", "enrol", "--yes", "--config", str(config), said=code)
        kiosk.says(f"door {DEMO_DOOR} is open for visitors")
        registry.says(
            "GET /v1/policy [200]",
            "GET /v1/keys [200]",
            "GET /v1/revocations [200]",
            "POST /v1/heartbeat [200]",
        )
        stops_well(kiosk)
        assert not any(code.partition(":")[2] in line for line in kiosk.said + registry.said)


@pytest.mark.slow
def test_a_kiosk_that_is_nobodys_stops_when_it_is_told(root, tmp_path):
    config = tmp_path / "kiosk.toml"
    config.write_text(
        CONFIG.format(
            url="http://127.0.0.1:9",
            camera='driver = "replay"',
            gate='driver = "none"',
            store=tmp_path / "kiosk.db",
        )
    )
    with running(root, "kiosk", "run", "--config", str(config)) as kiosk:
        kiosk.says("this device belongs to no door")
        stops_well(kiosk)


@pytest.mark.slow
def test_without_registry_camera_and_gate_it_comes_up_and_says_what_is_missing(root, tmp_path, registry):
    config = tmp_path / "kiosk.toml"
    enrolled(registry, tmp_path / "kiosk.db", DEMO_DOOR, url=f"http://127.0.0.1:{free_port()}")
    config.write_text(
        CONFIG.format(
            url="http://127.0.0.1:9",
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
        stops_well(kiosk)


def test_stopping_waits_for_no_long_poll(tmp_path, registry, clock):
    with House(tmp_path, registry, clock, venue_code=True) as house:
        house.ready()
        assert registry.wait_for_listener(DEMO_DOOR, 30)
        [listening] = [thread for thread in threading.enumerate() if thread.name == "listen"]
    listening.join(STOPS_WITHIN_S)
    assert not listening.is_alive()
