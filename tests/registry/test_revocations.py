"""Whoever turns yellow or red has their passes revoked, and gets good ones again when they are better."""

import hashlib
import random
from datetime import timedelta

import pytest

from kiosk.core.model import Colour, Pass
from kiosk.trust import Keyring, verify_pass
from registry.passes import Life
from tests.registry.conftest import PEOPLE
from tests.registry.items import batch, sealed_visit, visit
from tests.registry.opening import document, hash_of, listed

WHO = "green"


@pytest.fixture
def subject(registry):
    return registry.subjects[WHO]


@pytest.fixture
def pass_of(registry):
    """Issue a pass and return what a door reads in it."""

    def pass_of(subject, life=Life.LIVE):
        ring = Keyring.from_document(registry.registry.keys.document())
        read = verify_pass(registry.issue_pass(subject, life), ring)
        assert isinstance(read, Pass)
        return read

    return pass_of


def whole(registry):
    """Return the list as a door has it that fetches all of it."""
    base, entries, removed = listed(document(registry, "/v1/revocations?since=0").content)
    assert (base, removed) == (0, set())
    return entries


@pytest.mark.parametrize("colour", [Colour.YELLOW, Colour.RED])
def test_who_turns_worse_has_their_pass_id_listed_until_the_last_pass_ends(
    registry, subject, pass_of, colour
):
    live, carry = pass_of(subject), pass_of(subject, Life.CARRY)
    assert live.pass_id == carry.pass_id
    registry.set_colour(subject, colour)
    assert whole(registry) == {hash_of(carry.pass_id): int(carry.expires_at.timestamp())}


def test_who_never_had_a_pass_or_whose_passes_ended_is_not_listed(registry, subject, pass_of, clock):
    registry.set_colour(registry.subjects["blue"], Colour.RED)
    ends = pass_of(subject).expires_at
    clock.now = ends
    registry.set_colour(subject, Colour.RED)
    assert whole(registry) == {}


def test_green_that_becomes_blue_is_not_revoked(registry, subject, pass_of):
    pass_of(subject)
    registry.set_colour(subject, Colour.BLUE)
    assert whole(registry) == {}


def test_yellow_that_becomes_red_and_red_that_becomes_yellow_stay_listed(registry, subject, pass_of):
    pass_of(subject, Life.CARRY)
    registry.set_colour(subject, Colour.YELLOW)
    for colour in (Colour.RED, Colour.YELLOW):
        registry.set_colour(subject, colour)
        assert list(whole(registry)) == [hash_of(subject)]


def test_a_pass_of_a_yellow_one_is_revoked_too_when_they_turn_red(registry, subject, pass_of, clock):
    registry.set_colour(subject, Colour.YELLOW)
    carry = pass_of(subject, Life.CARRY)
    assert whole(registry) == {}
    registry.set_colour(subject, Colour.RED)
    assert whole(registry) == {hash_of(carry.pass_id): int(carry.expires_at.timestamp())}


def test_while_it_lasts_the_pass_id_stays_so_that_a_door_knows_who_leaves(registry, subject, pass_of):
    before = pass_of(subject, Life.CARRY).pass_id
    registry.set_colour(subject, Colour.RED)
    assert pass_of(subject).pass_id == before


def test_who_is_better_is_taken_off_the_list_and_has_a_fresh_pass_id(registry, subject, pass_of):
    old = pass_of(subject, Life.CARRY).pass_id
    registry.set_colour(subject, Colour.RED)
    told = document(registry, "/v1/revocations").sequence
    registry.set_colour(subject, Colour.GREEN)
    assert whole(registry) == {}
    base, entries, removed = listed(document(registry, f"/v1/revocations?since={told}").content)
    assert (base, entries, removed) == (told, {}, {hash_of(old)})
    fresh = pass_of(subject).pass_id
    assert fresh != old
    registry.set_colour(subject, Colour.RED)
    assert list(whole(registry)) == [hash_of(fresh)], "and it can be revoked in its turn"


def test_an_isolation_that_ends_by_itself_gives_a_fresh_pass_id_where_the_old_one_is_still_listed(
    registry, subject, pass_of, clock
):
    old = pass_of(subject, Life.CARRY).pass_id
    registry.set_colour(subject, Colour.RED, ago=timedelta(days=13, hours=23))
    clock.forward(hours=2)
    assert pass_of(subject).pass_id != old
    assert whole(registry) == {}


def status_of(call, identifier):
    asked = {"kind": identifier["kind"], "value": identifier["value"], "country": ""}
    body = {"visit": "0190c1d2-0000-7000-8000-00000000abcd", "door": "DEMO"}
    body |= {"direction": "entry", "via": "camera", "identifier": asked}
    return call("POST", "/v1/status", body).json()


