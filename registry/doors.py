"""The doors, and what they are told without asking: the visitors who scanned the venue code."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from kiosk.core.model import Direction, DoorKind
from kiosk.core.who.venue_code import KEY_BYTES, code_of_step, step_of
from registry.bell import Bell
from registry.database import Database, checkins, doors
from registry.moves import begin_within
from registry.problems import ProblemError

STEPS_TAKEN = 4
"""The current step and the three before it: a photo of the code is worth at most a minute."""
CHECKIN_LIVES = timedelta(seconds=60)
"""A visitor who checked in earlier has gone elsewhere: the door is not told when its link comes back."""

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_STEP_SIGNS = 8
"""Five bytes of step are eight signs of base32 exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    id: str
    venue: str
    key: bytes
    """What its venue codes are made with. Only this door and the registry know it."""

    def __repr__(self) -> str:
        return f"Door({self.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedInAt:
    """A check-in as the door is to hear of it."""

    number: int
    subject: str
    direction: Direction | None


class Doors:
    """Which doors there are, and who checked in at them."""

    def __init__(self, database: Database, clock: Callable[[], datetime], *, venue_url: str) -> None:
        self._database = database
        self._clock = clock
        self.venue_url = venue_url
        self.bell = Bell()

    def add(self, door: str, *, venue: str, key: bytes | None = None) -> Door:
        """Put a door on the list and return it; a door that is there already stays as it is."""
        row = {
            "door": door,
            "folded": door.upper(),
            "venue": venue,
            "key": key or secrets.token_bytes(KEY_BYTES),
        }
        with self._database.write() as connection:
            if connection.scalar(select(doors.c.door).where(doors.c.folded == door.upper())) is None:
                connection.execute(insert(doors).values(row))
                begin_within(connection, door, venue)
        return self.get(door)

    def get(self, door: str) -> Door:
        """Return a door; case does not count, as a venue code has it in capitals. Raises ProblemError 404."""
        with self._database.read() as connection:
            row = connection.execute(select(doors).where(doors.c.folded == door.upper())).first()
        if row is None:
            raise ProblemError(
                404, "unknown-door", "expected a door of this registry; add it there, or correct the id"
            )
        return Door(id=row.door, venue=row.venue, key=row.key)

    def check_in(self, code: str, subject: str, direction: Direction | None) -> Door:
        """Take a venue code that a known visitor's phone scanned; ring at its door. Raises ProblemError.

        The same phone with the same code again is the same check-in.
        """
        door, step = self.shown(code)
        row = {"door": door.id, "subject": subject, "step": step, "direction": direction, "at": self._clock()}
        same = (checkins.c.door == door.id) & (checkins.c.subject == subject) & (checkins.c.step == step)
        here = select(func.coalesce(func.max(checkins.c.number), 0)).where(checkins.c.door == door.id)
        with self._database.write() as connection:
            if connection.scalar(select(checkins.c.number).where(same)) is None:
                number = connection.execute(here).scalar_one() + 1
                connection.execute(insert(checkins).values(row | {"number": number}))
        self.bell.ring(door.id)
        return door

    def shown(self, code: str) -> tuple[Door, int]:
        """Return the door that shows a code now, and the code's step. Raises ProblemError."""
        door, step = self._read(code)
        age = step_of(self._clock()) - step
        if not 0 <= age < STEPS_TAKEN:
            raise ProblemError(
                409, "stale-code", "expected the code that the kiosk shows now; scan it again at the door"
            )
        return door, step

    def _read(self, code: str) -> tuple[Door, int]:
        """Return the door and the step that a code was truly made for, of whatever age."""
        text = code.upper()
        name, dot, signs = text.removeprefix(self.venue_url.upper()).partition(".")
        if not text.startswith(self.venue_url.upper()) or not dot or not set(signs) <= set(_CROCKFORD):
            raise ProblemError(
                422, "no-venue-code", "expected the text of the code on a kiosk's screen; scan that one"
            )
        door = self.get(name)
        step = 0
        for sign in signs[:_STEP_SIGNS]:
            step = step * 32 + _CROCKFORD.index(sign)
        truly = code_of_step(self.venue_url, door.id, door.key, step)
        if not hmac.compare_digest(truly.encode(), text.encode()):
            raise ProblemError(
                422, "other-door", "expected a code made by this door's kiosk; scan the one at the door"
            )
        return door, step

    def events(self, door: str, after: int) -> tuple[int, list[CheckedInAt]]:
        """Return the newest number and the check-ins after `after` that are still worth telling, oldest first.

        A number below `after` says that the door's memory is of another registry: it starts anew from there.
        """
        with self._database.read() as connection:
            newest = (
                connection.scalar(select(func.max(checkins.c.number)).where(checkins.c.door == door)) or 0
            )
            rows = connection.execute(
                select(checkins)
                .where(checkins.c.door == door, checkins.c.number > after)
                .where(checkins.c.at > self._clock() - CHECKIN_LIVES)
                .order_by(checkins.c.number)
            ).all()
        return newest, [
            CheckedInAt(
                number=row.number, subject=row.subject, direction=row.direction and Direction(row.direction)
            )
            for row in rows
        ]


def is_of_kind_within(connection: Connection, door: str, kind: DoorKind) -> None:
    """Keep what a door's kiosk says of it, inside a transaction that is under way."""
    connection.execute(update(doors).where(doors.c.door == door).values(kind=kind.value))
