"""A registry's desk that hands out signed documents over real HTTP, and a kiosk's worker that keeps them in a real store."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from kiosk.core.events import Event, KnowledgeChanged, PolicyArrived
from kiosk.store.revocations import RevocationList
from kiosk.store.shelf import StoreShelf
from kiosk.store.store import Store
from kiosk.store.thread import StoreThread
from kiosk.threads.worker import Stop
from kiosk.trust.roots import Roots
from kiosk.trust.signing import DeviceKey
from kiosk.uplink.client import RegistryClient
from kiosk.uplink.documents import Documents
from kiosk.uplink.provenance import Signed
from kiosk.uplink.signing import RequestSigner
from tests.hostile_server import Answer, Came, HostileServer
from tests.store.making import ManualClock
from tests.uplink.documents.notary import Root


@dataclass(frozen=True)
class Me:
    """Who the kiosk is."""

    device: str
    key: DeviceKey


@dataclass
class LateClock(ManualClock):
    """A clock that may not know the time."""

    sure: bool = True

    def trusted(self) -> bool:
        return self.sure


class Desk:
    """Hands out what lies on it, by name; the same again is 304. A list since N is looked for under its N first."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.given: dict[str, bytes] = {}

    def answer(self, came: Came) -> Answer:
        name = came.path.rpartition("/")[2]
        body = self.bodies.get(f"{name}?{came.query}", self.bodies.get(name))
        if body is None:
            return 404, {"type": "about:blank", "status": 404}
        if came.headers.get("if-none-match") and self.given.get(name) == body:
            return 304, {}
        self.given[name] = body
        return 200, body


@dataclass
class Kiosk:
    """As much of a kiosk as keeps documents. `again` is the same one after a restart, from the same disk."""

    url: str
    path: Path
    clock: LateClock
    roots: Roots
    me: Me = field(default_factory=lambda: Me("dev-1", DeviceKey.make()))
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.told: list[str] = []
        self.client = RegistryClient(
            self.url,
            "D01",
            mono=time.monotonic,
            signer=RequestSigner(self.me, wall=self.clock.wall),
            withdrawn=self.withdrawn,
        )
        self.store = StoreThread(lambda: Store(self.path, clock=self.clock))
        self.store.start()
        self.list = RevocationList(self.path)
        self.heard: list[bool] = []
        self.documents = Documents(
            fetch=self.client.fetch,
            shelf=StoreShelf(self.store),
            put=self.events.append,
            heard=self.heard.append,
            clock=self.clock,
            every_s=3600,
            provenance=Signed(self.roots, "D01", clock=self.clock, keep_roots=self.keep_roots),
        )
        self.documents.load()

    def withdrawn(self, statement: bytes) -> bool:
        signed = self.documents.withdraws(statement, self.me.device)
        if signed and not self.told:
            self.told.append("withdrawn")
        return signed

    def keep_roots(self, roots: Roots) -> None:
        self.roots = roots

    def refresh(self, *names: str) -> list[bool]:
        return [self.documents.refresh(name) for name in names or ("keys", "policy", "revocations")]

    def run_until(self, holds) -> None:
        """Let the worker run on its own thread until something holds."""
        stop = Stop()
        thread = threading.Thread(target=self.documents.body, args=(stop,))
        thread.start()
        ends = time.monotonic() + 20
        while not holds() and time.monotonic() < ends:
            self.store.call(lambda _store: None).result(5)
        stop.set()
        self.documents.hurry()
        thread.join(20)
        assert holds()

    def policies(self) -> list[int]:
        return [event.policy.sequence for event in self.events if isinstance(event, PolicyArrived)]

    def ages(self) -> KnowledgeChanged:
        return [event for event in self.events if isinstance(event, KnowledgeChanged)][-1]

    def latest_signed(self) -> datetime | None:
        return self.store.call(lambda store: store.latest_signed()).result(5)

    def stop(self) -> None:
        self.client.close()
        self.list.close()
        self.store.close()

    def again(self) -> Kiosk:
        self.stop()
        return Kiosk(self.url, self.path, self.clock, self.roots, me=self.me)


@pytest.fixture
def root() -> Root:
    return Root()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def server(desk) -> Iterator[HostileServer]:
    with HostileServer(desk.answer) as server:
        yield server


@pytest.fixture
def restart() -> Iterator:
    """Restart a kiosk; whichever runs at the end is stopped."""
    running: list[Kiosk] = []

    def restart(kiosk: Kiosk) -> Kiosk:
        running.append(kiosk.again())
        return running[-1]

    yield restart
    for kiosk in running:
        kiosk.stop()


@pytest.fixture
def kiosk(server, root, tmp_path) -> Iterator[Kiosk]:
    kiosk = Kiosk(server.url, tmp_path / "kiosk.db", LateClock(), Roots.of(root.public))
    yield kiosk
    kiosk.stop()
