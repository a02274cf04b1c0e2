"""The watchdog is fed while everybody is heard of, and not a moment longer; systemd and the journal are told who is not."""

import threading

import pytest

from kiosk.service.systemd import Systemd
from kiosk.service.watchdog import Watchdog
from kiosk.threads.heartbeats import Heartbeats
from simulator.outputs import ManualTime
from tests.service.conftest import Manager


class Kiosk:
    """What the watchdog sees of one."""

    def __init__(self, address: str, watchdog_s: float | None = 30.0) -> None:
        self.time = ManualTime()
        self.heartbeats = Heartbeats(self.time.now)
        self.stopping = False
        self.status = "Open for visitors. Online."
        self.loop, self.scan = self.heartbeats.promise("loop", 10), self.heartbeats.promise("scan", 45)
        self.watchdog = Watchdog(
            self.heartbeats,
            Systemd(address, watchdog_s=watchdog_s),
            mono=self.time.now,
            stopping=lambda: self.stopping,
        )
        self.watchdog.status = lambda: self.status

    def goes_on(self, seconds: float, *, without: str = "") -> None:
        """Let time go by, half a second at a time, with everybody at work but one."""
        for _ in range(int(seconds * 2)):
            self.time.advance(0.5)
            for name, pulse in (("loop", self.loop), ("scan", self.scan)):
                if name != without:
                    pulse.beat()
            self.watchdog.look()


@pytest.fixture
def kiosk(manager):
    return Kiosk(manager.address)


def test_it_is_fed_at_half_of_the_time_that_systemd_gives(kiosk, manager):
    kiosk.goes_on(60)
    assert manager.came().count("WATCHDOG=1") == 4


def test_ready_is_told_once_and_only_when_the_door_has_painted(kiosk, manager):
    kiosk.scan.beat()
    kiosk.watchdog.look()
    assert "READY=1" not in manager.came()
    kiosk.goes_on(30)
    assert manager.came().count("READY=1") == 1


@pytest.mark.parametrize("name,promised", [("loop", 10), ("scan", 45)])
def test_one_that_hangs_stops_the_feeding_and_is_named_before_the_watchdog_bites(
    name, promised, kiosk, manager, caplog
):
    kiosk.goes_on(30)
    manager.came()
    kiosk.goes_on(promised - 1, without=name)
    assert not caplog.records
    assert "WATCHDOG=1" in manager.came() or promised < 15
    kiosk.goes_on(2, without=name)
    manager.came()
    assert f"{name}: silent for " in caplog.text
    assert "test_watchdog.py" in caplog.text, "and where it stands"
    kiosk.goes_on(120, without=name)
    assert manager.came() == []
    assert len(caplog.records) == 1


def test_the_status_names_who_hangs(kiosk, manager):
    kiosk.goes_on(1)
    kiosk.goes_on(60, without="scan")
    assert manager.came()[-1] == "STATUS=Hangs: scan. Open for visitors. Online."


def test_one_that_comes_back_is_told_and_the_feeding_goes_on_at_once(kiosk, manager, caplog):
    kiosk.goes_on(1)
    kiosk.goes_on(60, without="scan")
    manager.came()
    kiosk.goes_on(0.5)
    assert "WATCHDOG=1" in manager.came()
    assert "scan: heard of again" in caplog.text


def test_two_that_hang_are_both_named(kiosk, caplog):
    kiosk.goes_on(1)
    kiosk.time.advance(60)
    kiosk.watchdog.look()
    assert {record.getMessage().partition(":")[0] for record in caplog.records} == {"loop", "scan"}


def test_the_status_is_told_when_it_changes_and_the_stop_once(kiosk, manager):
    kiosk.goes_on(2)
    kiosk.status = "Open for visitors. Offline."
    kiosk.goes_on(2)
    kiosk.stopping = True
    kiosk.goes_on(2)
    told = [message for message in manager.came() if message.partition("=")[0] in ("STATUS", "STOPPING")]
    assert told == ["STATUS=Open for visitors. Online.", "STATUS=Open for visitors. Offline.", "STOPPING=1"]


def test_a_stop_that_is_over_before_the_next_look_is_told_too(kiosk, manager):
    kiosk.goes_on(1)
    manager.came()
    kiosk.stopping = True
    ended = threading.Event()
    ended.set()
    kiosk.watchdog.body(ended)
    assert manager.came() == ["STOPPING=1"]


def test_a_service_that_is_not_watched_feeds_nothing_and_names_who_hangs(manager, caplog):
    kiosk = Kiosk(manager.address, watchdog_s=None)
    kiosk.goes_on(1)
    kiosk.goes_on(60, without="scan")
    assert "WATCHDOG=1" not in manager.came()
    assert "scan: silent" in caplog.text


def test_a_message_that_did_not_go_is_told_again(tmp_path):
    address = str(tmp_path / "later")
    kiosk = Kiosk(address)
    kiosk.goes_on(1)
    late = Manager(address)
    try:
        kiosk.goes_on(1)
        assert {"READY=1", "STATUS=Open for visitors. Online.", "WATCHDOG=1"} <= set(late.came())
    finally:
        late.close()
