"""A list of revoked passes is taken as the contract has it, or not at all."""

import struct

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.trust.revocations import MOST_ENTRIES, RevocationChange, hash_of, parse_revocations
from kiosk.trust.signed import DocumentFault
from tests.trust.minting import ISSUED, PASS_ID

HASHES = st.integers(0, 2**64 - 1)
ENTRIES = st.lists(st.tuples(HASHES, st.integers(1_577_836_800, 4_102_444_800)))


def content(base, added=(), removed=()):
    entries = b"".join(struct.pack(">QI", *entry) for entry in added)
    return cbor2.dumps({1: base, 2: entries, 3: b"".join(struct.pack(">Q", one) for one in removed)})


@given(st.integers(1, 2**53 - 1), ENTRIES, st.lists(HASHES))
def test_a_delta_is_read_as_what_was_written(base, added, removed):
    change = parse_revocations(content(base, added, removed))
    assert isinstance(change, RevocationChange)
    assert (change.base, list(change.added), list(change.removed)) == (base, added, removed)
    assert change.entries == len(added) + len(removed)


@given(ENTRIES)
def test_a_snapshot_is_read_as_what_was_written(added):
    change = parse_revocations(content(0, added))
    assert (change.base, list(change.added), list(change.removed)) == (0, added, [])


def test_a_pass_is_listed_under_the_first_eight_bytes_of_its_sha_256():
    listed = bytes.fromhex("992772647ebbae8c")  # printf 00112233445566778899aabb | xxd -r -p | sha256sum
    change = parse_revocations(cbor2.dumps({1: 0, 2: listed + ISSUED.to_bytes(4), 3: b""}))
    assert list(change.added) == [(hash_of(PASS_ID.hex()), ISSUED)]


@pytest.mark.parametrize("came", ["", "00", "zz" * 12, PASS_ID.hex() + "00"])
def test_what_is_no_pass_id_has_no_hash(came):
    with pytest.raises(ValueError, match=r"hexadecimal|belongs"):
        hash_of(came)


ENTRY = struct.pack(">QI", 1, ISSUED)
GOOD = {1: 7, 2: ENTRY, 3: b""}


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xff",
        cbor2.dumps(GOOD) + b"\0",
        cbor2.dumps([7, ENTRY, b""]),
        *(cbor2.dumps({key: GOOD[key] for key in GOOD if key != gone}) for gone in GOOD),
        *(cbor2.dumps(GOOD | {key: None}) for key in GOOD),
        cbor2.dumps(GOOD | {4: b""}),
        cbor2.dumps(GOOD | {1: -1}),
        cbor2.dumps(GOOD | {1: 2**53}),
        cbor2.dumps(GOOD | {1: 7.0}),
        cbor2.dumps(GOOD | {1: True}),
        cbor2.dumps(GOOD | {2: ENTRY[:-1]}),
        cbor2.dumps(GOOD | {2: ENTRY + b"\0"}),
        cbor2.dumps(GOOD | {2: ENTRY.hex()}),
        cbor2.dumps(GOOD | {2: struct.pack(">QI", 1, 0)}),
        cbor2.dumps(GOOD | {2: struct.pack(">QI", 1, 2**32 - 1)}),
        cbor2.dumps(GOOD | {3: bytes(7)}),
        cbor2.dumps(GOOD | {1: 0, 3: bytes(8)}),
        cbor2.dumps(GOOD | {3: bytes(8 * MOST_ENTRIES)}),
    ],
)
def test_a_list_that_is_not_whole_and_sound_is_none(octets):
    assert parse_revocations(octets) is DocumentFault.DAMAGED


def test_the_longest_list_is_read():
    change = parse_revocations(cbor2.dumps(GOOD | {2: b"", 3: bytes(8 * MOST_ENTRIES)}))
    assert change.entries == MOST_ENTRIES


@given(st.integers(0, len(content(7, [(1, ISSUED)] * 5, [2, 3])) - 1))
def test_half_a_download_is_no_list(end):
    assert parse_revocations(content(7, [(1, ISSUED)] * 5, [2, 3])[:end]) is DocumentFault.DAMAGED


@given(st.binary(max_size=200))
def test_any_bytes_are_answered_with_a_reason(octets):
    assert parse_revocations(octets) is DocumentFault.DAMAGED


@pytest.mark.parametrize("came", [None, 5, "a3", [b""]])
def test_what_are_no_bytes_at_all_is_answered_with_a_reason(came):
    assert parse_revocations(came) is DocumentFault.DAMAGED
