"""A door that is killed in the middle of its traffic, again and again: nobody went through whose visit is not on the disk."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from kiosk.core.model import Colour, Identifier, IdentifierKind
from registry.database import records
from registry.demo_people import DEMO_DOOR
from registry.passes import Life
from tests.app.house import House
from tests.enrolled import enrolled
from tests.factories import make_iin

DOOR = Path(__file__).with_name("busy_door.py")
PEOPLE = 40


def killed_after(lines: int, passes: list[str], root: Path, folder: Path, url: str) -> list[str]:
    """Let a door work until it has said so many lines, kill it, and return all that it said."""
    with subprocess.Popen(
        [sys.executable, str(DOOR), str(folder), url],
        env=os.environ | {"PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            process.stdin.write("\n".join([*passes, ""]))
            process.stdin.close()
            # An odd number of lines: between the gate and what comes after it.
            said = [process.stdout.readline() for _ in range(lines)]
        finally:
            process.send_signal(signal.SIGKILL)
        assert all(said), "the door ended by itself"
        return said + process.stdout.readlines()


@pytest.mark.slow
def test_a_kill_at_any_moment_loses_no_visit_whose_gate_opened_and_delivers_none_twice(
    root, tmp_path, registry, clock
):
    people = [
        registry.add_visitor(Identifier(kind=IdentifierKind.IIN, value=make_iin(number)), Colour.GREEN)
        for number in range(PEOPLE)
    ]
    enrolled(registry, tmp_path / "kiosk.db", DEMO_DOOR)
    opened: list[str] = []
    pulses = 0
    for round_number, wanted in enumerate((1, 4, 3, 6)):
        crowd = people[round_number * 10 : round_number * 10 + 10]
        texts = [registry.issue_pass(who, Life.CARRY) for who in crowd]
        lines = killed_after(wanted, texts, root, tmp_path, registry.url)
        opened += [line.split()[1] for line in lines if line.startswith("opened")]
        pulses += sum(line.startswith("pulse") for line in lines)

    connection = sqlite3.connect(tmp_path / "kiosk.db")
    admitted = {
        uid for (uid,) in connection.execute("SELECT uid FROM records WHERE kind = 'visit' AND opens")
    }
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert set(opened) <= admitted
    assert pulses <= len(admitted) <= pulses + 4, "at most one a kill was recorded and not yet let through"

    with House(tmp_path, registry, clock) as house:  # the next start
        house.until(lambda: admitted <= {row["uid"] for row in house.stored()}, "every visit delivered")
        passed = dict.fromkeys(admitted, True)
        house.until(
            lambda: {row["uid"]: row["passed"] for row in house.stored() if row["opens"]} == passed,
            "a passage of every admitted visit",
        )
        since = clock.wall() - timedelta(hours=5)
        counted = house.door.people.inside, registry.report(DEMO_DOOR, since)["inside"]
        assert counted == (len(admitted), len(admitted))
    with registry.registry.database.read() as connection:
        uids = list(connection.execute(select(records.c.uid)).scalars())
    assert len(uids) == len(set(uids))
