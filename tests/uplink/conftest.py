"""A registry that misbehaves on command, and a client that talks to it over loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from kiosk.trust.signing import DeviceKey
from kiosk.uplink.client import RegistryClient, Timeouts
from kiosk.uplink.signing import RequestSigner
from tests.factories import NOON
from tests.hostile_server import HostileServer

PATIENCE_S = 30.0
"""For an answer that comes, good or bad: never reached in a good run, however busy the machine is."""
HASTE_S = 0.3
"""For one that never comes: whatever the machine does meanwhile, it does not come."""


def timeouts(seconds: float) -> Timeouts:
    """Return timeouts that are all the same."""
    return Timeouts(
        send_s=seconds, fetch_s=seconds, fetch_list_s=seconds, heartbeat_s=seconds, poll_slack_s=seconds
    )


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

    def connect(url: str, seconds: float = PATIENCE_S) -> RegistryClient:
        client = RegistryClient(url, "D01", mono=time.monotonic, signer=SIGNER, timeouts=timeouts(seconds))
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.close()
    assert all(client.ended(30.0) for client in clients), "a question stayed behind"


@pytest.fixture
def connect_by() -> Iterator:
    """Make clients by a clock of the test's own."""
    clients = []

    def connect_by(url: str, mono) -> RegistryClient:
        client = RegistryClient(url, "D01", mono=mono, signer=SIGNER, timeouts=timeouts(PATIENCE_S))
        clients.append(client)
        return client

    yield connect_by
    for client in clients:
        client.close()
    assert all(client.ended(30.0) for client in clients), "a question stayed behind"


@pytest.fixture
def client(server: HostileServer, connect) -> RegistryClient:
    return connect(server.url)
