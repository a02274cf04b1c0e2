"""A stranger's text becomes a pass only by a signature of a key on the ring; everything else has its reason."""

import string
from datetime import UTC, datetime, timedelta

import base45
import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.model import Colour, NotACredential, Pass, TextFault
from kiosk.trust import Keyring, verify_pass
from kiosk.trust.passes import CTI
from tests.trust import make_vectors
from tests.trust.minting import LIVE, envelope, header, keys_document, minted, sign, text

VECTORS = make_vectors.read("passes.json")
KEYS = Keyring.from_document(VECTORS["keys"])
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def named(kind):
    return [pytest.param(vector, id=vector["name"]) for vector in VECTORS[kind]]


@pytest.mark.parametrize("vector", named("accepted"))
def test_a_good_pass_is_read_as_what_it_states(vector):
    read = verify_pass(vector["text"], KEYS)
    assert isinstance(read, Pass)
    assert vector["pass"] == {
        "pass_id": read.pass_id,
        "colour": read.colour,
        "issued_at": read.issued_at.timestamp(),
        "expires_at": read.expires_at.timestamp(),
        "key_id": read.key_id,
        "door": read.door,
    }


@pytest.mark.parametrize("vector", named("refused"))
def test_everything_else_is_refused_with_its_reason(vector):
    assert verify_pass(vector["text"], KEYS) == NotACredential(reason=TextFault(vector["reason"]))


def test_no_change_of_one_character_makes_a_pass():
    good = minted(LIVE)
    changed = (
        good[:at] + other + good[at + 1 :]
        for at in range(len(good))
        for other in ALPHABET
        if other != good[at]
    )
    assert [change for change in changed if isinstance(verify_pass(change, KEYS), Pass)] == []


def test_no_part_cut_out_of_a_pass_makes_a_pass():
    good = minted(LIVE)
    shorter = (good[:at] + good[at + gone :] for gone in (1, 2, 3) for at in range(4, len(good)))
    assert [cut for cut in shorter if isinstance(verify_pass(cut, KEYS), Pass) and cut != good] == []


@given(
    st.text() | st.text(ALPHABET, max_size=300).map("AQ1:".__add__) | st.text(string.printable, max_size=1300)
)
def test_any_text_is_answered_with_a_reason(came):
    assert isinstance(verify_pass(came, KEYS), NotACredential)


@given(st.binary(max_size=400))
def test_any_bytes_are_answered_with_a_reason(octets):
    assert isinstance(verify_pass(text(octets), KEYS), NotACredential)


@pytest.mark.parametrize("came", [None, 5, b"AQ1:", ["AQ1:"], "AQ1:\ud800"])
def test_what_is_no_text_at_all_is_answered_with_a_reason(came):
    assert isinstance(verify_pass(came, KEYS), NotACredential)


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=20)
)
KEYS_OF_MAPS = st.sampled_from([1, 3, 4, 6, 7, -70001]) | st.integers(-10, 10) | st.text(max_size=3)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS_OF_MAPS, inner, max_size=6),
    max_leaves=12,
)


@given(TREES)
def test_any_cbor_in_place_of_the_message_is_no_pass(tree):
    assert isinstance(verify_pass(text(cbor2.dumps(cbor2.CBORTag(18, tree))), KEYS), NotACredential)


@given(st.dictionaries(KEYS_OF_MAPS, TREES, max_size=4))
def test_any_unprotected_header_changes_nothing_or_spoils_the_pass(unprotected):
    read = verify_pass(minted(LIVE, unprotected=cbor2.dumps(unprotected)), KEYS)
    assert read in (
        verify_pass(minted(LIVE), KEYS),
        NotACredential(reason=TextFault.DAMAGED_PASS),
        NotACredential(reason=TextFault.TOO_LONG),
    )


@given(TREES)
def test_any_claims_that_the_registry_itself_signed_are_a_sound_pass_or_none(tree):
    spoilt = LIVE | tree if isinstance(tree, dict) else tree
    read = verify_pass(minted(spoilt), KEYS)
    if isinstance(read, Pass):
        assert timedelta(0) < read.expires_at - read.issued_at <= timedelta(hours=72)
        assert len(read.pass_id) == 24
        assert read.colour in Colour


@given(st.binary(max_size=80))
def test_any_protected_header_that_the_registry_itself_signed_is_no_pass(protected):
    payload = cbor2.dumps(LIVE)
    made = text(envelope(protected, payload, sign(protected, payload)))
    assert isinstance(verify_pass(made, KEYS), NotACredential)


@pytest.mark.parametrize("pass_id", [bytes(12), bytes.fromhex("850101300123" + "0" * 12), b"850101300123"])
def test_an_id_that_may_be_somebodys_number_is_the_id_of_no_pass(pass_id):
    """The store takes none, so that such a pass would put the door out of order."""
    read = verify_pass(minted(LIVE | {CTI: pass_id}), KEYS)
    assert read == NotACredential(reason=TextFault.DAMAGED_PASS)


def test_a_ring_without_keys_knows_no_pass():
    assert verify_pass(minted(LIVE), Keyring()) == NotACredential(reason=TextFault.UNKNOWN_KEY)


def test_a_key_is_good_for_passes_that_end_no_later_than_it_does():
    until = datetime.fromtimestamp(LIVE[4], UTC)
    early = until - timedelta(seconds=1)
    last, short = (
        Keyring.from_document(keys_document(f"{moment:%Y-%m-%dT%H:%M:%SZ}")) for moment in (until, early)
    )
    assert isinstance(verify_pass(minted(LIVE), last), Pass)
    assert verify_pass(minted(LIVE), short) == NotACredential(reason=TextFault.UNKNOWN_KEY)


def test_a_pass_is_short_enough_for_a_small_qr_code():
    assert len(minted(LIVE)) == 175


@pytest.mark.concurrent
def test_another_cose_reads_our_pass(second_opinion):
    made = base45.b45decode(minted(LIVE).removeprefix("AQ1:")).hex()
    key = keys_document()["passes"][0]
    script = """
import base64, sys
from cwt import COSE, COSEKey
key = COSEKey.new({1: 1, -1: 6, 2: bytes.fromhex(sys.argv[2]), 3: -8, -2: base64.b64decode(sys.argv[3])})
print(COSE.new().decode(bytes.fromhex(sys.argv[1]), key).hex())
"""
    assert second_opinion(script, made, key["kid"], key["ed25519"]) == cbor2.dumps(LIVE).hex()


@pytest.mark.concurrent
def test_we_read_the_pass_of_another_cose(second_opinion):
    key = keys_document()["passes"][0]
    script = """
import base64, hashlib, sys
from cwt import COSE, COSEKey
secret = hashlib.sha256(b"ashyq test key current").digest()
kid = bytes.fromhex(sys.argv[2])
key = COSEKey.new({1: 1, -1: 6, 2: kid, 3: -8, -2: base64.b64decode(sys.argv[3]), -4: secret})
print(COSE.new().encode_and_sign(bytes.fromhex(sys.argv[1]), key, protected={1: -8, 4: kid}).hex())
"""
    made = second_opinion(script, cbor2.dumps(LIVE).hex(), key["kid"], key["ed25519"])
    assert isinstance(verify_pass(text(bytes.fromhex(made)), KEYS), Pass)
    assert header().hex() in made
