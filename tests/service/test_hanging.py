"""A running door of which something hangs: the watchdog goes hungry, and the rest of the door works until it bites."""

from __future__ import annotations

import logging
import os
import signal
import threading

import pytest

from kiosk.core.strokes import Stroke
from kiosk.service.systemd import Systemd
from kiosk.service.watchdog import Watchdog
from registry.demo_people import DEMO_DOOR
from simulator.keypad import FakeKeypad
from tests.app.around import HouseClock, open_registry
from tests.app.house import House
from tests.app.test_processes import CONFIG, free_port, running, stops_well
from tests.enrolled import enrolled

pytestmark = pytest.mark.concurrent

LIMIT_S = 30.0


class StuckKeypad(FakeKeypad):
    """A keypad of which a read does not come back, as of a device whose driver waits for it in the kernel."""

    def __init__(self, well: threading.Event, stuck: threading.Event) -> None:
        super().__init__()
        self._well = well
        self._stuck = stuck

    def read(self, wait_s: float) -> Stroke | None:
        if not self._well.is_set():
            self._stuck.set()
            self._well.wait(LIMIT_S)
        return super().read(wait_s)


class HouseWithStuckKeypad(House):
    """A house in which the keypad can be made to hang."""

    well, stuck = threading.Event(), threading.Event()

    def _open_keypad(self) -> FakeKeypad:
        self.keypad = StuckKeypad(self.well, self.stuck)
        return self.keypad


@pytest.fixture
def clock():
    return HouseClock()


def test_a_driver_that_does_not_come_back_stops_the_feeding_and_is_named_while_visitors_still_come_in(
    tmp_path, clock, manager, caplog
):
    caplog.set_level(logging.WARNING)
    HouseWithStuckKeypad.well.set()
    with open_registry(clock) as registry, HouseWithStuckKeypad(tmp_path, registry, clock) as house:
        house.ready()
        heartbeats = house.app.heartbeats
        watchdog = Watchdog(heartbeats, Systemd(manager.address, watchdog_s=30), mono=clock.mono)
        assert {each.name for each in heartbeats.heard()} == {
            "ask-0", "ask-1", "ask-2", "documents", "keypad", "presence", "scan", "store", "sync", "upkeep",
        }  # fmt: skip
        watchdog.look()
        assert manager.came()[-1] == "WATCHDOG=1"

        house.well.clear()
        house.until(house.stuck.is_set, "a read that does not come back")
        clock.skip(31)
        house.until(lambda: [each.name for each in heartbeats.silent()] == ["keypad"], "all but the keypad")
        watchdog.look()
        assert "WATCHDOG=1" not in manager.came()
        assert "keypad: silent for " in caplog.text
        assert "It is at service/test_hanging.py" in caplog.text
        house.admits()

        house.well.set()
        house.until(lambda: not heartbeats.silent(), "the keypad back")
        watchdog.look()
        assert "WATCHDOG=1" in manager.came()


def config_in(folder, camera='driver = "replay"'):
    file = folder / "kiosk.toml"
    file.write_text(
        CONFIG.format(
            url="http://127.0.0.1:9", camera=camera, gate='driver = "none"', store=folder / "kiosk.db"
        )
    )
    return str(file)


@pytest.mark.slow
def test_a_real_kiosk_tells_systemd_that_it_is_ready_lives_and_stops_and_nothing_when_it_hangs(
    root, tmp_path, manager
):
    with open_registry(HouseClock()) as registry:
        enrolled(registry, tmp_path / "kiosk.db", DEMO_DOOR, url=f"http://127.0.0.1:{free_port()}")
    service = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "500000"}
    with running(root, "kiosk", "run", "--config", config_in(tmp_path), **service) as kiosk:
        told = manager.until("READY=1")
        assert any(message.startswith("STATUS=Open for visitors. Offline") for message in told)
        assert not any("Belongs to no door" in message for message in told)
        kiosk.says("is open for visitors")
        manager.until("WATCHDOG=1")
        kiosk.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, kiosk.process.pid, os.WSTOPPED | os.WNOWAIT)  # it says nothing any more
        manager.came()
        with pytest.raises(TimeoutError):
            manager.next(wait_s=1.0)
        kiosk.process.send_signal(signal.SIGCONT)
        manager.until("WATCHDOG=1")
        stops_well(kiosk)
        assert "STOPPING=1" in manager.came()


@pytest.mark.slow
def test_a_kiosk_that_is_nobodys_is_a_working_service_too(root, tmp_path, manager):
    service = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "500000"}
    with running(root, "kiosk", "run", "--config", config_in(tmp_path), **service) as kiosk:
        manager.until("READY=1", "STATUS=Belongs to no door: waits for an enrolment code.", "WATCHDOG=1")
        stops_well(kiosk)
