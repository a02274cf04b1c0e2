"""Of what came over the network, or lay on the disk, only that is believed which a root of ours has signed."""

import base64
from datetime import UTC, datetime, timedelta

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.trust.roots import Roots
from kiosk.trust.signed import MOST_BYTES, DocumentFault, SignedDocument, open_signed
from tests.trust import make_vectors
from tests.trust.document_vectors import CONTENT, DAY, POLICY, RETIRED_AT, raw, signed
from tests.trust.minting import ISSUED

VECTORS = make_vectors.read("documents.json")
NOW = datetime.fromtimestamp(VECTORS["now"], UTC)
ROOTS = Roots.from_list(VECTORS["roots"])


def opened(body, roots=ROOTS, kind="policy", **asked):
    return open_signed(body, roots, kind, **{"now": NOW, "newest": 7, "audience": "DEMO-1", **asked})


def named(kind):
    return [pytest.param(vector, id=vector["name"]) for vector in VECTORS[kind]]


@pytest.mark.parametrize("vector", named("accepted"))
def test_a_good_document_is_read_as_what_it_states(vector):
    read = opened(base64.b64decode(vector["body"]))
    assert isinstance(read, SignedDocument)
    assert vector["document"] == {
        "kind": read.kind,
        "sequence": read.sequence,
        "issued_at": read.issued_at.timestamp(),
        "not_after": read.not_after.timestamp(),
        "audience": read.audience,
        "content": read.content.decode(),
    }


@pytest.mark.parametrize("vector", named("refused"))
def test_everything_else_is_refused_with_its_reason(vector):
    assert opened(base64.b64decode(vector["body"])) is DocumentFault(vector["fault"])


def test_no_change_of_one_byte_is_believed():
    good = signed(POLICY)
    changed = (
        good[:at] + bytes([other]) + good[at + 1 :]
        for at in range(len(good))
        for other in {good[at] ^ 1 << bit for bit in range(8)} | {0, 255}
        if other != good[at]
    )
    assert [change for change in changed if isinstance(opened(change), SignedDocument)] == []


def test_no_part_of_a_document_is_believed():
    good = signed(POLICY)
    shorter = [good[:end] for end in range(len(good))] + [good[start:] for start in range(1, len(good))]
    assert [part for part in shorter if isinstance(opened(part), SignedDocument)] == []


@given(st.binary(max_size=400) | st.binary(max_size=400).map(b"\xd2".__add__))
def test_any_bytes_are_answered_with_a_reason(octets):
    assert isinstance(opened(octets), DocumentFault)


@pytest.mark.parametrize("came", [None, 5, "d284", bytearray(signed(POLICY)), [signed(POLICY)]])
def test_what_are_no_bytes_at_all_is_answered_with_a_reason(came):
    assert opened(came) is DocumentFault.DAMAGED


LEAVES = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text() | st.binary()


@given(st.dictionaries(st.integers(-1, 8), LEAVES | st.lists(LEAVES, max_size=2), max_size=4))
def test_any_members_that_a_root_itself_signed_are_a_sound_document_or_none(members):
    read = opened(signed(POLICY | members))
    if isinstance(read, SignedDocument):
        assert read.sequence >= 7
        assert read.issued_at <= NOW + timedelta(seconds=300)
        assert read.not_after >= NOW
        assert (read.kind, read.audience) == ("policy", "DEMO-1")


def test_a_body_that_is_too_long_is_not_looked_at():
    fits = signed(POLICY | {5: bytes(MOST_BYTES["policy"] - 200)})
    assert isinstance(opened(fits), SignedDocument)
    assert opened(signed(POLICY | {5: bytes(MOST_BYTES["policy"])})) is DocumentFault.DAMAGED


def test_a_list_of_revoked_passes_may_be_longer_than_a_policy():
    body = signed({1: "revocations", 2: 7, 3: ISSUED, 4: ISSUED + DAY, 5: bytes(MOST_BYTES["policy"])})
    assert isinstance(opened(body, kind="revocations", audience=None), SignedDocument)


