"""Every check says what it found and what to do; none stops another, and none changes anything."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from drivers.engine.zxing_engine import ZxingDecoder
from kiosk.core.events import Part
from kiosk.core.health.faults import NOT_ENROLLED, NUMBER_OF
from kiosk.doctor import (
    access_checks,
    camera_checks,
    capacity_checks,
    input_checks,
    install_checks,
    machine_checks,
    output_checks,
    registry_checks,
    running,
    store_checks,
)
from kiosk.doctor import readings as doctor_readings
from kiosk.doctor import table as doctor
from kiosk.doctor.finding import CheckState, Finding, Fix
from kiosk.doctor.running import Running
from kiosk.errors import (
    CameraLost,
    DriverError,
    DriverMissing,
    RegistryRefused,
    RegistryUnreachable,
)
from kiosk.service.status_file import BrokenPart, KioskStatus
from simulator.alarm import FakeFireAlarm
from simulator.keypad import FakeKeypad
from simulator.passage import FakePassage
from simulator.scanner import FakeScanner

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def raising(error: Exception) -> Callable[..., object]:
    def fail(*_: object) -> object:
        raise error

    return fail


class OneFrame:
    """A camera with one picture."""

    def __init__(self, frame: np.ndarray | None) -> None:
        self._frame = frame
        self.closed = False

    def read(self, wait_s: float) -> np.ndarray:
        if self._frame is None:
            raise CameraLost("no frame came")
        return self._frame

    def close(self) -> None:
        self.closed = True


@pytest.mark.concurrent
def test_the_numbers_of_the_checks_are_stable():
    told = [(check.number, check.name) for check in doctor.checks(None)]
    assert told == [
        (1, "python"), (2, "configuration"), (3, "time-zone"), (4, "clock"), (5, "disk"), (6, "sqlite"), (7, "store"),
        (8, "queue"), (9, "registry"), (10, "camera"), (11, "decoders"), (12, "keypad"), (13, "gpio"), (14, "display"),
        (15, "words"), (16, "secrets"), (17, "enrolled"), (18, "documents"), (19, "gate"), (20, "lamp"), (21, "scanner"),
        (22, "service"), (23, "gate-safe"), (24, "watchdog"), (25, "console"), (26, "packages"), (27, "groups"),
        (28, "files"), (29, "runtime"), (31, "swap"), (32, "sound"), (33, "power"), (34, "heat"),
        (35, "memory"), (36, "passage"), (37, "view"), (38, "alarm"), (39, "capacity"), (40, "eyes"),
    ]  # fmt: skip


@pytest.mark.concurrent
def test_the_function_of_each_check_bears_its_name_and_its_number():
    for row in doctor.TABLE:
        assert row.look.__name__ == f"check_{row.name.replace('-', '_')}"
        assert row.look.__doc__ == f"Check {row.number}."


@pytest.mark.concurrent
def test_what_the_screen_shows_and_the_lamp_blinks_is_the_check_that_looks_at_it():
    names = {row.number: row.name for row in doctor.TABLE}
    assert {part.value: names[number] for part, number in NUMBER_OF.items()} == {
        part.value: part.value for part in Part
    }
    assert names[NOT_ENROLLED] == "enrolled"


@pytest.mark.concurrent
def test_every_check_is_in_the_docs_with_its_remedy_and_every_blink_that_there_is(root: Path):
    page = (root / "docs" / "doctor.md").read_text()
    for row in doctor.TABLE:
        assert f"| {row.number} | {row.name} | {row.about} | {row.remedy} |" in page
    [gate] = [line for line in page.splitlines() if line.startswith("| 19 | gate |")]
    assert gate.endswith("| 1 long, 9 short |")


@pytest.mark.parametrize(
    "version,state", [((3, 10, 9), "broken"), ((3, 11, 2), "ok"), ((3, 13, 0), "ok"), ((3, 14, 0), "broken")]
)
def test_python_is_3_11_to_3_13(version, state):
    assert install_checks.python_version(version).state == state


def test_time_zone_data_from_before_2024_is_broken():
    almaty = ZoneInfo("Asia/Almaty")
    assert machine_checks.time_zone(almaty).state is CheckState.OK
    old = machine_checks.time_zone(almaty, zone_data=lambda _name: ZoneInfo("Etc/GMT-6"))
    assert old.state is CheckState.BROKEN
    assert "UTC+6, expected UTC+5" in old.says


@pytest.mark.parametrize(
    "synchronised,now,state",
    [(True, NOW, "ok"), (False, NOW, "warning"), (True, NOW - timedelta(days=400), "broken")],
)
def test_a_clock_that_is_late_or_not_synchronised_is_told(synchronised, now, state):
    assert machine_checks.clock(synchronised, now, NOW - timedelta(days=30)).state == state


def test_a_clock_that_the_running_kiosk_does_not_believe_is_broken_however_synchronised():
    found = machine_checks.clock(True, NOW, NOW, doubted="is behind what the registry has signed")
    assert found.state is CheckState.BROKEN
    assert "is behind what the registry has signed (says the kiosk that runs)" in found.says


def test_the_clock_can_be_repaired_where_that_is_offered():
    keep = Fix("have the system keep the time by the network", lambda: None)
    assert machine_checks.clock(False, NOW, NOW, keep).fixes == (keep,)
    assert machine_checks.clock(True, NOW, NOW, keep).fixes == ()


@pytest.mark.parametrize("free,state", [(1e9, "ok"), (1e8, "warning"), (1e6, "broken")])
def test_a_full_disk_is_told_before_it_is_full(free, state, tmp_path: Path):
    assert store_checks.disk(tmp_path, free_bytes=lambda _folder: free).state == state


@pytest.mark.parametrize(
    "took,state,says",
    [(0.012, "ok", "on it in 12 ms"), (0.9, "warning", "900 ms: visitors wait"), (None, "ok", "only root")],
)
def test_a_disk_that_takes_a_row_too_slowly_is_told(took, state, says, tmp_path: Path):
    found = store_checks.disk(tmp_path, trial_s=lambda _folder: took)
    assert (found.state, says in found.says) == (state, True)


def test_the_trial_writes_as_the_store_does_and_leaves_nothing(tmp_path: Path):
    assert doctor_readings.row_s(tmp_path) > 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_broken(tmp_path: Path):
    assert store_checks.disk(tmp_path / "none").state is CheckState.BROKEN


@pytest.mark.parametrize("version,state", [((3, 36, 9), "broken"), ((3, 37, 0), "ok"), ((3, 40, 1), "ok")])
def test_sqlite_knows_strict_tables(version, state):
    assert store_checks.sqlite_version(version).state == state


def test_a_store_that_is_not_made_yet_is_fine_and_stays_unmade(tmp_path: Path):
    file = tmp_path / "kiosk.db"
    assert store_checks.store(file, doctor_readings.quick_look).state is CheckState.OK
    assert not file.exists()


def test_a_sound_store_is_ok_and_a_damaged_one_is_moved_aside_by_a_repair(tmp_path: Path):
    file = tmp_path / "kiosk.db"
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE t (x TEXT)")
        db.executemany("INSERT INTO t VALUES (?)", [("row" * 300,)] * 200)
    db.close()
    assert store_checks.store(file, doctor_readings.quick_look).state is CheckState.OK
    with file.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * 8192)
    aside = Fix("move it aside", lambda: doctor_readings.begin_anew(file))
    damaged = store_checks.store(file, doctor_readings.quick_look, aside)
    assert (damaged.state, damaged.fixes) == (CheckState.BROKEN, (aside,))
    aside.do()
    mended = store_checks.store(file, doctor_readings.quick_look, aside)
    assert (mended.state, mended.fixes) == (CheckState.WARNING, ())
    assert "kiosk.db.unreadable-" in mended.says


def test_a_store_that_could_lose_visits_is_broken(tmp_path: Path):
    file = tmp_path / "kiosk.db"
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE t (x TEXT)")
    db.close()
    assert "journal mode 'delete'" in store_checks.store(file, doctor_readings.quick_look).says


@pytest.mark.parametrize(
    "counts,state",
    [
        (None, "ok"),
        ((0, 0, None), "ok"),
        ((5, 0, NOW - timedelta(minutes=5)), "ok"),
        ((5, 0, NOW - timedelta(hours=2)), "warning"),
        ((5, 1, NOW), "warning"),
    ],
)
def test_parked_or_old_records_are_told(counts, state):
    assert store_checks.queue(None if counts is None else lambda: counts, NOW).state == state


def test_a_registry_that_answers_in_time_is_ok_and_a_slow_one_is_told():
    clock = iter([0.0, 0.1, 0.0, 1.0])
    assert registry_checks.registry(lambda: None, lambda: next(clock), 1.5).says == "answers in 100 ms"
    assert registry_checks.registry(lambda: None, lambda: next(clock), 1.5).state is CheckState.WARNING


@pytest.mark.parametrize("ahead,says", [(400, "400 s behind"), (-400, "400 s ahead of")])
def test_a_clock_that_is_not_the_registrys_is_told(ahead, says):
    found = registry_checks.registry(lambda: None, lambda: 0.0, 1.5, lambda: timedelta(seconds=ahead))
    assert (found.state, says in found.says) == (CheckState.WARNING, True)


@pytest.mark.parametrize(
    "error,remedy",
    [
        (RegistryUnreachable("refused"), "nothing listens"),
        (RegistryUnreachable("tls"), "see the clock (4)"),
        (RegistryUnreachable("redirect"), "login page"),
        (RegistryUnreachable("unheard-of"), "goes on offline"),
        (RegistryRefused("unknown-device"), "[registry] device"),
    ],
)
def test_a_registry_that_does_not_answer_is_broken_with_a_remedy_of_its_own(error, remedy):
    found = registry_checks.registry(raising(error), lambda: 0.0, 1.5)
    assert found.state is CheckState.BROKEN
    assert remedy in found.remedy


def ticking(step_s: float) -> Callable[[], float]:
    return iter(np.arange(0, 1000, step_s)).__next__


def test_a_camera_is_judged_by_how_often_it_gives_a_picture():
    good, dead = OneFrame(np.full((720, 1280), 90, dtype=np.uint8)), OneFrame(None)

    def seen(camera: OneFrame, took_s: float = 0.5) -> Finding:
        return camera_checks.camera(lambda: camera, mono=ticking(took_s))

    assert seen(good) == Finding(CheckState.OK, "gives pictures of 1280x720, 30 a second")
    slow = seen(good, 15.0)
    assert (slow.state, "too few" in slow.says) == (CheckState.WARNING, True)
    assert seen(dead).state is CheckState.BROKEN
    assert good.closed
    assert dead.closed
    missing = camera_checks.camera(raising(DriverMissing("no camera")), mono=ticking(1))
    assert (missing.state, missing.says) == (CheckState.BROKEN, "no camera")
    assert camera_checks.camera(None, mono=ticking(1)).state is CheckState.OK


def test_the_real_engines_read_what_is_drawn_for_them():
    assert camera_checks.decoders((ZxingDecoder,)) == Finding(CheckState.OK, "zxing read a drawn code")


def test_an_engine_that_reads_nothing_or_is_missing_is_broken():
    blind = SimpleNamespace(name="blind", decode=lambda _frame: [])
    assert camera_checks.decoders((lambda: blind,)).says == "blind does not read a code that was drawn for it"
    assert camera_checks.decoders((raising(DriverMissing("no libzbar0")),)).says == "no libzbar0"


def test_a_keypad_that_is_not_there_matters_only_where_one_was_asked_for():
    assert input_checks.keypad(FakeKeypad, optional=False).state is CheckState.OK
    assert input_checks.keypad(None, optional=False).state is CheckState.OK
    missing = raising(DriverMissing("no keypad"))
    assert input_checks.keypad(missing, optional=True).state is CheckState.OK
    assert input_checks.keypad(missing, optional=False).state is CheckState.BROKEN
    assert (
        input_checks.keypad(raising(DriverError("may not be read")), optional=True).state is CheckState.BROKEN
    )


def status(*troubles: tuple[int, str], **changes: object) -> KioskStatus:
    return KioskStatus(
        at=NOW, version="1", process=7, state="idle", faults=tuple(number for number, _ in troubles),
        troubles=tuple(BrokenPart(number=number, part="part", why=why) for number, why in troubles),
        online=True, waiting=0, parked=0, time_trusted=True, **changes,
    )  # fmt: skip


def test_what_a_running_kiosk_has_in_use_is_not_opened_but_asked_for():
    busy = raising(AssertionError("opened beside the kiosk"))
    lines = {"entry_pin": 17}
    for told, state in (
        (status(), CheckState.OK),
        (
            status((10, "no frame"), (12, "unplugged"), (19, "did not turn"), (21, "unplugged")),
            CheckState.BROKEN,
        ),
        (status((4, "late")), CheckState.OK),
        (None, CheckState.WARNING),
    ):
        running = Running(status=told)
        assert camera_checks.camera(busy, mono=ticking(1), running=running).state is state
        assert input_checks.keypad(busy, optional=False, running=running).state is state
        assert input_checks.scanner(busy, running=running).state is state
        assert output_checks.wired(19, lines, lambda _pins: ["lg"], running=running).state is state


@pytest.mark.parametrize(
    "told, state, says",
    [
        ({"inside": 7}, CheckState.OK, "7 inside; no capacity is in force"),
        ({"inside": 7, "capacity": 60, "counted": "14:02"}, CheckState.OK, "7 inside as of 14:02, of 60"),
        ({"inside": 62, "capacity": 60, "too_many": 2}, CheckState.WARNING, "62 inside, of 60: 2 too many"),
        ({"inside": 7, "capacity_ignored": 60}, CheckState.WARNING, "capacity of 60 is not enforced"),
    ],
)
def test_the_running_kiosk_says_whether_the_capacity_is_enforced(told, state, says):
    found = capacity_checks.capacity(Running(status=status(**told)))
    assert found.state is state
    assert says in found.says


@pytest.mark.parametrize("running", [None, Running(status=None)])
def test_without_a_kiosk_that_says_so_nobody_knows_of_a_capacity(running):
    assert capacity_checks.capacity(running).state is CheckState.OK


def test_a_desk_scanner_opens_or_says_why_not():
    assert input_checks.scanner(None).state is CheckState.OK
    assert input_checks.scanner(FakeScanner).says == "opens"
    assert input_checks.scanner(raising(DriverMissing("no scanner"))).state is CheckState.BROKEN


def test_the_passage_sensors_pins_open_or_it_is_told():
    assert input_checks.passage(None).state is CheckState.OK
    assert input_checks.passage(lambda: FakePassage("beams")).says == "opens"
    assert input_checks.passage(raising(DriverError("GPIO23 is held"))).state is CheckState.BROKEN


@pytest.mark.parametrize("ringing, state", [(False, CheckState.OK), (True, CheckState.WARNING)])
def test_a_fire_alarm_that_rings_is_told_before_anybody_wonders_why_the_door_is_shut(ringing, state):
    assert input_checks.alarm(None).state is CheckState.OK
    assert input_checks.alarm(lambda: FakeFireAlarm(ringing=ringing)).state is state
    assert input_checks.alarm(raising(DriverError("GPIO25 is held"))).state is CheckState.BROKEN


def test_the_lines_of_a_thing_are_free_or_the_kiosks_own():
    lines = {"entry_pin": 17, "exit_pin": 27}
    running = Running(status=status())
    assert output_checks.wired(19, {}, raising(DriverError("not asked"))).state is CheckState.OK
    assert (
        output_checks.wired(19, lines, lambda _pins: ["", ""]).says
        == "entry_pin GPIO17, exit_pin GPIO27: free"
    )
    taken = output_checks.wired(19, lines, lambda _pins: ["", "spi0 CS1"])
    assert (taken.state, taken.says) == (CheckState.BROKEN, "exit_pin (GPIO27) is held by 'spi0 CS1'")
    assert output_checks.wired(19, lines, lambda _pins: ["lg", "lg"], running=running).state is CheckState.OK
    idle = output_checks.wired(19, lines, lambda _pins: ["lg", ""], running=running)
    assert (idle.state, "has not taken exit_pin" in idle.says) == (CheckState.BROKEN, True)
    assert output_checks.wired(19, lines, raising(DriverMissing("no header"))).state is CheckState.BROKEN


def test_a_sound_device_is_looked_for_where_the_door_is_to_be_heard(tmp_path: Path):
    cards = tmp_path / "cards"
    assert output_checks.sound("none", cards).state is CheckState.OK
    assert output_checks.sound("pygame", cards).state is CheckState.WARNING
    cards.write_text("--- no soundcards ---\n")
    assert output_checks.sound("pygame", cards).state is CheckState.WARNING
    cards.write_text(
        " 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones\n                      bcm2835\n"
    )
    assert output_checks.sound("pygame", cards) == Finding(
        CheckState.OK, "bcm2835_headpho - bcm2835 Headphones"
    )


@pytest.mark.parametrize(
    "lock,command,runs",
    [
        (None, b"", False),
        ("", b"", False),
        ("77", b"python\0-m\0kiosk\0run\0", True),
        ("77", b"sh\0", False),
        ("78", b"", False),
    ],
)
def test_a_kiosk_runs_when_the_process_that_the_lock_names_is_one(lock, command, runs, tmp_path: Path):
    (tmp_path / "77").mkdir()
    (tmp_path / "77" / "cmdline").write_bytes(command)
    if lock is not None:
        (tmp_path / "kiosk.db.lock").write_text(lock)
    assert running.running(tmp_path / "kiosk.db", processes=tmp_path) is runs


def test_pins_are_looked_at_only_where_something_is_wired():
    assert output_checks.gpio({}, raising(DriverMissing("no pins"))).state is CheckState.OK
    assert output_checks.gpio({"gate": "17"}, raising(DriverMissing("no pins"))).state is CheckState.BROKEN
    assert output_checks.gpio({"gate": "17"}, doctor_readings.pin_factory).says == "MockFactory: gate on 17"


@pytest.mark.parametrize(
    "driver,edition,connected,state",
    [
        ("kmsdrm", True, True, "ok"),
        ("kmsdrm", True, False, "broken"),
        ("kmsdrm", False, True, "broken"),
        ("offscreen", True, True, "warning"),
    ],
)
def test_the_display_has_to_be_there_and_pygame_the_right_one(driver, edition, connected, state):
    assert output_checks.display(driver, community_edition=edition, connected=connected).state == state


def test_missing_words_or_letters_are_broken():
    assert output_checks.words(lambda: None, lambda: None).state is CheckState.OK
    gap = output_checks.words(raising(ValueError("kk of come-in is missing\nand more")), lambda: None)
    assert gap.says == "words or letters are missing: kk of come-in is missing"
    assert output_checks.words(lambda: None, raising(FileNotFoundError("font"))).state is CheckState.BROKEN


def test_what_only_the_device_may_know_is_for_its_owner_alone_and_never_shown(tmp_path: Path):
    folder = tmp_path / "device"
    assert access_checks.secrets(folder).state is CheckState.OK
    folder.mkdir(mode=0o700)
    file = folder / "enrolment.json"
    file.write_text("c0ffee")
    file.chmod(0o640)
    found = access_checks.secrets(folder)
    assert (found.state, "enrolment.json" in found.says) == (CheckState.BROKEN, True)
    file.chmod(0o600)
    found = access_checks.secrets(folder)
    assert found.state is CheckState.OK
    assert "c0ffee" not in found.says
    folder.chmod(0o755)
    assert access_checks.secrets(folder).state is CheckState.BROKEN
