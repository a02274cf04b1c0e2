"""The one form of every id: version 7 and the variant of RFC 9562, whatever the other bits are."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.ids import uuid7


@pytest.mark.parametrize(
    "octets, wanted",
    [
        (b"\x00", "00000000-0000-7000-8000-000000000000"),
        (b"\xff", "ffffffff-ffff-7fff-bfff-ffffffffffff"),
    ],
)
def test_six_bits_give_way_and_no_others(octets, wanted):
    assert uuid7(octets * 6, octets * 10) == wanted


@given(st.binary(min_size=6, max_size=6), st.binary(min_size=10, max_size=10))
def test_any_bytes_make_an_id_of_that_time(time, rest):
    made = uuid.UUID(uuid7(time, rest))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.bytes[:6] == time