def test_what_is_for_one_door_is_not_for_everybody():
    assert opened(signed(POLICY), audience=None) is DocumentFault.OTHER_AUDIENCE


def test_a_kind_that_is_none_is_answered_with_a_reason():
    assert opened(signed(POLICY | {1: "people"}), kind="people") is DocumentFault.DAMAGED


def test_without_a_root_nobody_is_believed():
    assert opened(signed(POLICY), Roots({})) is DocumentFault.UNKNOWN_ROOT


@pytest.mark.parametrize("days", [2, 400], ids=["two days later", "a year later"])
def test_a_kept_document_only_ages(days):
    later = NOW + timedelta(days=days)
    assert opened(signed(POLICY), now=later) is DocumentFault.EXPIRED
    kept = opened(signed(POLICY), now=later, kept=True)
    assert isinstance(kept, SignedDocument)
    assert kept.not_after < later


def test_a_kept_document_is_read_by_a_clock_that_came_up_in_the_past():
    early = NOW - timedelta(days=400)
    assert opened(signed(POLICY), now=early) is DocumentFault.FROM_THE_FUTURE
    assert isinstance(opened(signed(POLICY), now=early, kept=True), SignedDocument)


def test_a_clock_that_is_not_trusted_calls_nothing_the_future():
    early = NOW - timedelta(days=400)
    assert isinstance(opened(signed(POLICY), now=early, clock_trusted=False), SignedDocument)


def test_a_clock_that_is_not_trusted_does_not_revive_what_has_ended():
    late = NOW + timedelta(days=2)
    assert opened(signed(POLICY), now=late, clock_trusted=False) is DocumentFault.EXPIRED


@pytest.mark.parametrize(
    "spoilt, fault",
    [
        (signed(POLICY, by="stranger"), DocumentFault.UNKNOWN_ROOT),
        (signed(POLICY)[:-1] + b"\0", DocumentFault.WRONG_SIGNATURE),
        (signed(POLICY | {1: "keys"}), DocumentFault.OTHER_KIND),
        (signed(POLICY | {6: "DEMO-2"}), DocumentFault.OTHER_AUDIENCE),
        (signed(POLICY | {2: 6}), DocumentFault.OLDER),
        (b"", DocumentFault.DAMAGED),
    ],
    ids=lambda value: value.value if isinstance(value, DocumentFault) else "",
)
def test_a_kept_document_is_excused_for_its_age_and_for_nothing_else(spoilt, fault):
    assert opened(spoilt, kept=True) is fault


def test_a_kept_document_of_a_root_that_retired_later_is_still_believed():
    then = signed(POLICY | {3: RETIRED_AT - 60}, by="retired")
    assert isinstance(opened(then, kept=True), SignedDocument)
    assert opened(signed(POLICY, by="retired"), kept=True) is DocumentFault.UNKNOWN_ROOT


def test_the_content_is_not_printed():
    assert CONTENT.decode() not in repr(opened(signed(POLICY)))


def test_a_code_with_one_root_is_enough_to_begin():
    assert isinstance(opened(signed(POLICY), Roots.of(raw("current"))), SignedDocument)
    assert opened(signed(POLICY), Roots.of(raw("next"))) is DocumentFault.UNKNOWN_ROOT


@pytest.mark.concurrent
def test_another_cose_reads_a_document(second_opinion):
    script = """
import sys
from cwt import COSE, COSEKey
key = COSEKey.new({1: 1, -1: 6, 2: bytes.fromhex(sys.argv[2]), 3: -8, -2: bytes.fromhex(sys.argv[3])})
print(COSE.new().decode(bytes.fromhex(sys.argv[1]), key).hex())
"""
    kid = VECTORS["roots"][0]["kid"]
    assert (
        second_opinion(script, signed(POLICY).hex(), kid, raw("current").hex()) == cbor2.dumps(POLICY).hex()
    )
