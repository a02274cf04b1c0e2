"""The reference registry inside another process: for the demo, and for tests with real HTTP on loopback.

Listens on 127.0.0.1 only. Its network can be cut and restored: while it is cut, connections are refused, and what was
stored stays.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import uvicorn

from kiosk.core.model import Colour, Direction, Identifier
from kiosk.core.who.venue_code import code_at
from kiosk.trust.enrolment import Wifi
from registry.app import create_app
from registry.demo_people import give_colour
from registry.devices import Device
from registry.doors import Door
from registry.enrolment import EXPIRES
from registry.keys import DOCUMENT_LIFE, PASS_LIFE, ROOT_OVERLAP
from registry.passes import Life
from registry.people import Terms
from registry.reference import VENUE_URL, ReferenceRegistry
from registry.roll import Person
from registry.server import bound, configuration

STARTS_WITHIN_S = 30.0

LOOPBACK = "127.0.0.1"


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


class EmbeddedRegistry:
    """`with EmbeddedRegistry() as other: RegistryClient(other.url, ...)`."""

    def __init__(
        self,
        path: Path | None = None,
        *,
        port: int = 0,
        clock: Callable[[], datetime] = utc_now,
        terms: Terms | None = None,
        venue_url: str = VENUE_URL,
        busy_s: float = 5.0,
        signed: bool = True,
        document_life: timedelta = DOCUMENT_LIFE,
    ) -> None:
        """Without `path` the data are gone afterwards; `port` 0 takes a free one, and keeps it through every cut.

        Not `signed`: whoever calls is who they say. For the benchmark, whose tutorial signs nothing, and for tests of
        what lies behind the signature.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="ashyq-registry-")
        self.path = path or Path(self._folder.name, "registry.db")
        self.venue_url = venue_url
        self.registry = ReferenceRegistry(
            self.path,
            clock=clock,
            terms=terms,
            venue_url=venue_url,
            busy_s=busy_s,
            signed=signed,
            document_life=document_life,
        )
        self.registry.sequences.begin_anew()
        self._app = create_app(self.registry)
        # Bound and never listening: keeps the port ours, and refuses connections, while the network is cut.
        self._claim = bound(LOOPBACK, port)
        self.url = f"http://{LOOPBACK}:{self._claim.getsockname()[1]}"
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.restore()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def restore(self) -> None:
        """Listen (again). Nothing changes where it listens already."""
        if self._server is not None:
            return
        self.registry.doors.bell.unhush()
        listener = bound(LOOPBACK, int(self.url.rpartition(":")[2]))
        listener.listen(128)
        self._server = _Server(self._app)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="registry", daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(STARTS_WITHIN_S):
            raise RuntimeError(
                f"expected the registry to listen within {STARTS_WITHIN_S:.0f} s; see the log for what stopped it"
            )

    def cut(self) -> None:
        """Refuse connections and let everybody go who is connected. The data stay."""
        if self._server is None or self._thread is None:
            return
        self.registry.doors.bell.hush()
        self._server.should_exit = True
        self._thread.join()
        self._server = self._thread = None

    def stop(self) -> None:
        """Cut, and give everything back. May be called twice."""
        self.cut()
        self._claim.close()
        self.registry.close()
        self._folder.cleanup()

    def add_door(self, door: str, *, venue: str = "Demo Fitness", key: bytes | None = None) -> Door:
        """Put a door on the list; `.key` is what its venue codes are made with."""
        return self.registry.doors.add(door, venue=venue, key=key)

    def add_visitor(
        self,
        identifier: Identifier,
        colour: Colour,
        *,
        hint: str = "А. Б.",
        ago: timedelta = timedelta(hours=1),
    ) -> str:
        """Put a made-up person on the roll with a colour since `ago`; return their subject, which is their pass id."""
        subject = self.registry.roll.register(identifier, hint=hint)
        self.set_colour(subject, colour, ago=ago)
        return subject

    def set_colour(self, subject: str, colour: Colour, *, ago: timedelta = timedelta(hours=1)) -> None:
        """Make a person this colour from now on, since `ago`."""
        give_colour(self.registry, subject, colour, ago=ago)

    def issue_pass(self, subject: str, life: Life = Life.LIVE, *, door: str | None = None) -> str:
        """Return the text of a new pass. Raises LookupError for a subject who is not on the roll."""
        return self.registry.issue_pass(self._person(subject), life, door=door)

    def revoke_pass(self, subject: str) -> None:
        """Put a person's pass id on the list for as long as any pass can live, whatever their colour."""
        self.registry.revoke_pass(self._person(subject))

    def _person(self, subject: str) -> Person:
        person = self.registry.roll.person(subject)
        if person is None:
            raise LookupError("expected the subject of somebody on the roll; add_visitor returns it")
        return person

    def enrolment_code(
        self,
        door: str,
        *,
        expires: timedelta = EXPIRES,
        wifi: Wifi | None = None,
        serial: str | None = None,
        address: str = "",
    ) -> str:
        """Return the text of a new code for a door, `AQE1:...`; `address` is this registry's own unless given."""
        known = self.registry.doors.get(door)
        return self.registry.enrolments.create(
            known, address=address or self.url, expires=expires, wifi=wifi, serial=serial
        )

    def enrol(self, public_key_raw: bytes, door: str) -> str:
        """Enrol a device without a code and return its id."""
        return self.registry.devices.enrol(public_key_raw, self.registry.doors.get(door).id)

    def devices(self) -> list[Device]:
        """Return every device that enrolled, the latest last."""
        return self.registry.devices.all()

    def revoke_device(self, device: str) -> None:
        """Take a device out of service."""
        self.registry.devices.revoke(device)

    @property
    def root_key(self) -> bytes:
        """The root that signs now, 32 bytes, Ed25519: what a device trusts that enrols now."""
        return self.registry.keys.root.public_raw

    def rotate_root(self, *, overlap: timedelta = ROOT_OVERLAP) -> None:
        """Publish a new root. The old one signs until documents would outlive it; see `retire_older_roots`."""
        self.registry.keys.rotate("root", overlap=overlap)

    def retire_older_roots(self) -> None:
        """Let the newest root sign from now on."""
        self.registry.keys.retire_older("root")

    def rotate_pass_key(self, *, overlap: timedelta = PASS_LIFE) -> None:
        """Publish a new pass key, with which passes are signed at once unless the overlap is longer."""
        self.registry.keys.rotate("passes", overlap=overlap)

    def put_policy(self, venue: str, editions: list[dict[str, Any]]) -> int:
        """Replace the editions of a venue's policy; return the sequence."""
        return self.registry.policies.put(venue, editions)

    def change_policy(self, venue: str, **changes: Any) -> int:
        """Bring a new edition into force now, with these fields changed; return the sequence."""
        return self.registry.policies.change(venue, **changes)

    def scan(self, door: str, subject: str, direction: Direction | None = None) -> None:
        """Do what a visitor's phone does that scans the door's venue code at this moment."""
        known = self.registry.doors.get(door)
        code = code_at(self.venue_url, known.id, known.key, self.registry.clock())
        self.registry.doors.check_in(code, self._person(subject).subject, direction)

    def wait_for_listener(self, door: str, limit_s: float) -> bool:
        """Block until a kiosk waits for this door's events; False where none came within the limit."""
        return self.registry.doors.bell.wait_for_listener(self.registry.doors.get(door).id, limit_s)

    def visits(self, door: str, *, limit: int = 500) -> list[dict[str, Any]]:
        """Return what is stored of a door's visits, newest first."""
        return self.registry.reports.visits(door, limit=limit)

    def report(self, door: str, since: datetime) -> dict[str, Any]:
        """Return a door's counts, the number inside its venue and its incidents since a moment."""
        return self.registry.reports.report(self.registry.doors.get(door), since)


class _Server(uvicorn.Server):
    """Tells when it listens. Leaves signals to whoever embeds it: it runs in a thread."""

    def __init__(self, app: Any) -> None:
        self.ready = threading.Event()
        super().__init__(configuration(app))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        # An answer that was not done in time keeps its connection, and the loop ends without closing it.
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)
