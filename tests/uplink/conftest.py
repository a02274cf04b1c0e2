"""A registry that misbehaves on command, and a client that talks to it over loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from kiosk.trust.signing import DeviceKey
from kiosk.uplink.client import RegistryClient, Timeouts
from kiosk.uplink.signing import RequestSigner
from tests.factories import NOON
from tests.hostile_server import HostileServer

QUICK = Timeouts(send_s=1.5, fetch_s=1.5, heartbeat_s=1.5, poll_slack_s=1.5)
"""Long enough for a bad answer to come on a busy machine, short enough to wait for one that never does."""


@dataclass(frozen=True)
class Me:
    """Who the kiosk is."""

    device: str
    key: DeviceKey


SIGNER = RequestSigner(Me("KIOSK-1", DeviceKey.make()), wall=lambda: NOON)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with HostileServer() as server:
        yield server


@pytest.fixture
def connect() -> Iterator:
    """Make clients, and see them off: no thread of theirs stays behind, whatever the other side did."""
    clients = []
    before = set(threading.enumerate())

    def connect(url: str, timeouts: Timeouts = QUICK) -> RegistryClient:
        client = RegistryClient(url, "D01", mono=time.monotonic, signer=SIGNER, timeouts=timeouts)
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.close()
    for thread in set(threading.enumerate()) - before:
        if thread.name == "exchange":
            thread.join(30)
            assert not thread.is_alive(), "a thread stayed behind"


@pytest.fixture
def client(server: HostileServer, connect) -> RegistryClient:
    return connect(server.url)
