"""What was checked is what is used: a release is read once, and its copy has to say the same thing twice."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from kiosk.errors import ReleaseRefused, UpdateFailed
from kiosk.update.release import opened, received
from scripts.make_release import payload_of, sealed
from tests.update.test_release import FILES as SMALL
from tests.update.test_release import KEY, KEYS, tree

FILES = SMALL | {"blob": Random(1).randbytes(300_000)}
"""More than what a reader keeps in its own memory."""
OTHER = FILES | {"install.sh": b"#!/evil\n\n", "blob": b""}
GOOD = sealed(payload_of(tree(FILES)), KEY, version="1.4.0")
TAIL = len(GOOD) - GOOD.find(payload_of(tree(FILES))) - len(payload_of(tree(FILES)))
"""Bytes after the payload, which fill the tar up."""


def release(folder: Path) -> Path:
    file = folder / "kiosk.release"
    file.write_bytes(GOOD)
    return file


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def written_over(file: Path) -> None:
    """As by who may write to it: the signed head stays, the tree is another."""
    other, at = payload_of(tree(OTHER)), GOOD.find(payload_of(tree(FILES)))
    with file.open("r+b") as out:
        out.seek(at)
        out.write(other.ljust(len(payload_of(tree(FILES))), b"\0"))


def renamed_over(file: Path) -> None:
    new = file.with_suffix(".new")
    new.write_bytes(sealed(payload_of(tree(OTHER)), KEY, version="1.4.0"))
    new.rename(file)


def shrunk(file: Path) -> None:
    os.truncate(file, 100)


def grown(file: Path) -> None:
    with file.open("ab") as out:
        out.write(b"more" * 10_000)


@pytest.mark.parametrize("change", [written_over, renamed_over, shrunk, grown, Path.unlink])
def test_what_becomes_of_the_file_after_its_check_changes_nothing(tmp_path, change):
    file = release(tmp_path)
    with opened(file, KEYS) as found:
        change(file)
        found.unpack(tmp_path / "app")
    assert files_of(tmp_path / "app") == FILES


def test_a_copy_that_says_something_else_the_second_time_is_refused(tmp_path):
    """A card that reads otherwise, or somebody who got at the copy: nothing of it is left to be run."""
    with opened(release(tmp_path), KEYS) as found:
        found.payload.seek(0)
        found.payload.write(payload_of(tree(OTHER)))
        with pytest.raises(ReleaseRefused, match="the same twice"):
            found.unpack(tmp_path / "app")
    assert not (tmp_path / "app").exists()


@pytest.mark.parametrize("after", [b"more", b"\0" * 4096])
def test_a_copy_that_became_longer_is_refused_too(tmp_path, after):
    with opened(release(tmp_path), KEYS) as found:
        found.payload.seek(0, os.SEEK_END)
        found.payload.write(after)
        with pytest.raises(ReleaseRefused, match="the same twice"):
            found.unpack(tmp_path / "app")
    assert not (tmp_path / "app").exists()


def test_the_copy_has_no_name_and_goes_with_the_opening(tmp_path):
    copies = tmp_path / "copies"
    copies.mkdir()
    with opened(release(tmp_path), KEYS, copies=copies) as found:
        assert os.fstat(found.payload.fileno()).st_nlink == 0
        assert list(copies.iterdir()) == []
    assert found.payload.closed


def test_a_tree_that_is_unpacked_is_its_owners_alone(tmp_path):
    before = os.umask(0)
    try:
        with opened(release(tmp_path), KEYS) as found:
            found.unpack(tmp_path / "app")
    finally:
        os.umask(before)
    assert (tmp_path / "app").stat().st_mode & 0o777 == 0o700


def test_a_tree_is_never_unpacked_over_another(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "mine").write_text("kept")
    with opened(release(tmp_path), KEYS) as found, pytest.raises(ReleaseRefused, match="expected"):
        found.unpack(tmp_path / "app")
    assert (tmp_path / "app" / "mine").read_text() == "kept"


@contextmanager
def full_after(length: int) -> Iterator[None]:
    """No file of this process grows further: the kernel says so, as it does of a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_while_it_is_copied_is_told(tmp_path):
    file = release(tmp_path)
    with (
        pytest.raises(UpdateFailed, match="expected room for a copy"),
        full_after(100_000),
        opened(file, KEYS),
    ):
        pass


def test_a_disk_that_fills_while_it_is_unpacked_is_told_and_leaves_nothing(tmp_path):
    with (
        opened(release(tmp_path), KEYS) as found,
        pytest.raises(UpdateFailed, match="expected room for the unpacked"),
        full_after(100_000),
    ):
        found.unpack(tmp_path / "app")
    assert not (tmp_path / "app").exists()


@pytest.mark.parametrize("missing", [1, 600, 200_000])
def test_a_source_that_ends_while_it_is_copied_is_refused(missing):
    """A file that shrinks, a stick that is pulled out."""
    pieces = iter([GOOD[:70_000], GOOD[70_000 : len(GOOD) - TAIL - missing]])
    with pytest.raises(ReleaseRefused, match="ends too early"), received(pieces, "a stick", KEYS):
        pass


def test_a_source_that_fails_while_it_is_copied_is_told():
    def failing() -> Iterator[bytes]:
        yield GOOD[:70_000]
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with pytest.raises(ReleaseRefused, match="Input/output error"), received(failing(), "a stick", KEYS):
        pass


def test_a_source_is_read_once_and_no_further_than_what_was_signed():
    """However it is cut, and whatever comes after."""
    read: list[int] = []

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(GOOD), 1000):
            read.append(at)
            yield GOOD[at : at + 1000]
        while True:
            read.append(-1)
            yield b"\0" * 1000

    with received(pieces(), "a stick", KEYS) as found:
        assert found.manifest.version == "1.4.0"
    assert read == sorted(set(read))
    assert -1 not in read
