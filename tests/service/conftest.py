"""A service manager's end of the line: a real datagram socket, as systemd has one."""

from __future__ import annotations

import socket

import pytest

LIMIT_S = 30.0


class Manager:
    """Listens where NOTIFY_SOCKET points."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.bind("\0" + address[1:] if address.startswith("@") else address)

    def next(self, wait_s: float = LIMIT_S) -> str:
        """Return the next message; fails after `wait_s` seconds."""
        self._line.settimeout(wait_s)
        return self._line.recv(4096).decode()

    def until(self, *messages: str) -> list[str]:
        """Wait for each of these; returns all that came."""
        came: list[str] = []
        while not set(messages) <= set(came):
            came.append(self.next())
        return came

    def came(self) -> list[str]:
        """Return what has come and was not read yet."""
        self._line.setblocking(False)
        came = []
        while True:
            try:
                came.append(self._line.recv(4096).decode())
            except BlockingIOError:
                return came

    def close(self) -> None:
        self._line.close()


@pytest.fixture
def manager(tmp_path):
    made = Manager(str(tmp_path / "notify"))
    yield made
    made.close()
