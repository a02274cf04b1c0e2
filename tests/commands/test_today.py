"""`kiosk today`: the day's numbers from a real store."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.commands.today import today
from kiosk.core.door.passages import passage_id
from kiosk.core.model import (
    Closing,
    Colour,
    Correction,
    Decision,
    Direction,
    Identifier,
    IdentifierKind,
    Outcome,
    Passage,
    Reason,
    Via,
    Visit,
)
from kiosk.store.store import Store

ALMATY = ZoneInfo("Asia/Almaty")
NOON = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


class Noon:
    def wall(self) -> datetime:
        return NOON

    def mono(self) -> float:
        return 0.0

    def trusted(self) -> bool:
        return True


def visit(number: int, at: datetime, direction: Direction, colour: Colour = Colour.GREEN) -> list[object]:
    uid = f"01900000-0000-7000-8000-{number:012x}"
    decision = Decision(outcome=Outcome.ADMITTED, reason=Reason.STATUS_ADMITTED, opens=True, colour=colour)
    who = Identifier(kind=IdentifierKind.PASS, value="a1" * 12)
    seen = Visit(
        id=uid, direction=direction, via=Via.CAMERA, identifier=who, decision=decision, decided_at=at
    )
    return [seen, Passage(id=passage_id(uid), visit_id=uid, passed=True, ended_at=at, sensed=False)]


def store_with(path, records):
    store = Store(path, clock=Noon())
    for record in records:
        store.record(record)
    store.close()


def test_the_day_counts_by_colour_and_tells_when_the_venue_worked(tmp_path):
    file = tmp_path / "kiosk.db"
    yesterday = visit(1, NOON.replace(day=22, hour=10), Direction.ENTRY)
    morning = visit(2, NOON.replace(hour=2), Direction.ENTRY)
    later = visit(3, NOON.replace(hour=4, minute=30), Direction.ENTRY, Colour.BLUE)
    left = visit(4, NOON.replace(hour=6), Direction.EXIT)
    shut = Closing(
        id="01900000-0000-7000-8000-00000000c105", closed_at=NOON.replace(day=22, hour=18), assumed_exits=1
    )
    store_with(file, [*yesterday, shut, *morning, *later, *left])
    day = today(file, NOON, ALMATY)
    assert "worked from 07:00 to 11:00: 2 in, 1 out, 1 inside" in day.as_text()
    assert json.loads(day.as_json())["worked"]["entries"] == 2
    assert sum(row.visits for row in day.visits) == 3


def test_who_was_let_in_by_an_old_number_is_counted(tmp_path):
    file = tmp_path / "kiosk.db"
    seen, passed = visit(1, NOON.replace(hour=2), Direction.ENTRY)
    before = visit(2, NOON.replace(day=22, hour=2), Direction.ENTRY)
    old = NOON.replace(day=21)
    store_with(
        file,
        [
            replace(seen, counted_at=old),
            passed,
            replace(before[0], counted_at=old),
            *visit(3, NOON, Direction.ENTRY),
        ],
    )
    day = today(file, NOON, ALMATY)
    assert day.by_old_number == json.loads(day.as_json())["by_old_number"] == 1
    assert "1  of them let in by an old number" in day.as_text()


def test_a_closing_sends_everybody_home(tmp_path):
    file = tmp_path / "kiosk.db"
    entered = visit(1, NOON.replace(hour=2), Direction.ENTRY)
    closing = Closing(
        id="01900000-0000-7000-8000-00000000c105", closed_at=NOON.replace(hour=3), assumed_exits=1
    )
    store_with(file, [*entered, closing])
    assert today(file, NOON, ALMATY).inside == 0


def test_a_day_without_anybody_says_so(tmp_path):
    file = tmp_path / "kiosk.db"
    store_with(file, [])
    assert today(file, NOON, ALMATY).as_text() == "nobody has passed today"


def test_after_midnight_who_came_before_it_is_still_inside(tmp_path):
    file = tmp_path / "kiosk.db"
    evening = NOON.replace(hour=18, minute=30)  # 23:30 in Almaty
    came = [record for number in range(5) for record in visit(number, evening, Direction.ENTRY)]
    store_with(file, came)
    night = evening + timedelta(hours=1)
    assert today(file, night, ALMATY).as_text() == "nobody has passed today, 5 inside since before midnight"
    store_with(file, visit(6, night, Direction.ENTRY))
    assert "worked from 00:30 to 00:30: 1 in, 0 out, 6 inside" in today(file, night, ALMATY).as_text()


def correction(number: int, change: int, at: datetime) -> Correction:
    uid = f"01900000-0000-7000-8000-0000000c0{number:03x}"
    return Correction(id=uid, change=change, corrected_at=at, by="Aigul", why="counted heads")


def test_what_staff_corrected_counts_and_is_told_without_who_or_why(tmp_path):
    file = tmp_path / "kiosk.db"
    yesterday = correction(1, 9, NOON.replace(day=22, hour=10))
    shut = Closing(
        id="01900000-0000-7000-8000-00000000c105", closed_at=NOON.replace(day=22, hour=18), assumed_exits=9
    )
    came = visit(2, NOON.replace(hour=2), Direction.ENTRY)
    today_s = [correction(3, 3, NOON.replace(hour=3)), correction(4, -1, NOON.replace(hour=4))]
    store_with(file, [yesterday, shut, *came, *today_s])
    day = today(file, NOON, ALMATY)
    assert day.as_text().splitlines()[-2:] == [
        "the number inside was corrected by staff: +3, -1",
        "worked from 07:00 to 07:00: 1 in, 0 out, 3 inside",
    ]
    said = json.loads(day.as_json())
    assert (said["corrections"], said["inside"], said["worked"]["entries"]) == ([3, -1], 3, 1)
    assert "Aigul" not in day.as_text() + day.as_json()
    assert "heads" not in day.as_text() + day.as_json()


def test_a_day_with_corrections_alone_does_not_say_that_somebody_passed(tmp_path):
    file = tmp_path / "kiosk.db"
    store_with(file, [correction(1, 2, NOON.replace(hour=3))])
    assert today(file, NOON, ALMATY).as_text().splitlines() == [
        "the number inside was corrected by staff: +2",
        "nobody has passed today, 2 inside",
    ]


def test_a_correction_below_nobody_shows_nobody(tmp_path):
    file = tmp_path / "kiosk.db"
    store_with(file, [correction(1, -2, NOON.replace(hour=3))])
    assert today(file, NOON, ALMATY).inside == 0
