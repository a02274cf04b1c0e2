"""A kiosk is served the newest version of its policy that it understands: a new rule never freezes an older kiosk."""

import json

import pytest
from sqlalchemy import insert

from kiosk.core.rule.policy import CapacityWithoutExit, Policy
from kiosk.core.rule.policy_document import NEWEST_VERSION, SINCE_VERSION, parse_policy
from registry.database import policies
from registry.demo_people import DEMO_VENUE
from registry.policy import BadPolicy, EditionDocument
from tests.registry.opening import document, fetch

POLICY = "/v1/policy?door=DEMO"


@pytest.fixture
def enforced(registry):
    registry.change_policy(DEMO_VENUE, capacity=3, capacity_without_exit="enforce")
    return registry


def test_who_asks_for_no_version_gets_the_first_without_the_keys_of_later_ones(enforced):
    found = document(enforced, POLICY)
    assert found.json["version"] == 1
    assert not set(SINCE_VERSION) & set().union(*found.json["editions"])
    assert isinstance(parse_policy(found.json), Policy)


def test_who_asks_for_the_second_gets_all_of_it(enforced, clock):
    found = document(enforced, f"{POLICY}&version=2")
    assert found.json["version"] == 2
    understood = parse_policy(found.json)
    assert isinstance(understood, Policy)
    assert understood.at(clock()).capacity_without_exit is CapacityWithoutExit.ENFORCE


def test_a_newer_kiosk_gets_the_newest_that_there_is(enforced):
    assert document(enforced, f"{POLICY}&version=9").json["version"] == NEWEST_VERSION


def test_the_versions_differ_in_nothing_else_and_have_one_sequence(enforced):
    first, second = (document(enforced, f"{POLICY}&version={version}") for version in (1, 2))
    assert first.sequence == second.sequence == first.json["sequence"] == second.json["sequence"]
    without = second.json | {"version": 1}
    assert without["editions"][-1].pop("capacity_without_exit") == "enforce"
    assert first.json == without


def test_each_version_has_its_own_tag(enforced):
    tags = [fetch(enforced, f"{POLICY}&version={version}").headers["ETag"] for version in (1, 2)]
    assert tags[0] != tags[1]
    assert fetch(enforced, POLICY, tag=tags[0]).status_code == 304
    assert fetch(enforced, f"{POLICY}&version=2", tag=tags[0]).status_code == 200
    assert fetch(enforced, f"{POLICY}&version=2", tag=tags[1]).status_code == 304


@pytest.mark.parametrize("version", ["0", "-1", "x", "1.5", "", "1001"])
def test_a_version_that_is_none_is_told(enforced, version):
    answer = fetch(enforced, f"{POLICY}&version={version}")
    assert answer.status_code == 422
    assert answer.json()["mistakes"][0]["at"] == "query.version"


def test_a_document_of_before_is_served_in_both_versions(registry):
    """It was stored when there was one version only."""
    old = {"version": 1, "sequence": 900, "venue": "Old Club"}
    old["editions"] = [{"effective_from": "2026-01-01T00:00:00Z", "capacity": 5}]
    registry.add_door("OLD", venue="Old Club")
    with registry.registry.database.write() as connection:
        row = {"venue": "Old Club", "sequence": 900, "document": json.dumps(old)}
        connection.execute(insert(policies).values(row))
    for version in (1, 2):
        found = document(registry, f"/v1/policy?door=OLD&version={version}")
        assert found.json == old | {"version": version}
    registry.change_policy("Old Club", capacity_without_exit="enforce")
    assert document(registry, "/v1/policy?door=OLD&version=2").sequence == 901


def test_a_word_that_is_none_is_not_stored(registry):
    before = document(registry, f"{POLICY}&version=2").json
    with pytest.raises(BadPolicy, match="capacity_without_exit"):
        registry.change_policy(DEMO_VENUE, capacity_without_exit="maybe")
    assert document(registry, f"{POLICY}&version=2").json == before


def test_what_a_kiosk_would_refuse_is_not_stored(registry):
    before = document(registry, POLICY).json
    with pytest.raises(BadPolicy, match="red is never admitted"):
        registry.change_policy(DEMO_VENUE, admits=[{"colours": ["green", "red"]}])
    assert document(registry, POLICY).json == before


def test_every_later_key_is_one_that_can_be_put():
    assert set(SINCE_VERSION) <= set(EditionDocument.model_fields)
