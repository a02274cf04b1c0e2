"""Every check says what it found and what to do; none stops another, and none changes anything."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from drivers.engine_zxing import ZxingDecoder
from drivers.fake_keypad import FakeKeypad
from kiosk import doctor
from kiosk import doctor_checks as look
from kiosk.doctor_finding import Finding, State
from kiosk.errors import (
    CameraLost,
    DriverError,
    DriverMissing,
    RegistryRefused,
    RegistryUnreachable,
)

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


def test_the_numbers_of_the_checks_are_stable():
    told = [(check.number, check.name) for check in doctor.checks(None)]
    assert told == [
        (1, "python"), (2, "configuration"), (3, "time-zone"), (4, "clock"), (5, "disk"), (6, "sqlite"), (7, "store"),
        (8, "queue"), (9, "registry"), (10, "camera"), (11, "decoders"), (12, "keypad"), (13, "gpio"), (14, "display"),
        (15, "words"), (16, "secrets"), (17, "enrolled"), (18, "documents"),
    ]  # fmt: skip


def test_every_check_is_in_the_docs(root: Path):
    page = (root / "docs" / "commands.md").read_text()
    for number, (name, about) in doctor.TABLE.items():
        assert f"| {number} | {name} | {about} |" in page


@pytest.mark.parametrize(
    "version,state", [((3, 10, 9), "broken"), ((3, 11, 2), "ok"), ((3, 13, 0), "ok"), ((3, 14, 0), "broken")]
)
def test_python_is_3_11_to_3_13(version, state):
    assert look.python_version(version).state == state


def test_time_zone_data_from_before_2024_is_broken():
    almaty = ZoneInfo("Asia/Almaty")
    assert look.time_zone(almaty).state is State.OK
    old = look.time_zone(almaty, zone_data=lambda _name: ZoneInfo("Etc/GMT-6"))
    assert old.state is State.BROKEN
    assert "UTC+6, expected UTC+5" in old.says


@pytest.mark.parametrize(
    "synchronised,now,state",
    [(True, NOW, "ok"), (False, NOW, "warning"), (True, NOW - timedelta(days=400), "broken")],
)
def test_a_clock_that_is_late_or_not_synchronised_is_told(synchronised, now, state):
    assert look.clock(synchronised, now, NOW - timedelta(days=30)).state == state


@pytest.mark.parametrize("free,state", [(1e9, "ok"), (1e8, "warning"), (1e6, "broken")])
def test_a_full_disk_is_told_before_it_is_full(free, state, tmp_path: Path):
    assert look.disk(tmp_path, lambda _folder: free).state == state


def test_a_folder_that_is_not_there_is_broken(tmp_path: Path):
    assert look.disk(tmp_path / "none").state is State.BROKEN


@pytest.mark.parametrize("version,state", [((3, 36, 9), "broken"), ((3, 37, 0), "ok"), ((3, 40, 1), "ok")])
def test_sqlite_knows_strict_tables(version, state):
    assert look.sqlite_version(version).state == state


def test_a_store_that_is_not_made_yet_is_fine_and_stays_unmade(tmp_path: Path):
    file = tmp_path / "kiosk.db"
    assert look.store(file, doctor.quick_check).state is State.OK
    assert not file.exists()


def test_a_sound_store_is_ok_and_a_damaged_one_broken(tmp_path: Path):
    file = tmp_path / "kiosk.db"
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE t (x TEXT)")
        db.executemany("INSERT INTO t VALUES (?)", [("row" * 300,)] * 200)
    db.close()
    assert look.store(file, doctor.quick_check).state is State.OK
    with file.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * 8192)
    assert look.store(file, doctor.quick_check).state is State.BROKEN


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
    assert look.queue(None if counts is None else lambda: counts, NOW).state == state


def test_a_registry_that_answers_in_time_is_ok_and_a_slow_one_is_told():
    clock = iter([0.0, 0.1, 0.0, 1.0])
    assert look.registry(lambda: None, lambda: next(clock), 1.5).says == "answers in 100 ms"
    assert look.registry(lambda: None, lambda: next(clock), 1.5).state is State.WARNING


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
    found = look.registry(raising(error), lambda: 0.0, 1.5)
    assert found.state is State.BROKEN
    assert remedy in found.remedy


def test_a_camera_is_ok_with_a_picture_dark_with_a_cap_and_broken_without():
    grey = np.full((720, 1280), 90, dtype=np.uint8)
    bright, capped, dead = OneFrame(grey), OneFrame(grey // 90), OneFrame(None)
    assert look.camera(lambda: bright) == Finding(State.OK, "gives pictures of 1280x720")
    assert look.camera(lambda: capped).state is State.WARNING
    assert look.camera(lambda: dead).state is State.BROKEN
    assert look.camera(raising(DriverMissing("no camera"))).says == "no camera"
    assert look.camera(None).state is State.OK
    assert [each.closed for each in (bright, capped, dead)] == [True, True, True]


def test_the_real_engines_read_what_is_drawn_for_them():
    assert look.decoders((ZxingDecoder,)) == Finding(State.OK, "zxing read a drawn code")


def test_an_engine_that_reads_nothing_or_is_missing_is_broken():
    blind = SimpleNamespace(name="blind", decode=lambda _frame: [])
    assert look.decoders((lambda: blind,)).says == "blind does not read a code that was drawn for it"
    assert look.decoders((raising(DriverMissing("no libzbar0")),)).says == "no libzbar0"


def test_a_keypad_that_is_not_there_matters_only_where_one_was_asked_for():
    assert look.keypad(FakeKeypad, optional=False).state is State.OK
    assert look.keypad(None, optional=False).state is State.OK
    missing = raising(DriverMissing("no keypad"))
    assert look.keypad(missing, optional=True).state is State.OK
    assert look.keypad(missing, optional=False).state is State.BROKEN
    assert look.keypad(raising(DriverError("may not be read")), optional=True).state is State.BROKEN


def test_what_a_running_kiosk_has_in_use_is_left_alone(tmp_path: Path):
    busy = raising(DriverError("busy"))
    assert look.camera(busy, in_use=True).state is State.OK
    assert look.keypad(busy, optional=False, in_use=True).state is State.OK


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
    assert look.running(tmp_path / "kiosk.db", processes=tmp_path) is runs


def test_pins_are_looked_at_only_where_something_is_wired():
    assert look.gpio({}, raising(DriverMissing("no pins"))).state is State.OK
    assert look.gpio({"gate": "17"}, raising(DriverMissing("no pins"))).state is State.BROKEN
    assert look.gpio({"gate": "17"}, doctor.pin_factory).says == "MockFactory: gate on 17"


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
    assert look.display(driver, community_edition=edition, connected=connected).state == state


def test_missing_words_or_letters_are_broken():
    assert look.words(lambda: None, lambda: None).state is State.OK
    gap = look.words(raising(ValueError("kk of come-in is missing\nand more")), lambda: None)
    assert gap.says == "words or letters are missing: kk of come-in is missing"
    assert look.words(lambda: None, raising(FileNotFoundError("font"))).state is State.BROKEN


def test_what_only_the_device_may_know_is_for_its_owner_alone_and_never_shown(tmp_path: Path):
    folder = tmp_path / "device"
    assert look.secrets(folder).state is State.OK
    folder.mkdir(mode=0o700)
    file = folder / "enrolment.json"
    file.write_text("c0ffee")
    file.chmod(0o640)
    found = look.secrets(folder)
    assert (found.state, "enrolment.json" in found.says) == (State.BROKEN, True)
    file.chmod(0o600)
    found = look.secrets(folder)
    assert found.state is State.OK
    assert "c0ffee" not in found.says
    folder.chmod(0o755)
    assert look.secrets(folder).state is State.BROKEN
