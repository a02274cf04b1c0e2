"""A registry changes its root without a visit to the door, and nobody else changes it."""

import json

import pytest

from kiosk.errors import KeysError
from kiosk.trust import Keyring
from kiosk.trust.roots import MOST_ROOTS, Roots
from kiosk.trust.signed import SignedDocument
from tests.trust.document_vectors import POLICY, raw, roots_list, signed
from tests.trust.minting import keys_document
from tests.trust.test_signed import opened

CURRENT, NEXT, RETIRED = roots_list()


def changed(**changes):
    return [CURRENT | changes]


def believed(by, roots):
    return isinstance(opened(signed(POLICY, by=by), roots), SignedDocument)


def test_old_and_new_overlap_and_then_the_old_one_is_gone():
    start = Roots.of(raw("current"))
    overlap = start.with_document({"roots": [CURRENT, NEXT]})
    ended = overlap.with_document({"roots": [NEXT]})
    assert [(believed("current", roots), believed("next", roots)) for roots in (start, overlap, ended)] == [
        (True, False),
        (True, True),
        (False, True),
    ]


def test_a_document_that_says_nothing_of_roots_changes_none():
    start = Roots.of(raw("current"))
    assert start.with_document(keys_document()) == start


def test_a_keys_document_with_roots_is_a_keys_document():
    with_roots = keys_document() | {"roots": roots_list()}
    assert (
        Keyring.from_document(with_roots).passes.keys()
        == Keyring.from_document(keys_document()).passes.keys()
    )


def test_roots_are_kept_as_json_and_come_back_the_same():
    roots = Roots.from_list(roots_list())
    assert Roots.from_list(json.loads(json.dumps(roots.as_list()))) == roots
    assert roots.as_list() == roots_list()


@pytest.mark.parametrize(
    "came, said",
    [
        ([], "a list of 1 to 8 keys"),
        (None, "a list of 1 to 8 keys"),
        ([CURRENT] * (MOST_ROOTS + 1), "a list of 1 to 8 keys"),
        (["key"], "an object"),
        ([{}], "expected also ed25519, kid, not_after"),
        (changed(alg="EdDSA"), "1 more came"),
        (changed(kid="97b05602ff"), "8 lower-case hexadecimal digits"),
        (changed(kid=NEXT["kid"]), "first 4 bytes of the key's SHA-256"),
        (changed(ed25519="AAAA"), "an Ed25519 public key in base64"),
        (changed(ed25519=5), "an Ed25519 public key in base64"),
        (changed(not_after="2026-09-01"), "an RFC 3339 time with Z"),
    ],
)
def test_wrong_roots_are_refused_whole_and_said_why(came, said):
    with pytest.raises(KeysError, match=said):
        Roots.of(raw("current")).with_document({"roots": came})


def test_a_root_that_is_no_key_is_refused():
    with pytest.raises(ValueError, match="32"):
        Roots.of(bytes(31))
