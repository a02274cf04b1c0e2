"""How often each device asks for somebody's status: bounded by minute, hour and day, and counted for the keeper.

A door asks for whoever comes: a few a minute. Whoever holds a device's key could ask for every number there is; the bound
makes that long, and the count beside the visits, in `device list`, makes it seen: questions without visits are the sign.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from registry.database import Database, records
from registry.trust_tables import questions

MINUTE, HOUR, DAY = 60, 3_600, 86_400
BUDGET: Mapping[int, int] = {MINUTE: 120, HOUR: 2_400, DAY: 12_000}
"""Questions by the seconds in which they are asked. A person needs three seconds and more to walk through a door."""
LONGEST_PAUSE_S = HOUR
"""A device that is over its day's budget is told to come again after an hour, and is answered no earlier than it may be."""

log = logging.getLogger(__name__)


class Questions:
    """The counts outlive a restart: they lie in the database."""

    def __init__(self, database: Database, *, budget: Mapping[int, int] = BUDGET) -> None:
        self._database = database
        self._budget = budget

    def count_within(self, connection: Connection, device: str, now: int) -> int:
        """Count one question, inside a transaction; return the seconds to wait for an answer, 0: none."""
        pause = 0
        for span, most in self._budget.items():
            begins = now - now % span
            asked = self._one_more(connection, device, span, begins)
            if asked == most + 1:
                log.warning(
                    "%s asked for %d statuses within %d s: no answer until that is over", device, asked, span
                )
            if asked > most:
                pause = max(pause, begins + span - now)
        return min(pause, LONGEST_PAUSE_S)

    def _one_more(self, connection: Connection, device: str, span: int, begins: int) -> int:
        this = (questions.c.device == device) & (questions.c.span == span)
        here = this & (questions.c.begins == begins)
        if not connection.execute(update(questions).where(here).values(asked=questions.c.asked + 1)).rowcount:
            if span != DAY:  # days are kept: the keeper reads them
                connection.execute(delete(questions).where(this))
            connection.execute(insert(questions).values(device=device, span=span, begins=begins, asked=1))
            return 1
        return int(connection.execute(select(questions.c.asked).where(here)).scalar_one())

    def today(self, device: str, door: str, now: datetime) -> tuple[int, int]:
        """Return how many questions a device asked since midnight (UTC), and how many visits it brought since then."""
        begins = int(now.timestamp()) // DAY * DAY
        midnight = now - timedelta(seconds=now.timestamp() - begins)
        asked = select(questions.c.asked).where(
            questions.c.device == device, questions.c.span == DAY, questions.c.begins == begins
        )
        brought = select(func.count()).where(
            records.c.door == door,
            records.c.kind == "visit",
            records.c.device == device,
            records.c.received_at >= midnight,
        )
        with self._database.read() as connection:
            return int(connection.scalar(asked) or 0), int(connection.execute(brought).scalar_one())
