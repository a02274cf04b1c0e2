"""What lies between a kiosk and its registry, misbehaving on command: real bytes over a real socket on loopback.

With Manner.GOOD everything goes through to the registry and back. It must never answer in the registry's name, but for
the answers that a test puts in `instead`.
"""

from __future__ import annotations

import threading
from typing import Self

import requests

from registry.embedded import EmbeddedRegistry
from tests.hostile_server import Answer, Came, HostileServer, Manner, _shut

LIMIT_S = 30.0
HOP_BY_HOP = frozenset({"connection", "content-length"})


class Network:
    """`with Network(registry) as network:`, and `House(..., url=network.server.url)`."""

    def __init__(self, registry: EmbeddedRegistry) -> None:
        self.instead: dict[str, Answer] = {}
        """Path -> what is answered in place of the registry's own word."""
        self.slow: dict[str, threading.Event] = {}
        """Path -> answered only when this is set."""
        self.unanswered: set[str] = set()
        """Paths of what reaches the registry, while its answer is lost on the way back."""
        self.is_cut = False
        """Nothing reaches the registry: the line is closed at once."""
        self._registry = registry
        self.server = HostileServer(self._through)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for held in self.slow.values():
            held.set()
        self.server.stop()

    def count(self, path: str) -> int:
        """How often this was asked."""
        return sum(came.path == path for came in self.server.requests)

    def mend(self) -> None:
        """Be good from now on. Lines that hang are cut: the kiosk need not sit out their time."""
        self.server.behave(Manner.GOOD)
        for line in list(self.server._lines):
            _shut(line)

    def _through(self, came: Came) -> Answer:
        if self.is_cut:
            raise ConnectionResetError("cut")
        if held := self.slow.get(came.path):
            held.wait(LIMIT_S)
        if came.path in self.instead:
            return self.instead[came.path]
        # The address that was signed is this network's: it has to be the one that the registry sees.
        headers = {name: value for name, value in came.headers.items() if name.lower() not in HOP_BY_HOP}
        reply = requests.request(
            came.method,
            f"{self._registry.url}{came.path}" + (f"?{came.query}" if came.query else ""),
            data=came.body,
            headers=headers,
            timeout=LIMIT_S,
        )
        if came.path in self.unanswered:
            raise ConnectionResetError("lost")
        if reply.headers.get("Content-Type", "").startswith("application/cose"):
            return reply.status_code, reply.content
        return reply.status_code, reply.json() if reply.content else {}
