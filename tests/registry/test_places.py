"""`POST /v1/places`: two doors of a nearly full venue do not give the same place away."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing as closed

import pytest
import requests

from registry.embedded import EmbeddedRegistry
from tests.registry.items import batch, closing, passage, uid, visit
from tests.registry.signing import Device, kind
from tests.registry.test_occupancy import VENUE, at, beat, numbers


@pytest.fixture
def venue(call, registry):
    """A venue with an entry and an exit: there a capacity is enforced. `venue(capacity=1)` changes its policy."""
    registry.add_door("EXIT", venue=VENUE)
    call("POST", "/v1/heartbeat?kind=exit", beat("EXIT"))
    return lambda **changes: registry.change_policy(VENUE, **changes)


@pytest.fixture
def take(call):
    """Ask for a place; return whether it was taken, and the number."""

    def take(visit_id=None, door="DEMO"):
        answer = call("POST", "/v1/places", {"visit": visit_id or uid(), "door": door})
        assert answer.status_code == 200, answer.text
        told = answer.json()
        return told["taken"], numbers(told["venue"])

    return take


@pytest.fixture
def told(call):
    return lambda door="DEMO": numbers(call("POST", "/v1/heartbeat", beat(door)).json()["venue"])


def test_places_are_taken_until_the_venue_is_full(venue, take, told):
    venue(capacity=2)
    assert [take(), take(), take()] == [(True, (1, 1)), (True, (2, 2)), (False, (2, 2))]
    assert told("EXIT") == (2, 0)


def test_the_answer_repeats_the_visit(venue, call):
    asked = {"visit": uid(), "door": "DEMO"}
    assert call("POST", "/v1/places", asked).json()["visit"] == asked["visit"]


def test_the_same_visit_again_has_the_same_place(venue, take):
    venue(capacity=1)
    mine = uid()
    assert take(mine) == take(mine) == (True, (1, 1))
    assert take() == (False, (1, 1))


def test_of_two_who_ask_at_once_for_the_last_place_exactly_one_gets_it(venue, registry, call):
    registry.add_door("NORTH", venue=VENUE)
    venue(capacity=1)
    together = threading.Barrier(2)

    def ask(door, visit_id):
        together.wait(30)
        body = {"visit": visit_id, "door": door}
        return requests.post(f"{registry.url}/v1/places", json=body, timeout=30).json()["taken"]

    with ThreadPoolExecutor(2) as pool:
        for _ in range(10):
            asks = {door: uid() for door in ("DEMO", "NORTH")}
            answers = dict(zip(asks, pool.map(ask, asks, asks.values()), strict=True))
            assert sorted(answers.values()) == [False, True]
            for door, visit_id in asks.items():
                call("POST", "/v1/visits", batch(passage({"uid": visit_id}, passed=False), door=door))


def test_a_place_becomes_the_visit_when_its_record_comes(venue, take, told, call):
    mine = uid()
    take(mine)
    call("POST", "/v1/visits", batch(visit(uid=mine)))
    assert told() == (1, 1)
    assert take(mine) == (True, (1, 1))
    call("POST", "/v1/visits", batch(passage({"uid": mine}, passed=False)))
    assert told() == (0, 0)


def test_a_refused_visit_gives_its_place_back(venue, take, told, call):
    mine = uid()
    take(mine)
    refused = visit(uid=mine, outcome="refused", reason="already-inside", opens=False)
    call("POST", "/v1/visits", batch(refused))
    assert told() == (0, 0)
    assert take(mine) == (False, (0, 0))


def test_who_did_not_pass_gives_the_place_back_even_before_the_visit_came(venue, take, told, call):
    mine = uid()
    take(mine)
    call("POST", "/v1/visits", batch(passage({"uid": mine}, passed=True)))
    assert told() == (1, 1)
    call("POST", "/v1/visits", batch(passage({"uid": mine}, passed=False)))
    assert told() == (0, 0)
    call("POST", "/v1/visits", batch(visit(uid=mine)))
    assert told() == (0, 0)


def test_a_place_is_given_back_once_and_not_once_more_by_every_record(venue, take, told, call):
    mine, other = uid(), uid()
    take(mine)
    take(other)
    for _ in range(2):
        call("POST", "/v1/visits", batch(passage({"uid": mine}, passed=False)))
    assert told() == (1, 1)


def test_a_place_ends_by_itself_after_two_minutes(venue, take, told, clock):
    venue(capacity=1)
    mine = uid()
    take(mine)
    clock.forward(seconds=119)
    assert told() == (1, 1)
    assert take() == (False, (1, 1))
    clock.forward(seconds=1)
    assert told() == (0, 0)
    assert told("EXIT") == (0, 0)
    assert take() == (True, (1, 1))
    assert take(mine) == (False, (1, 1))


def test_the_report_does_not_show_a_place_that_has_ended(venue, take, call, clock):
    take()
    assert call("GET", "/v1/doors/DEMO/report").json()["inside"] == 1
    clock.forward(seconds=120)
    assert call("GET", "/v1/doors/DEMO/report").json()["inside"] == 0


def test_a_record_that_comes_after_the_place_has_ended_counts_once(venue, take, told, call, clock):
    mine = uid()
    take(mine)
    clock.forward(seconds=500)
    call("POST", "/v1/visits", batch(visit(uid=mine, at="2026-11-23T12:00:00Z")))
    assert told() == (1, 1)


def test_a_place_that_is_held_stays_held_over_a_closing(venue, take, told, call):
    call("POST", "/v1/visits", batch(visit(at=at(1))))
    take()
    call("POST", "/v1/visits", batch(closing(1, at=at(50))))
    assert told() == (1, 1)


def test_a_visit_that_is_here_already_needs_no_place(venue, take, call):
    venue(capacity=1)
    inside, refused, gone = visit(), visit(outcome="refused", reason="venue-full", opens=False), visit()
    call("POST", "/v1/visits", batch(inside, refused, gone, passage(gone, passed=False)))
    assert take(inside["uid"]) == (True, (1, 1))
    assert take(refused["uid"]) == (False, (1, 1))
    assert take(gone["uid"]) == (False, (1, 1))


def test_without_a_capacity_a_place_is_always_taken_and_counts(venue, take):
    venue(capacity=None)
    assert [take()[0] for _ in range(70)] == [True] * 70
    assert take() == (True, (71, 71))


def test_without_a_policy_a_place_is_always_taken(registry, take):
    registry.add_door("NEW", venue="Another Club")
    assert take(door="NEW") == (True, (1, 1))


def test_the_zone_makes_the_venue_smaller(venue, take):
    venue(capacity=3, zone="yellow")  # of the demo's policy: 50 per cent
    assert [take()[0] for _ in range(2)] == [True, False]


def test_the_capacity_is_that_of_the_edition_in_force(registry, venue, take, clock):
    registry.put_policy(
        VENUE,
        [
            {"effective_from": "2026-01-01T00:00:00Z", "capacity": 1},
            {"effective_from": "2026-11-23T12:01:00Z", "capacity": 2},
        ],
    )
    assert [take()[0] for _ in range(2)] == [True, False]
    clock.forward(minutes=1)
    assert [take()[0] for _ in range(2)] == [True, False]


def test_a_venue_without_an_exit_is_never_full_unless_its_policy_says_so(registry, take, call):
    registry.change_policy(VENUE, capacity=1)
    call("POST", "/v1/heartbeat?kind=entry", beat("DEMO"))
    assert [take()[0] for _ in range(3)] == [True] * 3
    registry.change_policy(VENUE, capacity_without_exit="enforce")
    assert take() == (False, (3, 3))
    registry.change_policy(VENUE, capacity=4)
    assert [take()[0] for _ in range(2)] == [True, False]


def test_nobody_takes_a_place_for_another_doors_visit(venue, take, call, registry):
    registry.add_door("OTHER", venue="Another Club")
    filed, held = visit(), uid()
    call("POST", "/v1/visits", batch(filed))
    take(held)
    for theirs in (filed["uid"], held):
        answer = call("POST", "/v1/places", {"visit": theirs, "door": "EXIT"})
        assert kind(answer) == (403, "other-door")
        assert take(theirs, door="OTHER")[0], "an id of another venue is nothing to this one"
    for door in ("EXIT", "OTHER"):
        call("POST", "/v1/visits", batch(passage({"uid": held}, passed=False), door=door))
    assert take(held) == (True, (2, 2))


def test_a_device_asks_for_places_at_its_own_door_only(tmp_path, clock):
    with EmbeddedRegistry(tmp_path / "r.db", clock=clock) as registry:
        registry.add_door("DEMO")
        registry.add_door("SIDE")
        device = Device(registry)
        asked = {"visit": uid(), "door": "DEMO"}
        assert device.call("POST", "/v1/places", asked).json()["taken"] is True
        assert kind(device.call("POST", "/v1/places", asked | {"door": "SIDE"})) == (403, "other-door")
        assert kind(requests.post(f"{registry.url}/v1/places", json=asked, timeout=30)) == (401, "unsigned")


def test_while_the_database_is_held_by_somebody_else_the_registry_is_busy(venue, call, registry, take):
    with closed(sqlite3.connect(registry.path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert kind(call("POST", "/v1/places", {"visit": uid(), "door": "DEMO"})) == (503, "busy")
        holder.execute("ROLLBACK")
    assert take() == (True, (1, 1))


@pytest.mark.parametrize(
    "changes, where",
    [({"visit": "1"}, "body.visit"), ({"door": ""}, "body.door"), ({"more": 1}, "another name")],
)
def test_a_question_that_is_none_says_which_field_was_wrong(ask, changes, where):
    answer = ask("POST", "/v1/places", {"visit": uid(), "door": "DEMO"} | changes)
    assert answer.status_code == 422
    assert where in answer.json()["mistakes"][0]["at"]
