"""`kiosk update` takes a release in once, where only root writes, and leaves nothing of it behind."""

from __future__ import annotations

import fcntl
import os
import shutil
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.errors import ReleaseRefused, UpdateFailed
from kiosk.update.update import ROOM_MB, back, take
from tests.update.evening import packed

pytestmark = pytest.mark.concurrent

MIB = 2**20


def releases(device) -> list[str]:
    return sorted(each.name for each in (device.opt / "releases").iterdir())


def left(device) -> set[str]:
    """What lies beside the releases and the links to them."""
    return {each.name for each in device.opt.iterdir()} - {"releases", "current", "previous", "last-update"}


def evil(device, good: Path) -> bytes:
    """A release that the same key signed would look like this, but for its installer."""
    tree = device.folder / "evil" / good.name
    shutil.copytree(good, tree)
    installer = tree / "install.sh"
    installer.write_text('#!/bin/sh\ntouch "$DEVICE/owned"\n' + installer.read_text().split("\n", 1)[1])
    own, device.key = device.key, Ed25519PrivateKey.generate()
    try:
        return Path(packed(device, tree)).read_bytes()
    finally:
        device.key = own


@pytest.mark.parametrize("how", ["written over", "renamed over"])
def test_who_may_write_to_the_file_does_not_choose_what_is_run(device, evening, how):
    """While the update speaks: after the check of the signature, and before anything is unpacked."""
    tree = device.release("1.4.0")
    (tree / "blob").write_bytes(os.urandom(3 * MIB))
    other = evil(device, tree)
    file = Path(packed(device, tree))
    good = file.read_bytes()

    def say(line: str) -> None:
        if "signed" in line and how == "written over":
            # The head that was signed stays, so that it looks like the same release.
            file.write_bytes(good[:2048] + other[2048:])
        elif "signed" in line:
            (device.folder / "new").write_bytes(other)
            (device.folder / "new").rename(file)

    if how == "written over":
        with pytest.raises(ReleaseRefused, match="the tree that was signed"):
            take(str(file), evening.site(say=say))
        assert device.current == "1.3.0"
    else:
        assert take(str(file), evening.site(say=say)) == "1.4.0: in place of 1.3.0"
    assert not (device.folder / "owned").exists()
    assert left(device) == set()


def test_what_an_update_left_when_the_power_went_goes_with_the_next_one(device, evening):
    """Between copy and unpacking, while it unpacked, and what earlier releases left of what they had fetched."""
    (device.opt / "incoming" / "tree" / "deep").mkdir(parents=True)
    (device.opt / "incoming" / "tree" / "deep" / "install.sh").write_text("half")
    (device.opt / "fetched-abc").write_bytes(b"half")
    assert take(packed(device, device.release("1.4.0")), evening.site()).startswith("1.4.0")
    assert left(device) == set()


@pytest.mark.parametrize("what", ["link", "file"])
def test_what_lies_in_the_place_of_the_copy_is_taken_away_and_not_followed(device, evening, what):
    elsewhere = device.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("kept")
    if what == "link":
        (device.opt / "incoming").symlink_to(elsewhere)
    else:
        (device.opt / "incoming").write_text("in the way")
    assert take(packed(device, device.release("1.4.0")), evening.site()).startswith("1.4.0")
    assert [each.name for each in elsewhere.iterdir()] == ["kept"]


def test_the_place_of_the_copy_is_roots_alone(device, evening):
    """Whatever umask root has."""
    modes = []
    before = os.umask(0)
    try:
        take(
            packed(device, device.release("1.4.0")),
            evening.site(
                say=lambda line: modes.extend(
                    each.stat().st_mode & 0o777 for each in device.opt.glob("incoming")
                )
            ),
        )
    finally:
        os.umask(before)
    assert modes
    assert set(modes) == {0o700}


def test_a_release_that_is_refused_leaves_nothing(device, evening):
    with pytest.raises(ReleaseRefused):
        take(packed(device, device.release("1.4.0"), systems=("debian-99",)), evening.site())
    with pytest.raises(ReleaseRefused):
        take(str(device.folder), evening.site())
    assert left(device) == set()


def test_two_updates_at_once_do_not_change_each_others_tree(device, evening):
    other = os.open(device.opt, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    try:
        for started in (
            lambda: take(packed(device, device.release("1.4.0")), evening.site()),
            lambda: back(evening.site()),
        ):
            with pytest.raises(UpdateFailed, match="no other `kiosk update` at work"):
                started()
    finally:
        os.close(other)
    assert take(str(device.folder / "1.4.0.release"), evening.site()).startswith("1.4.0")


def test_room_is_asked_for_what_was_signed_before_it_is_copied(device, evening):
    """For the copy, the tree and its installation; and releases that nothing returns to make room first."""
    device.stage(device.release("1.2.0"))
    file = Path(packed(device, device.release("1.4.0")))

    def free(folder: Path) -> int:
        assert folder == device.opt
        return ROOM_MB * MIB + (2 * file.stat().st_size if "1.2.0" not in releases(device) else 0)

    assert take(str(file), evening.site(free=free)).startswith("1.4.0")
    file = Path(packed(device, device.release("1.5.0")))
    with pytest.raises(
        UpdateFailed, match=rf"expected {ROOM_MB} MB free for another release, found {ROOM_MB - 1}"
    ):
        take(str(file), evening.site(free=lambda _folder: ROOM_MB * MIB - 1))
    with pytest.raises(UpdateFailed, match="make room"):
        take(str(file), evening.site(free=lambda _folder: ROOM_MB * MIB))
    assert device.current == "1.4.0"


def test_a_fetch_that_does_not_end_is_ended(device, evening, served):
    packed(device, device.release("1.4.0"))
    hours = count(step=7200)
    with pytest.raises(ReleaseRefused, match="slower than that"):
        take(f"{served}/1.4.0.release", evening.site(mono=lambda: float(next(hours))))
    assert device.current == "1.3.0"
    assert left(device) == set()


@pytest.mark.parametrize("address", ["http://[", "https://", "http://127.0.0.1:99999/x", "https://a b/"])
def test_an_address_that_is_none_is_refused_with_a_sentence(device, evening, address):
    with pytest.raises(ReleaseRefused, match="expected"):
        take(address, evening.site())


def test_a_door_that_was_taken_over_does_not_keep_its_mending_out(device, evening):
    """It says for ever that somebody is there."""
    (device.runtime / "busy").touch()
    assert take(packed(device, device.release("1.4.0")), evening.site()).startswith("1.4.0")
    assert any("all the same" in line for line in evening.said)
