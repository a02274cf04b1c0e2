"""Whatever became of the registry's clock or of its database, a kiosk takes the next document: its number is higher."""

import shutil

import pytest

from kiosk.core.model import Colour
from registry.database import Database
from registry.embedded import EmbeddedRegistry
from tests.factories import make_person
from tests.registry.conftest import running
from tests.registry.opening import document, fetch, hash_of, listed

PATHS = {"policy": "/v1/policy?door=DEMO", "keys": "/v1/keys", "revocations": "/v1/revocations"}
VENUE = "Demo Fitness · Алматы"


def told(registry):
    return {kind: document(registry, path) for kind, path in PATHS.items()}


def numbers(found):
    return {kind: one.sequence for kind, one in found.items()}


def all_higher(later, earlier):
    return all(later[kind].sequence > earlier[kind].sequence for kind in PATHS)


def test_one_that_never_told_anything_begins_at_one(registry):
    assert numbers(told(registry)) | {"keys": 0} == {"policy": 1, "keys": 0, "revocations": 1}


def test_a_restored_backup_tells_higher_numbers_than_what_was_lost(tmp_path, clock):
    path, backup = tmp_path / "r.db", tmp_path / "backup.db"
    with running(path, clock) as registry:
        told(registry)
    shutil.copy(path, backup)
    clock.forward(minutes=10)
    with EmbeddedRegistry(path, clock=clock, signed=False) as registry:
        for number in range(3):
            registry.change_policy(VENUE, capacity=number)
            registry.revoke_pass(registry.add_visitor(make_person(50 + number), Colour.GREEN))
            clock.forward(minutes=1)
        registry.rotate_pass_key()
        lost, base = told(registry), document(registry, PATHS["revocations"]).sequence
        root = registry.root_key
    clock.forward(minutes=1)
    with EmbeddedRegistry(backup, clock=clock, signed=False) as registry:
        assert registry.root_key == root
        found = told(registry)
        assert all_higher(found, lost)
        assert found["policy"].json["sequence"] == found["policy"].sequence
        change = document(registry, f"/v1/revocations?since={base}")
        assert listed(change.content)[0] == 0  # what was lost cannot be told as a change
        assert registry.change_policy(VENUE, capacity=9) > found["policy"].sequence
        registry.revoke_pass(registry.add_visitor(make_person(90), Colour.GREEN))
        after = document(registry, f"/v1/revocations?since={change.sequence}")
        assert listed(after.content)[0] == change.sequence


def test_only_who_tells_documents_raises_numbers(tmp_path, clock):
    with running(tmp_path / "r.db", clock) as registry:
        before = numbers(told(registry))
        Database(registry.path).close()  # a command beside it
        assert numbers(told(registry)) == before


@pytest.mark.parametrize("kind", PATHS)
def test_after_a_bad_minute_of_the_clock_each_document_is_set_aside_by_an_earlier_one(registry, clock, kind):
    before = document(registry, PATHS[kind])
    clock.forward(days=365)
    future = document(registry, PATHS[kind])
    clock.forward(days=-365)
    found = document(registry, PATHS[kind])
    assert found.sequence > future.sequence >= before.sequence
    assert found.issued == before.issued < future.issued
    again = fetch(registry, PATHS[kind], tag=fetch(registry, PATHS[kind]).headers["ETag"])
    assert again.status_code == 304


def test_one_bad_document_raises_the_numbers_of_all_for_other_kiosks_saw_the_others(registry, clock):
    clock.forward(days=365)
    future = told(registry)
    clock.forward(days=-365)
    document(registry, PATHS["keys"])
    assert all_higher(told(registry), future)


def test_a_bad_minute_empties_no_list(registry, clock):
    green, blue = registry.subjects["green"], registry.subjects["green-ending"]
    registry.revoke_pass(green)
    registry.issue_pass(blue)
    clock.forward(days=365)
    future = document(registry, PATHS["revocations"])
    assert listed(future.content)[1] == {}
    registry.set_colour(blue, Colour.RED)  # a change while the clock is wrong
    clock.forward(days=-365)
    found = document(registry, f"/v1/revocations?since={future.sequence}")
    base, entries, _ = listed(found.content)
    assert base == 0
    assert {hash_of(green), hash_of(blue)} <= set(entries)


def test_a_clock_that_is_put_right_by_a_few_seconds_changes_nothing(registry, clock):
    clock.forward(minutes=5 - clock.now.minute % 5)
    first = fetch(registry, PATHS["policy"])
    clock.forward(seconds=-20)
    assert fetch(registry, PATHS["policy"]).content == first.content
