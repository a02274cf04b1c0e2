"""What a door starts with, read from files that a technician put there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.core.venue_code import KEY_BYTES
from kiosk.errors import SettingsError
from kiosk.outset import setup_of
from kiosk.settings import Settings


def with_key(file):
    defaults = Settings()
    door = replace(defaults.door, venue_code_url="HTTPS://A.KZ/V/", venue_code_key_file=file)
    return replace(defaults, door=door)


@pytest.mark.parametrize("edge", [b" ", b"\n", b"\t", b"\r", b"\x0b", b"\x0c"])
def test_a_key_that_ends_in_what_looks_like_white_space_is_used_whole(tmp_path, edge):
    file = tmp_path / "venue-code.key"
    key = edge + bytes(range(100, 100 + KEY_BYTES - 2)) + edge
    file.write_bytes(key)
    assert setup_of(with_key(file)).venue_code_key == key


@pytest.mark.parametrize("size", [0, KEY_BYTES - 1, KEY_BYTES + 1])
def test_a_key_of_another_length_is_refused_with_both_lengths(tmp_path, size):
    file = tmp_path / "venue-code.key"
    file.write_bytes(b"k" * size)
    with pytest.raises(
        SettingsError, match=rf"expected the door's key of {KEY_BYTES} bytes .* found {size} bytes"
    ):
        setup_of(with_key(file))
