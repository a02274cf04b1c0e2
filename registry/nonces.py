"""Which requests were used: each counts once, also while the registry's clock goes forth and back.

A nonce is forgotten when two clocks agree that its request can be taken no more: the registry's own, and the one that
nobody sets. By the first alone a clock that leaps ahead for a minute would forget all of them, and take the same requests
once more when it is put right.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from kiosk.trust.signing import NONCE_LIFE
from registry.database import Database
from registry.questions import Questions
from registry.sequences import set_within, value_within
from registry.trust_tables import nonces

_AGE = "nonces-age"


class Nonces:
    """`elapsed` returns seconds by a clock that nobody sets."""

    def __init__(
        self,
        database: Database,
        questions: Questions,
        clock: Callable[[], datetime],
        *,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._questions = questions
        self._clock = clock
        self._elapsed = elapsed
        self._age: int | None = None
        self._since = elapsed()

    def first_use(self, device: str, nonce: str, *, asks: bool = False) -> int | None:
        """Remember a nonce; None where it was used already. A request that `asks` for a status is counted with it.

        Return the seconds after which the device may ask again; 0: now.
        """
        now = int(self._clock().timestamp())
        same = (nonces.c.device == device) & (nonces.c.nonce == nonce)
        with self._database.write() as connection:
            if connection.scalar(select(nonces.c.nonce).where(same)) is not None:
                return None
            row = {"device": device, "nonce": nonce, "age": self._age_within(connection, now)}
            row["forget_at"] = now + int(NONCE_LIFE.total_seconds())
            connection.execute(insert(nonces).values(row))
            return self._questions.count_within(connection, device, now) if asks else 0

    def _age_within(self, connection: Connection, now: int) -> int:
        """Return the age it is. One lasts as long as a nonce; several processes count the same ages."""
        age = value_within(connection, _AGE) or 0
        if age != self._age:  # of this process's first request, or another process went on
            self._age, self._since = age, self._elapsed()
        elif self._elapsed() - self._since > NONCE_LIFE.total_seconds():
            age = self._age = age + 1
            self._since = self._elapsed()
            set_within(connection, _AGE, age)
            connection.execute(delete(nonces).where(nonces.c.age < age - 1, nonces.c.forget_at < now))
        return age
