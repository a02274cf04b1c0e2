"""What a kiosk keeps is signed by a root; keys rotate without a visit. Opened by an independent check."""

import base64
import json
from datetime import timedelta

import pytest
import requests
from cryptography.exceptions import InvalidSignature

from kiosk.core.model import Pass, TextFault
from kiosk.core.rule.policy import Policy
from kiosk.core.rule.policy_document import parse_policy
from kiosk.trust import Keyring, verify_pass
from registry.embedded import EmbeddedRegistry
from registry.passes import Life
from tests.registry.opening import document, fetch, opened

PATHS = {"policy": "/v1/policy?door=DEMO", "keys": "/v1/keys", "revocations": "/v1/revocations?since=0"}
each = pytest.mark.parametrize("kind, path", PATHS.items())


@each
def test_a_document_says_its_kind_its_life_and_whom_it_is_for(registry, clock, kind, path):
    found = document(registry, path)
    assert found.kind == kind
    assert found.sequence >= 1
    assert clock.now.timestamp() - 300 < found.issued <= clock.now.timestamp()
    assert found.not_after - found.issued == 24 * 3600
    assert found.audience == ("DEMO" if kind == "policy" else None)


@each
def test_a_changed_document_is_not_signed(registry, kind, path):
    body = bytearray(fetch(registry, path).content)
    body[-70] ^= 1  # the last byte of the payload, or the one before
    with pytest.raises(InvalidSignature):
        opened(bytes(body), registry.root_key)


@each
def test_what_is_known_already_is_not_sent_again(registry, clock, kind, path):
    tag = fetch(registry, path).headers["ETag"]
    clock.forward(seconds=299)
    answer = fetch(registry, path, tag=tag)
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)


@each
def test_it_is_signed_anew_every_five_minutes_with_a_later_end(registry, clock, kind, path):
    first = fetch(registry, path)
    clock.forward(seconds=300)
    answer = fetch(registry, path, tag=first.headers["ETag"])
    assert answer.status_code == 200
    before, after = (opened(one.content, registry.root_key) for one in (first, answer))
    assert after.sequence == before.sequence
    assert after.not_after == before.not_after + 300
    assert after.content == before.content


def test_the_life_of_a_document_can_be_set(tmp_path, clock):
    with EmbeddedRegistry(
        tmp_path / "r.db", clock=clock, document_life=timedelta(seconds=60), signed=False
    ) as registry:
        found = document(registry, PATHS["keys"])
        assert found.not_after - found.issued == 60
        assert found.not_after >= clock.now.timestamp() + 59


def test_a_policy_is_signed_for_its_door_and_its_sequence_rises(registry):
    registry.add_door("SIDE", venue="Demo Fitness · Алматы")
    first = document(registry, "/v1/policy?door=SIDE")
    assert (first.audience, first.json["sequence"]) == ("SIDE", first.sequence)
    registry.change_policy("Demo Fitness · Алматы", capacity=7)
    second = document(registry, "/v1/policy?door=SIDE")
    assert second.sequence == first.sequence + 1
    assert second.json["editions"][-1]["capacity"] == 7


def test_every_rule_of_the_contract_can_be_made_and_a_door_understands_it(registry, root):
    """The example of docs/contract.md, put in force."""
    contract = (root / "docs" / "contract.md").read_text(encoding="utf-8")
    example = json.loads(contract.split("```json\n")[1].split("```")[0])
    registry.put_policy("Demo Fitness · Алматы", example["editions"])
    served, meant = parse_policy(document(registry, PATHS["policy"]).json), parse_policy(example)
    assert isinstance(served, Policy)
    assert isinstance(meant, Policy)
    assert served.editions == meant.editions


@pytest.mark.parametrize("name", PATHS)
def test_who_asks_for_json_gets_the_signed_document_all_the_same(registry, name):
    asked = requests.get(registry.url + PATHS[name], headers={"Accept": "application/json"}, timeout=30)
    assert asked.headers["Content-Type"] == "application/cose"
    assert asked.content == fetch(registry, PATHS[name]).content


def roots_of(found):
    return [base64.b64decode(root["ed25519"]) for root in found.json["roots"]]


