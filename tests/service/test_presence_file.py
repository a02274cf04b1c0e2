"""Who is inside survives a restart of the service, dies with the power, and is never in clear: on real files."""

import threading
from dataclasses import replace

from kiosk.core.model import Direction, DoorKind
from kiosk.service.presence_file import PresenceFile, in_memory, runtime_folder
from tests.core.doorman import Doorman
from tests.core.test_over_a_restart import entered, remembered
from tests.factories import make_door, make_iin, make_person

BOOT = "7d3f0f86-7c3e-4c56-9a0b-1c5d7a9e2b11"


def test_after_a_restart_of_the_service_who_is_inside_is_let_out_as_leaving(tmp_path):
    man = entered(1, 2)
    kept = PresenceFile(tmp_path, "D01", BOOT)
    kept.put(remembered(man))
    kept.flush()
    found = PresenceFile(tmp_path, "D01", BOOT).read()
    presence, occupancy = found.caught_up(())
    door = make_door(DoorKind.TOGGLE, presence=presence, occupancy=occupancy)
    again = Doorman(replace(door, setup=replace(door.setup, presence_key=found.key)), stamps=man.stamps)
    again.reads(make_person(1))
    assert [visit.direction for visit in again.visits] == [Direction.EXIT]
    assert again.door.people.inside == 1


def test_after_a_power_cut_the_file_is_nobodys_and_the_door_says_that_it_does_not_know(tmp_path, caplog):
    man = entered(1)
    kept = PresenceFile(tmp_path, "D01", BOOT)
    kept.put(remembered(man))
    kept.flush()
    assert PresenceFile(tmp_path, "D01", BOOT.replace("7d", "8e")).read() is None
    assert "not known any more" in caplog.text
    door = make_door(DoorKind.TOGGLE, occupancy=man.door.people.occupancy)
    assert Doorman(door).view.corner.who_unknown
    assert not man.view.corner.who_unknown


def test_nothing_in_the_file_is_an_identifier(tmp_path):
    man = entered(1, 2)
    kept = PresenceFile(tmp_path, "D01", BOOT)
    kept.put(remembered(man))
    kept.flush()
    (file,) = tmp_path.iterdir()
    body = file.read_bytes()
    assert all(make_iin(number).encode() not in body for number in (1, 2))
    assert file.stat().st_mode & 0o077 == 0
    assert "p" * 8 not in repr(remembered(man))


def test_the_worker_writes_the_newest_and_the_last_when_it_is_stopped(tmp_path):
    kept, stop = PresenceFile(tmp_path, "D01", BOOT), threading.Event()
    one, two = entered(1), entered(1, 2)
    kept.put(remembered(one))
    kept.put(remembered(two))
    stop.set()
    kept.body(stop)
    assert kept.read() == remembered(two)
    assert [path.name for path in tmp_path.iterdir()] == ["presence-D01.json"]


def test_a_folder_that_went_away_stops_nothing_and_is_told_once(tmp_path, caplog):
    folder = tmp_path / "run"
    folder.mkdir()
    kept = PresenceFile(folder, "D01", BOOT)
    folder.rmdir()
    for _ in range(2):
        kept.put(remembered(entered(1)))
        kept.flush()
    assert caplog.text.count("could not be kept") == 1


def test_where_the_folder_cannot_be_written_another_one_in_memory_is_taken_or_none(tmp_path, caplog):
    taken = tmp_path / "file"
    taken.write_bytes(b"")
    disk = tmp_path / "disk"
    disk.mkdir()
    wanted = tmp_path / "run"
    assert runtime_folder(wanted, disk) == wanted
    assert wanted.stat().st_mode & 0o077 == 0
    if not in_memory(disk):
        assert runtime_folder(taken, disk) is None
        assert "will not be known after a restart" in caplog.text
    assert runtime_folder(taken, tmp_path / "nowhere") is None


def test_a_folder_is_in_memory_where_the_nearest_mount_says_so(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/mmcblk0p2 / ext4 rw 0 0\ntmpfs {tmp_path} tmpfs rw 0 0\ngarbage\n")
    assert in_memory(tmp_path / "run", mounts)
    assert not in_memory(tmp_path.parent, mounts)
    assert not in_memory(tmp_path, tmp_path / "nothing")
