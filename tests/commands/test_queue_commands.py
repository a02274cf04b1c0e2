"""`kiosk queue` shows what the registry does not have yet, beside a running kiosk, and names nobody."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.commands import cli
from kiosk.commands import queue as queue_commands
from kiosk.core.ids import reference
from kiosk.core.model import Closing
from kiosk.core.outbox import Later, Parked
from kiosk.errors import KioskError, StoreError
from kiosk.store.store import Store
from tests.store.making import GREEN, RED, make_amendment, make_correction, make_visit

ALMATY = ZoneInfo("Asia/Almaty")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
UIDS = [f"01900000-0000-7000-8000-00000000000{number}" for number in range(3)]


class StoppedClock:
    """It is always NOW."""

    def wall(self) -> datetime:
        return NOW

    def mono(self) -> float:
        return 0.0

    def trusted(self) -> bool:
        return True


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three records: one due, one put off, one parked."""
    store = Store(tmp_path / "kiosk.db", clock=StoppedClock())
    for uid in UIDS:
        store.record(Closing(id=uid, closed_at=NOW, assumed_exits=2))
    store.mark([Later(uid=UIDS[1], wait_s=60), Parked(uid=UIDS[2], reason="uid-reused")], NOW)
    store.close()
    return tmp_path / "kiosk.db"


def test_the_list_has_every_record_with_its_state_in_the_doors_time(file: Path):
    text, parked = queue_commands.listing(file, ALMATY, parked_only=False, limit=50)
    assert parked == 1
    assert text.splitlines() == [
        f"{UIDS[2]}  2026-11-22 15:00:00  closing     parked: uid-reused",
        f"{UIDS[0]}  2026-11-22 15:00:00  closing     due now",
        f"{UIDS[1]}  2026-11-22 15:00:00  closing     tried 1 times, again at 2026-11-22 15:01:00",
        "2 wait, the oldest since 2026-11-22 15:00:00; 1 parked; 0 of them incidents",
    ]


def test_only_parked_records_where_those_are_asked_for(file: Path):
    text, _parked = queue_commands.listing(file, ALMATY, parked_only=True, limit=50)
    assert [line.split()[0] for line in text.splitlines()[:-1]] == [UIDS[2]]


def test_the_list_is_read_beside_a_running_kiosk_and_requeue_says_to_stop_it(file: Path):
    running = Store(file, clock=StoppedClock())
    try:
        assert queue_commands.listing(file, ALMATY, parked_only=False, limit=1)[1] == 1
        with pytest.raises(StoreError, match="stop the other one first"):
            queue_commands.requeue(file, None, StoppedClock())
    finally:
        running.close()


def test_a_parked_record_waits_again_by_its_id_or_with_all_others(file: Path):
    with pytest.raises(KioskError, match="none of that name is parked"):
        queue_commands.requeue(file, UIDS[0], StoppedClock())
    assert queue_commands.requeue(file, UIDS[2], StoppedClock()) == 1
    assert queue_commands.requeue(file, None, StoppedClock()) == 0
    assert queue_commands.listing(file, ALMATY, parked_only=False, limit=50)[1] == 0


def test_one_record_is_shown_by_its_id_and_an_unknown_one_is_told(file: Path):
    assert "state     parked: uid-reused" in queue_commands.show(file, ALMATY, UIDS[2])
    with pytest.raises(KioskError, match="the registry may have it already"):
        queue_commands.show(file, ALMATY, "850101300123")


def test_no_store_is_told_and_none_is_made(tmp_path: Path):
    with pytest.raises(StoreError, match="there is no such file"):
        queue_commands.requeue(tmp_path / "kiosk.db", None, StoppedClock())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.concurrent
def test_the_commands_print_and_return_1_while_something_is_parked(file: Path, tmp_path: Path, capsys):
    config = tmp_path / "kiosk.toml"
    config.write_text(f'[store]\npath = "{file}"\n')
    assert cli.main(["queue", "list", "--config", str(config)]) == 1
    assert cli.main(["queue", "show", UIDS[0], "--config", str(config)]) == 0
    assert cli.main(["queue", "requeue", "--all", "--config", str(config)]) == 0
    assert cli.main(["queue", "list", "--config", str(config)]) == 0
    assert "1 waits again\n" in capsys.readouterr().out


@pytest.mark.parametrize("written", ["{}", "{} ", "{lower}", "{bare}", "{spaced}"])
def test_a_visit_is_shown_by_its_number_as_people_say_it_with_its_last_decision(tmp_path: Path, written: str):
    store = Store(tmp_path / "kiosk.db", clock=StoppedClock())
    refused = make_visit(1, decision=RED)
    store.record(refused)
    store.record(make_amendment(2, refused, GREEN, why="a paper"))
    store.mark([Parked(uid=refused.id, reason="other-door")], NOW)
    store.close()
    number = reference(refused.id)
    name = written.format(
        number, lower=number.lower(), bare=number.replace("-", ""), spaced=number.replace("-", " ")
    )
    shown = queue_commands.show(tmp_path / "kiosk.db", ALMATY, name)
    assert "outcome   admitted (status-admitted)" in shown
    assert "state     parked: other-door" in shown


def test_a_correction_is_listed_and_shown_by_kind_and_time_and_not_by_who_or_why(tmp_path):
    file = tmp_path / "kiosk.db"
    store = Store(file, clock=StoppedClock())
    said = make_correction(1, -2, by="Aigul", why="counted heads")
    store.record(said)
    store.close()
    listed, _parked = queue_commands.listing(file, ALMATY, parked_only=False, limit=50)
    assert listed.splitlines()[0] == f"{said.id}  2026-03-04 12:01:00  correction  due now"
    shown = queue_commands.show(file, ALMATY, said.id)
    assert "kind      correction" in shown
    assert {"Aigul", "counted"} & set((listed + shown).split()) == set()
