"""How the running kiosk is, for whoever asks on the same machine: whole, fresh, and without a person."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk.core.events import HealthChanged, Part
from kiosk.core.model import Stamp
from kiosk.service.status_file import NAME, OLD, BrokenPart, KioskStatus, StatusFile, newest
from tests.core.doorman import Doorman
from tests.factories import make_iin, make_pass, make_person

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def at(man: Doorman) -> Stamp:
    return replace(man.stamps.now(), wall=NOW)


def status() -> KioskStatus:
    man = Doorman()
    man.tell(HealthChanged(part=Part.CAMERA, working=False, why="unplugged"))
    return KioskStatus.of(man.door, at(man))


def test_what_was_written_is_read_again(tmp_path: Path):
    StatusFile(tmp_path).write(status())
    found = newest([tmp_path / "none", tmp_path], NOW)
    assert found == status()
    assert (found.faults, found.troubles) == ((10,), (BrokenPart(number=10, part="camera", why="unplugged"),))
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0


def test_a_kiosk_that_wrote_nothing_lately_is_not_asked(tmp_path: Path):
    StatusFile(tmp_path).write(status())
    assert newest([tmp_path], NOW + OLD) is None
    assert newest([tmp_path], NOW + OLD - timedelta(seconds=1)) is not None


def test_half_a_file_and_a_foreign_one_are_none(tmp_path: Path):
    whole = status().as_json()
    for text in (whole[:-9], "[]", "{}", whole.replace('"state"', '"mood"'), "\x00"):
        (tmp_path / NAME).write_text(text)
        assert newest([tmp_path], NOW) is None


def test_a_kiosk_that_stops_takes_its_word_back(tmp_path: Path):
    file = StatusFile(tmp_path)
    file.write(status())
    file.remove()
    file.remove()
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_be_written_the_kiosk_goes_on_and_says_so_once(tmp_path: Path, caplog):
    file = StatusFile(tmp_path / "none")
    file.write(status())
    file.write(status())
    assert len(caplog.records) == 1
    StatusFile(None).write(status())


def test_nobody_is_in_it_whoever_stands_at_the_door():
    man = Doorman()
    man.reads(make_person(7))
    for text in (KioskStatus.of(man.door, at(man)).as_json(), repr(KioskStatus.of(man.door, at(man)))):
        assert make_iin(7) not in text
    man.reads(make_pass())
    assert "subject" not in KioskStatus.of(man.door, at(man)).as_json()
