"""The whole reference registry behind its HTTP face: its parts, made once, on one database file and one clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, insert

from kiosk.core.model import DoorKind, Identifier
from registry.database import Database, heartbeats
from registry.devices import Devices
from registry.documents import Documents
from registry.doors import Door, Doors, is_of_kind_within
from registry.enrolment import Enrolments
from registry.keys import DOCUMENT_LIFE, PASS_LIFE, Keys
from registry.nonces import Nonces
from registry.occupancy import Occupancy
from registry.passes import Life, ends_at, issue
from registry.people import Terms
from registry.places import Places
from registry.policy import Policies
from registry.questions import Questions
from registry.reports import Reports
from registry.revocations import Revocations
from registry.roll import Person, Roll
from registry.security import Guard
from registry.sequences import Sequences
from registry.shapes import Heartbeat
from registry.visits import Ledger

VENUE_URL = "HTTPS://A.KZ/V/"


class ReferenceRegistry:
    """What `registry.app.create_app` answers from. `clock` returns aware UTC moments.

    `signed`: every call of a device must be signed by an enrolled one; see `EmbeddedRegistry` for why not. `document_life`: how long a signed document is news.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], datetime],
        terms: Terms | None = None,
        venue_url: str = VENUE_URL,
        busy_s: float = 5.0,
        signed: bool = True,
        document_life: timedelta = DOCUMENT_LIFE,
    ) -> None:
        self.clock = clock
        self.database = Database(path, busy_s=busy_s)
        self.keys = Keys(self.database, clock, document_life=document_life)
        self.roll = Roll(self.database, self.keys, terms or Terms(), clock)
        self.doors = Doors(self.database, clock, venue_url=venue_url)
        self.policies = Policies(self.database, clock)
        self.revocations = Revocations(self.database, clock)
        self.sequences = Sequences(self.database, clock)
        self.documents = Documents(
            self.keys, self.policies, self.revocations, self.sequences, life=document_life
        )
        self.devices = Devices(self.database, clock)
        self.enrolments = Enrolments(self.database, self.keys, clock)
        self.questions = Questions(self.database)
        self.guard = Guard(
            self.devices,
            Nonces(self.database, self.questions, clock),
            clock,
            withdrawal=self.documents.withdrawal,
            signed=signed,
        )
        self.ledger = Ledger(self.database, self.keys, self.roll, clock)
        self.occupancy = Occupancy(self.database, clock)
        self.places = Places(self.database, self.policies, clock)
        self.reports = Reports(self.database, self.occupancy)

    def issue_pass(self, person: Person, life: Life, *, door: str | None = None) -> str:
        """Return the text of a new pass for a person on the roll."""
        now = self.clock()
        pass_id = self.roll.issuing(person.subject, ends=ends_at(now, person.status, life))
        return issue(self.keys.signer, subject=pass_id, status=person.status, now=now, life=life, door=door)

    def revoke_pass(self, person: Person) -> None:
        """Put a person's pass id on the list for as long as any pass can live, whatever their colour."""
        ends = int((self.clock() + PASS_LIFE).timestamp())
        self.revocations.add([(person.pass_id, ends)])

    def find(self, identifier: Identifier) -> Person:
        """Return a person on the roll. Raises LookupError, which does not name them."""
        person = self.roll.find(identifier)
        if person is None:
            raise LookupError("expected somebody on the roll; register them first")
        return person

    def heard(
        self,
        device: str,
        door: Door,
        heartbeat: Heartbeat,
        *,
        kind: DoorKind | None = None,
        policy: int | None = None,
    ) -> None:
        """Keep the last word of a device, and the kind of its door. An older kiosk says neither `kind` nor `policy`.

        `policy`: the newest version of the policy document that it understands.
        """
        said = {"kind": kind, "policy": policy}
        body = heartbeat.model_dump() | {name: value for name, value in said.items() if value is not None}
        row = {"device": device, "door": door.id, "at": self.clock(), "body": json.dumps(body)}
        with self.database.write() as connection:
            connection.execute(delete(heartbeats).where(heartbeats.c.device == device))
            connection.execute(insert(heartbeats).values(row))
            if kind is not None:
                is_of_kind_within(connection, door.id, kind)

    def close(self) -> None:
        """Let nobody wait, and give the database back."""
        self.doors.bell.hush()
        self.database.close()
