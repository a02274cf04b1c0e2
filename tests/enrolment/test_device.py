"""Who the device is, on a real disk: whole or not at all, for its owner alone, and told plainly when it is damaged."""

from __future__ import annotations

import json
import shutil
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.who.venue_code import KEY_BYTES, VenueCode
from kiosk.enrolment.device import Device, Identity, board_model, serial_number
from kiosk.errors import DeviceError
from kiosk.trust.roots import Roots
from kiosk.trust.signing import DeviceKey

TOKEN, OTHER_TOKEN = b"1" * 16, b"2" * 16
ROOT = DeviceKey.make().public_raw


@pytest.fixture
def device(tmp_path) -> Device:
    return Device(tmp_path / "device")


def identity(key: DeviceKey, door: str = "A1") -> Identity:
    return Identity(
        device="D-1",
        door=door,
        venue="Demo · Алматы",
        registry="https://registry.example",
        roots=Roots.of(ROOT),
        enrolled_at=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
        venue_code=VenueCode("HTTPS://A.KZ/V/", bytes(range(KEY_BYTES))),
        key=key,
    )


def enrolled(device: Device, token: bytes = TOKEN, door: str = "A1") -> Identity:
    made = identity(device.key_for(token), door)
    device.save(made)
    return made


def same(one: Identity | None, other: Identity) -> bool:
    return one is not None and replace(one, key=other.key, roots=other.roots, lineage=other.lineage) == other and (
        one.key.public_raw == other.key.public_raw and one.roots.as_list() == other.roots.as_list()
    )  # fmt: skip


def test_a_new_device_is_nobody(device):
    assert device.load() is None


def test_what_was_saved_is_loaded(device):
    made = enrolled(device)
    assert same(device.load(), made)


def test_files_and_folder_are_for_their_owner_alone(device, tmp_path):
    enrolled(device)
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "device").iterdir()}
    assert found == {"belongs.json": 0o600, "device.key": 0o600, "enrolment.json": 0o600}
    assert stat.S_IMODE((tmp_path / "device").stat().st_mode) == 0o700


def test_one_token_has_one_key_and_each_enrolment_a_new_one(device, tmp_path):
    key = device.key_for(TOKEN)
    assert Device(tmp_path / "device").key_for(TOKEN).public_raw == key.public_raw
    assert device.key_for(OTHER_TOKEN).public_raw != key.public_raw
    first = enrolled(device)
    second = enrolled(device, door="B2")
    assert first.key.public_raw != second.key.public_raw
    assert same(device.load(), second)


def test_a_power_cut_between_the_two_files_leaves_one_identity_whole(device, tmp_path):
    folder = tmp_path / "device"
    old = enrolled(device, door="OLD")
    before = tmp_path / "before"
    key = device.key_for(OTHER_TOKEN)
    shutil.copytree(folder, before)  # the new key is made, nothing is enrolled with it
    new = identity(key, "NEW")
    device.save(new)
    assert same(Device(before).load(), old)
    # The enrolment is on the disk, its key still under the name of a new one.
    (before / "enrolment.json").write_bytes((folder / "enrolment.json").read_bytes())
    cut = Device(before)
    assert same(cut.load(), new)
    assert sorted(path.name for path in before.iterdir()) == ["belongs.json", "device.key", "enrolment.json"]


def test_new_root_keys_take_the_place_of_the_old_and_nothing_else_changes(device, tmp_path):
    made = enrolled(device)
    roots = Roots.of(DeviceKey.make().public_raw)
    device.keep_roots(roots)
    assert same(device.load(), replace(made, roots=roots))
    with pytest.raises(DeviceError, match="enrol it first"):
        Device(tmp_path / "nobody").keep_roots(roots)


def test_half_a_file_is_not_looked_at(device, tmp_path):
    made = enrolled(device)
    (tmp_path / "device" / "enrolment.json.half").write_text('{"device": "D-')
    assert same(device.load(), made)


def test_a_forgotten_device_is_nobody_and_nothing_else_is_gone(device, tmp_path):
    enrolled(device)
    device.key_for(OTHER_TOKEN)
    queue = tmp_path / "kiosk.db"
    queue.write_bytes(b"sealed")
    device.forget()
    assert device.load() is None
    assert [path.name for path in (tmp_path / "device").iterdir()] == ["belongs.json"]
    assert queue.read_bytes() == b"sealed"
    device.forget()


TEXTS, OTHERS = ("device", "door", "venue", "registry"), ("roots", "enrolled_at", "public_key")
WRONG = [(name, wrong) for name in (*TEXTS, *OTHERS) for wrong in (None, 5, "", [])]


@pytest.mark.parametrize("name,wrong", [*WRONG, *((name, "~~") for name in OTHERS)], ids=repr)
def test_a_wrong_field_is_told_with_what_to_do(device, tmp_path, name, wrong):
    enrolled(device)
    file = tmp_path / "device" / "enrolment.json"
    told = json.loads(file.read_text())
    file.write_text(json.dumps(told | {name: wrong}))
    with pytest.raises(DeviceError, match=r"damaged: enrol this device anew: `kiosk enrol --anew`"):
        device.load()


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN PRIVATE KEY-----", DeviceKey.make().pem()])
def test_another_key_than_the_enrolments_is_damage(device, tmp_path, pem):
    enrolled(device)
    (tmp_path / "device" / "device.key").write_bytes(pem)
    with pytest.raises(DeviceError, match="damaged"):
        device.load()


@given(at=st.integers(0, 600), to=st.binary(min_size=0, max_size=3))
def test_whatever_happened_to_the_file_it_is_an_identity_or_a_sentence(at, to, tmp_path_factory):
    folder = tmp_path_factory.mktemp("device")
    device = Device(folder)
    enrolled(device)
    file = folder / "enrolment.json"
    octets = file.read_bytes()
    file.write_bytes(octets[:at] + to + octets[at + 1 :])
    try:
        said = device.load()
    except DeviceError as error:
        said = str(error)
    assert isinstance(said, Identity) or "kiosk enrol --anew" in said


def test_a_place_that_cannot_be_written_is_told_without_the_key(tmp_path):
    (tmp_path / "device").write_text("a file where the folder should be")
    with pytest.raises(DeviceError, match="expected to write to the device's own folder"):
        Device(tmp_path / "device").key_for(TOKEN)


def test_the_private_key_is_in_no_repr(device):
    made = enrolled(device)
    pem = made.key.pem().decode()
    assert not any(line in repr(made) for line in pem.splitlines()[1:-1])


def test_the_serial_number_is_the_boards_else_the_systems_else_nothing():
    board = {Path("/proc/device-tree/serial-number"): b"10000000a1b2c3d4\0"}
    system = {Path("/etc/machine-id"): b"0123456789abcdef\n"}

    def reader(files):
        def read(path: Path) -> bytes:
            if path not in files:
                raise FileNotFoundError(path)
            return files[path]

        return read

    assert serial_number(reader(board | system)) == "10000000a1b2c3d4"
    assert serial_number(reader(system)) == "0123456789abcdef"
    assert serial_number(reader({})) == ""
    assert board_model(reader({Path("/proc/device-tree/model"): b"Raspberry Pi 5\0"})) == "Raspberry Pi 5"
    assert board_model(reader({}))
