"""Who is inside survives a restart of the service, dies with the power, and is never in clear: on real files."""

import json
import threading
from dataclasses import replace

import pytest

from kiosk.core.door.over_a_restart import Remembered
from kiosk.core.inside.occupancy import Movement
from kiosk.core.model import Colour, Direction, DoorKind
from kiosk.service.presence_file import PresenceFile, in_memory, runtime_folder
from tests.core.doorman import Doorman
from tests.factories import NOON, make_door, make_id, make_iin, make_person

BOOT = "7d3f0f86-7c3e-4c56-9a0b-1c5d7a9e2b11"


def entered(*numbers, sensor=False):
    """A toggle door through which these people came in."""
    man = Doorman(make_door(DoorKind.TOGGLE, sensor=sensor))
    for number in numbers:
        man.reads(make_person(number))
        man.answers(Colour.GREEN)
        man.wait(60)
    return man


def remembered(man):
    return Remembered.of(man.door)


def moved(number, direction):
    return Movement(uid=make_id(number), at=NOON, direction=direction)


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
    assert again.door.inside == 1


def test_after_a_power_cut_the_file_is_nobodys_and_the_door_says_that_it_does_not_know(tmp_path, caplog):
    man = entered(1)
    kept = PresenceFile(tmp_path, "D01", BOOT)
    kept.put(remembered(man))
    kept.flush()
    assert PresenceFile(tmp_path, "D01", BOOT.replace("7d", "8e")).read() is None
    assert "not known any more" in caplog.text
    door = make_door(DoorKind.TOGGLE, occupancy=man.door.occupancy)
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


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_file_that_is_not_whole_is_nobodys(cut):
    body = remembered(entered(1)).to_bytes(BOOT)
    assert Remembered.from_bytes(body, BOOT) == remembered(entered(1))
    assert Remembered.from_bytes(body[: min(cut, len(body) - 1)], BOOT) is None


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b"\xff", b'{"version": 1, "boot": "b", "key": "00"}', b"[" * 100_000],
)
def test_anything_else_than_a_presence_is_none(body):
    assert Remembered.from_bytes(body, "b") is None


@pytest.mark.parametrize("wrong", [None, "1000", True, float("nan"), float("inf")])
def test_a_moment_that_cannot_be_compared_is_nobodys(wrong):
    said = json.loads(remembered(entered(1)).to_bytes(BOOT))
    said["entered"][0]["since"] = wrong
    assert Remembered.from_bytes(json.dumps(said).encode(), BOOT) is None


def test_who_passed_after_the_last_writing_is_counted_and_not_known():
    man = entered(1)
    presence, occupancy = remembered(man).caught_up([moved(2, Direction.ENTRY)])
    assert (len(presence.inside), occupancy.inside) == (1, 2)


def test_a_list_that_names_more_people_than_are_inside_is_dropped():
    """It names somebody who left: they would be let in again as leaving, unchecked."""
    man = entered(1)
    presence, occupancy = remembered(man).caught_up([moved(2, Direction.EXIT)])
    assert (presence.inside, occupancy.inside) == ((), 0)


def test_after_a_closing_nobody_is_inside_but_who_came_since():
    man = entered(1)
    presence, occupancy = remembered(man).caught_up([moved(2, None), moved(3, Direction.ENTRY)])
    assert (presence.inside, occupancy.inside) == ((), 1)


def test_who_is_still_on_the_way_through_the_gate_is_not_remembered_as_inside():
    man = Doorman(make_door(DoorKind.TOGGLE, sensor=True))
    man.reads(make_person())
    man.answers(Colour.GREEN)
    assert man.door.pending
    assert remembered(man).presence.inside == ()
    man.passes(Direction.ENTRY)
    assert [one.visit_id for one in remembered(man).presence.inside] == [make_id(1)]


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
