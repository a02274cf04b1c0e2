"""What is told to systemd, on a real socket, and what is understood of its environment."""

import uuid

import pytest

from kiosk.service.systemd import Systemd
from tests.service.conftest import Manager


def test_each_message_is_one_datagram(manager):
    systemd = Systemd(manager.address)
    assert systemd.ready()
    assert systemd.status("Open\nfor  visitors")
    assert systemd.alive()
    assert systemd.stopping()
    assert manager.came() == ["READY=1", "STATUS=Open for visitors", "WATCHDOG=1", "STOPPING=1"]


def test_an_abstract_socket_is_found_by_its_name():
    manager = Manager(f"@ashyq-kiosk-test-{uuid.uuid4()}")
    try:
        assert Systemd(manager.address).ready()
        assert manager.came() == ["READY=1"]
    finally:
        manager.close()


def test_where_nobody_listens_nothing_is_done(caplog):
    assert Systemd().ready()
    assert not caplog.records


def test_a_line_that_is_gone_is_told_and_stops_nobody(manager, caplog):
    manager.close()
    assert not Systemd(manager.address).alive()
    assert "systemd was not told WATCHDOG: " in caplog.text


@pytest.mark.parametrize(
    "environment,watchdog_s",
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "4711"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_fed_where_systemd_asked_this_process_for_it(environment, watchdog_s):
    assert Systemd.of(environment, pid=4711).watchdog_s == watchdog_s
