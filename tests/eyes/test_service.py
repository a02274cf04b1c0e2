"""`kiosk eyes` as systemd begins it: what it tells of itself, from which process, and that nobody else tells it in its place."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
from contextlib import contextmanager, suppress

import pytest

from kiosk.eyes.nursery import ROUND_S
from kiosk.eyes.own import OwnEyes

pytestmark = pytest.mark.concurrent

PATIENCE_S = 60.0
SILENCE_S = 1.5 * ROUND_S
"""Who is fed each round would have been fed by then."""
CREDENTIALS = struct.Struct("3i")
AS_THE_WRAPPER = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&"$DOORS"'


class Notify:
    """Where systemd listens: what was told, with the process that told it, as the kernel says (SCM_CREDENTIALS)."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._line.bind(place)

    def next(self, wait_s: float = PATIENCE_S) -> tuple[int, str]:
        self._line.settimeout(wait_s)
        packet, parts, _, _ = self._line.recvmsg(4096, socket.CMSG_SPACE(CREDENTIALS.size))
        return CREDENTIALS.unpack(parts[0][2])[0], packet.decode()

    def empty(self) -> None:
        with suppress(BlockingIOError):
            while True:
                self.next(0.0)

    def close(self) -> None:
        self._line.close()


@pytest.fixture
def notify(tmp_path):
    made = Notify(str(tmp_path / "notify"))
    yield made
    made.close()


@contextmanager
def begun_by_systemd(notify: Notify, tmp_path):
    """Begin it with a socket that listens as its third open file, as a unit with a socket does; yield its process."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as doors:
        doors.bind(str(tmp_path / "eyes"))
        doors.listen(4)
        process = subprocess.Popen(
            ["bash", "-c", AS_THE_WRAPPER, "bash", sys.executable, "-m", "kiosk", "eyes"],
            env=os.environ | {"NOTIFY_SOCKET": notify.place, "DOORS": str(doors.fileno())},
            pass_fds=(doors.fileno(),),
            stdin=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def test_it_says_ready_and_feeds_the_watchdog_each_round_from_the_process_that_systemd_began(
    notify, tmp_path
):
    with begun_by_systemd(notify, tmp_path) as eyes:
        told = [notify.next() for _ in range(3)]
    assert told == [(eyes.pid, "READY=1"), (eyes.pid, "WATCHDOG=1"), (eyes.pid, "WATCHDOG=1")]


def test_one_that_hangs_is_fed_by_none_of_its_processes(notify, tmp_path):
    with begun_by_systemd(notify, tmp_path) as eyes:
        for _ in range(3):
            notify.next()
        os.kill(eyes.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, eyes.pid, os.WSTOPPED | os.WNOWAIT)
        notify.empty()
        with pytest.raises(TimeoutError):
            notify.next(SILENCE_S)
        os.kill(eyes.pid, signal.SIGCONT)
        assert notify.next() == (eyes.pid, "WATCHDOG=1"), "it was the hang that kept it silent"


def test_eyes_that_the_door_began_do_not_speak_to_systemd_in_its_place(notify, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", notify.place)
    own = OwnEyes()
    try:
        with own() as line:
            line.settimeout(PATIENCE_S)
            line.send(b"no order")
            assert line.recv(1) == b"", "a door was heard and let go, so rounds have passed"
        with pytest.raises(BlockingIOError):
            notify.next(0.0)
    finally:
        own.close()