def test_every_id_that_somebody_had_names_them_and_the_answer_has_the_newest(
    registry, call, subject, pass_of
):
    pass_of(subject, Life.CARRY)
    registry.set_colour(subject, Colour.RED)
    assert status_of(call, {"kind": "pass", "value": subject})["status"]["colour"] == "red"
    registry.set_colour(subject, Colour.BLUE)
    fresh = pass_of(subject).pass_id
    iin = {"kind": "iin", "value": PEOPLE[WHO].identifier.value}
    for named in ({"kind": "pass", "value": subject}, {"kind": "pass", "value": fresh}, iin):
        answer = status_of(call, named)
        assert (answer["subject"], answer["status"]["colour"]) == (fresh, "blue")


def test_visits_under_any_of_the_ids_are_filed_as_one_persons(registry, call, subject, pass_of):
    pass_of(subject, Life.CARRY)
    registry.set_colour(subject, Colour.RED)
    registry.set_colour(subject, Colour.GREEN)
    fresh = pass_of(subject).pass_id
    under = [visit(subject={"kind": "pass", "value": one}) for one in (subject, fresh)]
    sealed = sealed_visit(PEOPLE[WHO].identifier, registry)
    call("POST", "/v1/visits", batch(*under, sealed))
    with registry.registry.database.read() as connection:
        filed = connection.exec_driver_sql("SELECT subject FROM visits").scalars().all()
    assert filed == [subject] * 3


def test_a_phone_with_an_old_id_is_announced_under_the_fresh_one(registry, call, subject, pass_of):
    pass_of(subject, Life.CARRY)
    registry.set_colour(subject, Colour.RED)
    registry.set_colour(subject, Colour.GREEN)
    registry.scan("DEMO", subject)
    (event,) = call("GET", "/v1/doors/DEMO/events").json()["events"]
    assert event["identifier"]["value"] == pass_of(subject).pass_id != subject


def test_a_pass_id_can_be_revoked_by_hand(registry, subject):
    registry.revoke_pass(subject)
    assert list(whole(registry)) == [hash_of(subject)]


def test_a_base_that_was_never_told_gets_the_whole_list(registry, subject):
    registry.revoke_pass(subject)
    found = document(registry, "/v1/revocations?since=9000")
    assert listed(found.content)[0] == 0
    assert found.sequence == 2


def test_a_base_of_now_gets_an_empty_delta_signed_anew(registry, subject, clock):
    registry.revoke_pass(subject)
    found = document(registry, "/v1/revocations?since=2")
    assert (found.sequence, listed(found.content)) == (2, (2, {}, set()))


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_a_door_that_follows_deltas_knows_what_the_whole_list_says(registry, clock, seed):
    """Doors drop by themselves what has ended, as the contract says."""
    chance = random.Random(seed)
    people = list(registry.subjects.values())
    followers = [(1, {})] * 3
    last = 1
    for _ in range(25):
        subject = chance.choice(people)
        for _ in range(chance.randrange(2)):
            registry.issue_pass(subject, chance.choice([Life.LIVE, Life.CARRY]))
        registry.set_colour(subject, chance.choice(list(Colour)))
        clock.forward(minutes=chance.randrange(600))
        at = chance.randrange(len(followers))
        since, known = followers[at]
        found = document(registry, f"/v1/revocations?since={since}")
        base, entries, removed = listed(found.content)
        assert base == since
        assert found.sequence >= last
        last = found.sequence
        known = {one: ends for one, ends in known.items() if one not in removed} | entries
        living = {one: ends for one, ends in known.items() if ends > clock.now.timestamp()}
        snapshot = {one: ends for one, ends in whole(registry).items() if ends > clock.now.timestamp()}
        assert living == snapshot
        followers[at] = found.sequence, known
    assert last > 5


def test_what_has_ended_is_not_told_and_stays_for_a_clock_that_was_ahead(registry, clock):
    many = [
        (hashlib.sha256(bytes([n])).hexdigest()[:24], int(clock.now.timestamp()) + n) for n in range(1, 9)
    ]
    registry.registry.revocations.add(many)
    clock.forward(seconds=6)
    registry.revoke_pass(registry.subjects["blue"])
    assert len(whole(registry)) == 3
    clock.forward(seconds=-6)
    registry.revoke_pass(registry.subjects["green"])
    assert len(whole(registry)) == 10


def test_a_long_list_is_served_whole_and_a_delta_of_it_is_short(registry, clock):
    ends = int(clock.now.timestamp()) + 3600
    registry.registry.revocations.add((f"{number:024x}", ends) for number in range(30_000))
    registry.registry.revocations.add((f"{number:024x}", ends) for number in range(30_000, 30_100))
    entries = whole(registry)
    assert len(entries) == 30_100
    assert entries[hash_of(f"{29_999:024x}")] == ends
    base, changed, _ = listed(document(registry, "/v1/revocations?since=2").content)
    assert (base, len(changed)) == (2, 100)


def test_a_delta_is_found_by_its_sequence_and_does_not_walk_the_list(registry):
    with registry.registry.database.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT digest, ends, lifted FROM revocations WHERE sequence > 2"
        ).all()
    assert "INDEX ix_revocations_sequence" in str(plan)
