"""The keys document: whole or not at all, and every mistake told at once."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import KeysError, KioskError
from kiosk.trust import Keyring
from tests.trust.minting import keys_document, kid_of


def test_a_good_document_gives_every_key():
    ring = Keyring.from_document(keys_document("2027-01-01T00:00:00Z"))
    assert set(ring.passes) == {kid_of("current"), kid_of("next"), kid_of("retired")}
    assert {key.algorithm for key in ring.passes.values()} == {-8}
    assert str(ring.passes[kid_of("current")].not_after) == "2027-01-01 00:00:00+00:00"
    assert ring.passes[kid_of("next")].not_after is None
    assert ring.sealing is not None
    assert ring.sealing.kid == kid_of("sealing").hex()


def test_a_registry_without_pass_keys_still_gives_its_sealing_key():
    ring = Keyring.from_document(keys_document() | {"passes": []})
    assert ring.passes == {}
    assert ring.sealing is not None


def with_pass_key(**changes):
    document = keys_document()
    document["passes"][0] |= changes
    return document


def with_sealing_key(**changes):
    document = keys_document()
    document["sealing"] |= changes
    return document


SMALL_ORDER = base64.b64encode(bytes(32)).decode()

WRONG = {
    "not an object": ([], "the document"),
    "nothing in it": ({}, "passes, sealing"),
    "null": (None, "the document"),
    "a field more": (keys_document() | {"more": 1}, "the document"),
    "passes of another shape": (keys_document() | {"passes": {}}, "passes"),
    "65 pass keys": (keys_document() | {"passes": [keys_document()["passes"][0]] * 65}, "passes"),
    "a pass key that is no object": (keys_document() | {"passes": [5]}, "passes[0]"),
    "a kid twice": (keys_document() | {"passes": keys_document()["passes"] * 2}, "passes[3].kid"),
    "a kid of three bytes": (with_pass_key(kid="aabbcc"), "passes[0].kid"),
    "a kid in capitals": (with_pass_key(kid="AABBCCDD"), "passes[0].kid"),
    "a kid with a newline": (with_pass_key(kid="aabbccd\n"), "passes[0].kid"),
    "a kid that is a number": (with_pass_key(kid=12345678), "passes[0].kid"),
    "an algorithm that we do not have": (with_pass_key(alg="ES256"), "passes[0].alg"),
    "no algorithm at all": (with_pass_key(alg="none"), "passes[0].alg"),
    "a key of 31 bytes": (with_pass_key(ed25519=base64.b64encode(bytes(31)).decode()), "passes[0].ed25519"),
    "a key that is not base64": (with_pass_key(ed25519="*" * 44), "passes[0].ed25519"),
    "an end without Z": (with_pass_key(not_after="2027-01-01T00:00:00+00:00"), "passes[0].not_after"),
    "an end on 31 February": (with_pass_key(not_after="2027-02-31T00:00:00Z"), "passes[0].not_after"),
    "an end as a number": (with_pass_key(not_after=1_800_000_000), "passes[0].not_after"),
    "no sealing key": (keys_document() | {"sealing": None}, "sealing"),
    "a sealing kid that is not hexadecimal": (with_sealing_key(kid="xyz"), "sealing.kid"),
    "a sealing kid of a length that the store does not take": (with_sealing_key(kid="abcdef"), "sealing.kid"),
    "a sealing key of small order": (with_sealing_key(x25519=SMALL_ORDER), "sealing.x25519"),
    "a sealing key of 33 bytes": (
        with_sealing_key(x25519=base64.b64encode(b"x" * 33).decode()),
        "sealing.x25519",
    ),
}


@pytest.mark.parametrize("document, where", WRONG.values(), ids=WRONG.keys())
def test_a_document_with_a_mistake_gives_no_keyring_and_says_where(document, where):
    with pytest.raises(KeysError) as refused:
        Keyring.from_document(document)
    assert where in str(refused.value)


def test_every_mistake_is_told_at_once():
    document = with_pass_key(kid="x", alg="x", ed25519="x", not_after="x") | {
        "sealing": {"kid": 1, "x25519": 2}
    }
    with pytest.raises(KeysError) as refused:
        Keyring.from_document(document)
    told = str(refused.value)
    assert all(f"passes[0].{field}" in told for field in ("kid", "alg", "ed25519", "not_after"))
    assert all(f"sealing.{field}" in told for field in ("kid", "x25519"))


def test_a_mistake_tells_the_kind_of_what_came_and_not_its_content():
    with pytest.raises(KeysError) as refused:
        Keyring.from_document(with_pass_key(ed25519="991231601000"))
    assert "991231601000" not in str(refused.value)
    assert "str of length 12 came" in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(JSON, st.sampled_from(["kid", "alg", "ed25519"]))
def test_any_json_is_refused_with_our_own_error(came, field):
    for document in (came, with_pass_key(**{field: came}), keys_document() | {"sealing": came}):
        with pytest.raises(KioskError):
            Keyring.from_document(document)