def test_a_new_root_is_introduced_by_the_old_one_which_then_ends(registry, clock):
    old = registry.root_key
    assert roots_of(document(registry, PATHS["keys"], root=old)) == [old]
    registry.rotate_root(overlap=timedelta(days=10))

    overlap = document(registry, PATHS["keys"], root=old)
    first, new = roots_of(overlap)
    assert first == old
    assert overlap.json["roots"][0]["not_after"] == "2026-12-03T12:00:00.000000Z"
    assert overlap.json["roots"][1]["not_after"] is None

    clock.forward(days=8, hours=23)
    last = document(registry, PATHS["policy"], root=old)
    clock.forward(hours=1)
    taken_over = document(registry, PATHS["keys"], root=new)
    assert roots_of(taken_over) == [old, new]
    assert last.not_after <= (clock.now + timedelta(days=1)).timestamp(), "nothing outlives its root"

    clock.forward(days=1)
    assert roots_of(document(registry, PATHS["keys"], root=new)) == [new]
    for path in PATHS.values():
        document(registry, path, root=new)


def test_the_sequence_of_the_keys_rises_with_each_change_of_them(registry, clock):
    seen = [document(registry, PATHS["keys"])]

    def changed():
        seen.append(document(registry, PATHS["keys"]))
        assert seen[-1].content != seen[-2].content
        assert seen[-1].sequence > seen[-2].sequence

    registry.rotate_root(overlap=timedelta(days=2))
    changed()
    registry.rotate_pass_key(overlap=timedelta(hours=96))
    changed()
    registry.registry.keys.rotate("sealing", overlap=timedelta(0))
    changed()
    clock.forward(days=2)
    changed()
    clock.forward(days=2)
    changed()


def test_an_old_root_can_be_retired_at_once(registry):
    old = registry.root_key
    registry.rotate_root()
    assert registry.root_key == old
    registry.retire_older_roots()
    assert registry.root_key != old
    assert roots_of(document(registry, PATHS["keys"])) == [registry.root_key]


def test_roots_and_what_they_signed_outlive_the_process(tmp_path, clock):
    with EmbeddedRegistry(tmp_path / "r.db", clock=clock, signed=False) as first:
        first.rotate_root()
        before = document(first, "/v1/keys")
    with EmbeddedRegistry(tmp_path / "r.db", clock=clock, signed=False) as second:
        after = document(second, "/v1/keys", root=first.root_key)
        assert (after.kid, after.content) == (before.kid, before.content)
        assert (
            after.sequence > before.sequence
        )  # the file may have come from a backup: tests/registry/test_sequences.py


@pytest.mark.parametrize("purpose, least", [("root", 24), ("passes", 72)])
def test_an_overlap_that_would_cut_off_what_is_signed_is_refused(registry, purpose, least):
    keys = registry.registry.keys
    before = keys.sequence
    with pytest.raises(ValueError, match="overlap"):
        keys.rotate(purpose, overlap=timedelta(hours=least, seconds=-1))
    assert keys.sequence == before
    keys.rotate(purpose, overlap=timedelta(hours=least))


def test_a_new_pass_key_is_published_before_it_signs_and_the_old_one_verifies_all_that_it_signed(
    registry, clock
):
    def ring():
        return Keyring.from_document({**document(registry, PATHS["keys"]).json})

    def reads(text):
        read = verify_pass(text, ring())
        return read.key_id if isinstance(read, Pass) else read.reason

    def carry():
        return registry.issue_pass(registry.subjects["blue"], Life.CARRY)

    old = reads(carry())
    registry.rotate_pass_key(overlap=timedelta(hours=96))
    assert len(ring().passes) == 2
    clock.forward(hours=23, minutes=59)
    last_of_old = carry()
    assert reads(last_of_old) == old
    clock.forward(minutes=1)
    new = reads(carry())
    assert new not in {old, TextFault.UNKNOWN_KEY}
    clock.forward(hours=71, minutes=58)
    assert reads(last_of_old) == old
    clock.forward(minutes=2)
    assert list(ring().passes) == [bytes.fromhex(new)]
