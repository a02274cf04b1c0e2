"""The memory between the eyes and the door: frames come through, and a memory that could be taken away is not looked into."""

import fcntl
import os

import numpy as np
import pytest

from kiosk.eyes.messages import CameraOpened, Garbled, Picture
from kiosk.eyes.pictures import SLOTS, PicturesIn, PicturesOut

SIZE = 40 * 30


def ends():
    out = PicturesOut(SIZE)
    return out, PicturesIn(os.dup(out.file), CameraOpened(slots=SLOTS, slot_bytes=SIZE))


def frame(level, high=30, wide=40):
    return np.full((high, wide), level, np.uint8)


def test_a_frame_comes_through_whatever_its_stride():
    out, into = ends()
    whole = np.arange(60 * 80, dtype=np.uint32).astype(np.uint8).reshape(60, 80)
    place = out.put(whole[::2, ::2])
    assert np.array_equal(into.at(place), whole[::2, ::2])
    out.close()


def test_a_frame_stays_until_as_many_followed_as_there_are_slots():
    out, into = ends()
    first = into.at(out.put(frame(1)))
    for level in range(2, SLOTS + 1):
        out.put(frame(level))
    assert first[0, 0] == 1
    out.put(frame(99))
    assert first[0, 0] == 99
    out.close()


def test_a_frame_that_does_not_fit_is_not_drawn():
    out, _ = ends()
    assert out.put(frame(1, high=31)) is None
    assert out.put(np.zeros((0, 40), np.uint8)) is None
    out.close()


def test_the_door_cannot_write_into_what_it_looks_at():
    out, into = ends()
    with pytest.raises(ValueError, match="read-only"):
        into.at(out.put(frame(1)))[0, 0] = 2
    out.close()


@pytest.mark.parametrize("place", [Picture(slot=4, wide=4, high=4), Picture(slot=0, wide=41, high=30)])
def test_a_place_outside_of_the_memory_is_none(place):
    out, into = ends()
    with pytest.raises(Garbled):
        into.at(place)
    out.close()


def memory(size, seals):
    file = os.memfd_create("x", os.MFD_ALLOW_SEALING)
    os.ftruncate(file, size)
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, seals)
    return file


@pytest.mark.parametrize(
    "size, seals",
    [
        (4 * SIZE, 0),
        (4 * SIZE, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL),
        (4 * SIZE - 1, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL),
    ],
)
def test_a_memory_that_could_shrink_or_is_smaller_is_not_looked_into(size, seals):
    with pytest.raises(Garbled):
        PicturesIn(memory(size, seals), CameraOpened(slots=4, slot_bytes=SIZE))


def test_a_file_on_a_disk_is_no_such_memory(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(bytes(4 * SIZE))
    with pytest.raises(Garbled):
        PicturesIn(os.open(path, os.O_RDONLY), CameraOpened(slots=4, slot_bytes=SIZE))


def test_a_memory_without_bounds_is_not_mapped():
    with pytest.raises(Garbled):
        PicturesIn(memory(4096, 0), CameraOpened(slots=10**6, slot_bytes=10**6))
