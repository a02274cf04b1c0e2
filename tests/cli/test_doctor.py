"""Every check says what it found and what to do; none stops another, and none changes anything."""

import json
import os
import sqlite3
import subprocess
import sys
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
from kiosk.doctor_checks import Finding, State
from kiosk.doctor_run import Check, as_json, as_line, examine, summary, worst
from kiosk.errors import (
    CameraLost,
    DriverError,
    DriverMissing,
    KioskError,
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
        (15, "words"), (16, "key-file"),
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


def test_the_key_of_the_venue_code_is_for_its_owner_alone_and_never_shown(tmp_path: Path):
    file = tmp_path / "venue-code.key"
    assert look.key_file(None).state is State.OK
    assert look.key_file(file).state is State.BROKEN
    file.write_text("")
    assert look.key_file(file).state is State.BROKEN
    file.write_text("c0ffee")
    file.chmod(0o644)
    assert look.key_file(file).state is State.WARNING
    file.chmod(0o400)
    found = look.key_file(file)
    assert found.state is State.OK
    assert "c0ffee" not in found.says


def checks_of(*runs: Callable[[], Finding]) -> list[Check]:
    return [Check(number=number, name=f"check-{number}", run=run) for number, run in enumerate(runs, start=1)]


def test_a_check_that_crashes_is_broken_with_a_sentence_and_stops_no_other():
    crash = raising(ZeroDivisionError("850101300123"))
    results = list(examine(checks_of(crash, lambda: look.ok("fine"))))
    assert [result.state for result in results] == ["broken", "ok"]
    assert results[0].says == "the check itself failed (ZeroDivisionError)"


def test_a_missing_library_is_named():
    [result] = examine(checks_of(raising(ImportError("no", name="zxingcpp"))))
    assert result.says == "the library zxingcpp is missing or does not load"


def test_only_the_checks_that_were_asked_for_run():
    ran = [
        result.number for result in examine(checks_of(*[lambda: look.ok("fine")] * 4), only=frozenset({2, 4}))
    ]
    assert ran == [2, 4]
    with pytest.raises(KioskError, match="from 1 to 2, found 7"):
        list(examine(checks_of(*[lambda: look.ok("fine")] * 2), only=frozenset({7})))


def test_the_worst_state_counts():
    fine, so_so, bad = (
        (lambda: look.ok("a")),
        (lambda: look.warning("b", "c")),
        (lambda: look.broken("d", "e")),
    )
    assert worst(examine(checks_of(fine))) is State.OK
    assert worst(examine(checks_of(fine, so_so, fine))) is State.WARNING
    results = list(examine(checks_of(so_so, bad, fine)))
    assert worst(results) is State.BROKEN
    assert summary(results) == "3 checks: 1 ok, 1 with a warning, 1 broken"
    assert as_line(results[1]) == " 2 BROKEN    check-2: d\n             -> e"
    assert json.loads(as_json(results))["checks"][0] == {
        "number": 1, "name": "check-1", "state": "warning", "says": "b", "remedy": "c"
    }  # fmt: skip


def run_doctor(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", "doctor", *words],
        cwd=root, env=dict(os.environ), capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip


@pytest.mark.parametrize("numbers,code", [(["3", "6", "11"], 0), (["2"], 1), (["5"], 2)])
def test_exit_codes_tell_ok_warning_and_broken(numbers: list[str], code: int, root: Path, tmp_path: Path):
    file = tmp_path / "kiosk.toml"
    file.write_text(f'[store]\npath = "{tmp_path}/none/kiosk.db"\n')
    assert run_doctor(root, *numbers, "--config", str(file)).returncode == code


def test_json_is_nothing_but_json_and_has_every_check(root: Path):
    done = run_doctor(root, "--json")
    told = json.loads(done.stdout)
    assert [check["number"] for check in told["checks"]] == list(doctor.TABLE)
    assert "Traceback" not in done.stderr
    assert not [check for check in told["checks"] if "the check itself failed" in check["says"]]
    assert all(check["remedy"] for check in told["checks"] if check["state"] != "ok")


def test_a_wrong_configuration_is_broken_once_and_the_rest_says_why_it_was_not_looked_at(
    root: Path, tmp_path: Path
):
    file = tmp_path / "kiosk.toml"
    file.write_text("[gate]\npulse_ms = 5\n")
    told = json.loads(run_doctor(root, "2", "5", "11", "--json", "--config", str(file)).stdout)["checks"]
    assert [check["state"] for check in told] == ["broken", "warning", "ok"]
    assert "kiosk.toml:2: unknown key" in told[0]["says"]
    assert told[1]["remedy"] == "first mend what check 2 says"
