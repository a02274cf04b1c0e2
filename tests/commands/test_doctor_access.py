"""Who owns what: what others could read or change is found, and given back without following anybody's link."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.doctor import access_checks, owners
from kiosk.doctor import readings as doctor_readings
from kiosk.doctor.finding import CheckState, Finding
from kiosk.doctor.owners import FileOwner
from kiosk.errors import KioskError

ME = FileOwner(uid=os.getuid(), gid=os.getgid())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    (folder / "device").mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    for name in ("kiosk.db", "device/device.key"):
        (folder / name).write_text("x")
        (folder / name).chmod(0o600)
    return folder


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    folder = tmp_path / "etc"
    folder.mkdir(mode=0o755)
    (folder / "kiosk.toml").write_text("")
    (folder / "kiosk.toml").chmod(0o644)
    return folder


@pytest.fixture
def look(data, configuration):
    def look(owner: FileOwner | None = ME) -> Finding:
        return access_checks.files(data, configuration, owner, ME)

    return look


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_is_right_is_left_alone(look):
    found = look()
    assert (found.state, found.fixes) == (CheckState.OK, ())


def test_where_the_door_has_no_user_of_its_own_there_is_nothing_to_look_at(look, data):
    (data / "kiosk.db").chmod(0o666)
    assert look(None).state is CheckState.OK


@pytest.mark.parametrize(
    "name,wrong,right",
    [
        ("kiosk.db", 0o640, 0o600),
        ("device/device.key", 0o604, 0o600),
        ("device", 0o755, 0o700),
        (".", 0o711, 0o700),
    ],
)
def test_data_that_others_could_read_is_found_and_given_back(look, data, name, wrong, right):
    (data / name).chmod(wrong)
    found = look()
    assert (found.state, str(data / name) in found.says) == (CheckState.BROKEN, True)
    for fix in found.fixes:
        fix.do()
    assert (mode(data / name), look().state) == (right, CheckState.OK)


@pytest.mark.parametrize("wrong", [0o664, 0o600])
def test_a_configuration_that_others_could_change_or_the_door_could_not_read_is_put_right(
    look, configuration, wrong
):
    (configuration / "kiosk.toml").chmod(wrong)
    found = look()
    assert found.state is CheckState.BROKEN
    for fix in found.fixes:
        fix.do()
    assert (mode(configuration / "kiosk.toml"), look().state) == (0o644, CheckState.OK)


def test_a_folder_that_is_missing_is_made_with_its_rights(look, data):
    data.rename(data.with_name("away"))
    found = look()
    assert found.state is CheckState.BROKEN
    for fix in found.fixes:
        fix.do()
    assert (data.is_dir(), look().state) == (True, CheckState.OK)


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to give a file to somebody else")
def test_a_file_that_root_left_behind_is_given_to_the_doors_user(look, data):
    door = FileOwner(uid=12345, gid=12345)
    for path in (data, *data.rglob("*")):
        os.chown(path, door.uid, door.gid)
    assert look(door).state is CheckState.OK
    os.chown(data / "kiosk.db", 0, 0)
    [fix] = look(door).fixes
    fix.do()
    assert (data / "kiosk.db").stat().st_uid == door.uid
    assert look(door).state is CheckState.OK


@pytest.fixture
def somebodys() -> Iterator[Path]:
    """A folder of another user, whom nothing above it keeps out."""
    with tempfile.TemporaryDirectory() as name:
        os.chown(name, 12345, 12345)
        yield Path(name)


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to work as somebody else")
def test_root_makes_no_file_in_a_folder_of_the_doors_user(somebodys, tmp_path):
    store = somebodys / "kiosk.db"
    store.write_bytes(b"no database at all" * 1000)
    os.chown(store, 12345, 12345)
    assert doctor_readings.row_s(somebodys) > 0
    doctor_readings.begin_anew(store)
    assert {path.stat().st_uid for path in somebodys.iterdir()} == {12345}
    assert os.geteuid() == 0
    for part in somebodys.iterdir():
        part.unlink()
    victim = tmp_path / "made-by-root"
    store.symlink_to(victim)
    with pytest.raises((KioskError, OSError)):
        doctor_readings.begin_anew(store)
    assert not victim.exists()


def test_a_repair_follows_no_link_of_either_kind(data, tmp_path):
    victim = tmp_path / "shadow"
    victim.write_text("secret")
    victim.chmod(0o644)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("")
    (data / "link").symlink_to(victim)
    (data / "second-name").hardlink_to(victim)
    (data / "folder").symlink_to(elsewhere)
    os.mkfifo(data / "pipe")
    for name in ("link", "second-name", "folder/file", "pipe"):
        with pytest.raises(KioskError, match="look at it by hand"):
            owners.put_right(owners.Wrong(path=data / name, folder=data, owner=ME, take_away=0o077, give=0))
    assert (mode(victim), mode(elsewhere / "file") & 0o044) == (0o644, 0o044)


def test_the_doors_user_is_in_the_groups_that_this_system_has():
    system = {"video": ["pi", owners.USER], "gpio": ["pi"], "input": [owners.USER], "audio": [owners.USER]}

    def ask(*words: str) -> str:
        assert words[:3] == ("usermod", "--append", "--groups")
        for group in words[3].split(","):
            system[group].append(words[4])
        return ""

    def look(known: FileOwner | None = ME) -> Finding:
        return access_checks.groups(ask, here=True, members=lambda: system, known=lambda _user: known)

    found = look()
    assert (found.state, found.says.startswith("ashyq-kiosk is not in gpio:")) == (CheckState.BROKEN, True)
    [fix] = found.fixes
    fix.do()
    assert look().state is CheckState.OK
    assert look(None).state is CheckState.BROKEN


def test_the_groups_are_those_that_the_installation_gives(root: Path):
    said = (root / "systemd" / "sysusers.d" / "ashyq-kiosk.conf").read_text()
    assert set(re.findall(rf"(?m)^m {owners.USER} (\S+)$", said)) == set(access_checks.GROUPS)


@pytest.mark.parametrize(
    "there,memory,state",
    [(True, True, "ok"), (False, True, "ok"), (True, False, "broken"), (False, False, "broken")],
)
def test_who_is_inside_has_to_lie_in_memory(there, memory, state, tmp_path: Path):
    folder = tmp_path / "run"
    if there:
        folder.mkdir()
    assert access_checks.runtime(folder, here=True, is_in_memory=lambda _folder: memory).state == state
