"""`POST /v1/status`, `/v1/keys`, `/v1/policy`, `/v1/heartbeat` over real HTTP."""

import pytest

from kiosk.core.model import Colour, Pass
from kiosk.trust import Keyring, verify_pass
from registry.demo_people import DEMO_VENUE, made_up_iin
from registry.passes import Life
from registry.policy import BadPolicy
from tests.registry.conftest import PEOPLE
from tests.registry.items import EMPTY_VENUE, uid
from tests.registry.opening import document, opened


def question(kind="iin", value="", country="", **changes):
    identifier = {"kind": kind, "value": value, "country": country}
    usual = {"visit": uid(), "door": "DEMO", "direction": "entry", "via": "keypad", "identifier": identifier}
    return usual | changes


def about(name):
    who = PEOPLE[name].identifier
    return question(who.kind.value, who.value, who.country)


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_gets_their_colour_and_a_subject_and_a_hint(call, registry, name):
    asked = about(name)
    answer = call("POST", "/v1/status", asked).json()
    assert answer["visit"] == asked["visit"]
    assert answer["status"]["colour"] == PEOPLE[name].colour
    assert answer["subject"] == registry.subjects[name]
    assert answer["hint"] == PEOPLE[name].hint


def test_a_green_says_when_it_was_established_and_when_it_ends(ask):
    status = ask("POST", "/v1/status", about("green")).json()["status"]
    assert status == {
        "colour": "green",
        "established_at": "2026-11-23T07:00:00.000000Z",
        "valid_until": "2026-11-26T07:00:00.000000Z",
    }


def test_a_green_is_blue_when_its_72_hours_are_over(call, clock):
    clock.forward(hours=67)
    assert call("POST", "/v1/status", about("green")).json()["status"]["colour"] == "blue"


def test_whom_the_registry_does_not_know_has_no_status(call):
    asked = question(value=made_up_iin(9000))
    assert call("POST", "/v1/status", asked).json() == {
        "visit": asked["visit"],
        "status": None,
        "subject": "",
        "hint": "",
        "venue": EMPTY_VENUE,
    }


def test_a_passport_of_another_country_is_another_person(ask):
    asked = question("passport", PEOPLE["foreigner"].identifier.value, "XXX")
    assert ask("POST", "/v1/status", asked).json()["status"] is None


@pytest.mark.parametrize("kind", ["pass", "checkin"])
def test_the_registrys_own_ids_name_the_same_person(call, registry, kind):
    answer = call("POST", "/v1/status", question(kind, registry.subjects["yellow"])).json()
    assert (answer["status"]["colour"], answer["subject"]) == ("yellow", registry.subjects["yellow"])


def test_the_keys_make_a_keyring_that_reads_the_registrys_passes(registry):
    ring = Keyring.from_document(document(registry, "/v1/keys").json)
    read = verify_pass(registry.issue_pass(registry.subjects["red"]), ring)
    assert isinstance(read, Pass)
    assert (read.pass_id, read.colour) == (registry.subjects["red"], Colour.RED)


@pytest.mark.parametrize(
    "life, door, seconds", [(Life.LIVE, None, 300), (Life.CARRY, None, 67 * 3600), (Life.AT_DOOR, "DEMO", 60)]
)
def test_a_pass_lives_as_long_as_its_kind_and_no_longer_than_its_status(registry, life, door, seconds):
    ring = Keyring.from_document(registry.registry.keys.document())
    read = verify_pass(registry.issue_pass(registry.subjects["green"], life, door=door), ring)
    assert (read.expires_at - read.issued_at).total_seconds() == seconds
    assert read.door == door


def test_a_blue_carry_pass_lives_72_hours(registry):
    ring = Keyring.from_document(registry.registry.keys.document())
    read = verify_pass(registry.issue_pass(registry.subjects["blue"], Life.CARRY), ring)
    assert (read.expires_at - read.issued_at).total_seconds() == 72 * 3600


def test_a_new_pass_key_is_published_and_signs_and_the_old_one_still_reads(registry):
    old = registry.issue_pass(registry.subjects["green"])
    registry.rotate_pass_key()
    new = registry.issue_pass(registry.subjects["green"])
    ring = Keyring.from_document(registry.registry.keys.document())
    assert len({verify_pass(text, ring).key_id for text in (old, new)}) == 2


def test_the_registrys_keys_outlive_it(registry):
    before = document(registry, "/v1/keys").json
    registry.cut()
    registry.restore()
    assert document(registry, "/v1/keys").json == before


@pytest.mark.parametrize("path", ["/v1/keys", "/v1/policy?door=DEMO"])
def test_what_has_not_changed_is_not_sent_again(ask, path):
    first = ask("GET", path)
    again = ask("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert ask("GET", path, headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_changed_policy_has_a_higher_sequence_and_another_tag(call, registry, clock):
    tag = call("GET", "/v1/policy?door=DEMO").headers["ETag"]
    first = document(registry, "/v1/policy?door=DEMO").json
    clock.forward(minutes=1)
    registry.change_policy(DEMO_VENUE, zone="red")
    answer = call("GET", "/v1/policy?door=DEMO", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    second = opened(answer.content, registry.root_key).json
    assert second["sequence"] == first["sequence"] + 1
    assert [edition["zone"] for edition in second["editions"]] == ["green", "red"]


def test_a_policy_is_sent_as_it_was_written(registry):
    edition = {"effective_from": "2026-01-01T00:00:00.000000Z", "admits": [{"colours": ["green"]}]}
    registry.put_policy(DEMO_VENUE, [edition])
    assert document(registry, "/v1/policy?door=DEMO").json["editions"] == [edition]


@pytest.mark.parametrize(
    "change, where",
    [
        ({"zone": "purple"}, "zone"),
        ({"capacity": -1}, "capacity"),
        ({"opening": [{"start": "25:00", "end": "26:00"}]}, "start"),
        ({"admits": [{"colours": ["pink"]}]}, "colours"),
        ({"tolerance": 5}, "tolerance"),
    ],
)
def test_a_policy_that_the_contract_does_not_know_is_not_stored(registry, change, where):
    before = document(registry, "/v1/policy?door=DEMO").json
    with pytest.raises(BadPolicy, match=where):
        registry.change_policy(DEMO_VENUE, **change)
    assert document(registry, "/v1/policy?door=DEMO").json == before


def test_a_venue_without_a_policy_is_told_so(call, registry):
    registry.add_door("NEW", venue="Another Club")
    answer = call("GET", "/v1/policy?door=NEW")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:ashyq:problem:no-policy")


def test_a_heartbeat_is_kept_and_answered_with_the_registrys_time(call, registry):
    beat = {
        "device": "kiosk-1",
        "door": "DEMO",
        "version": "0.1.0",
        "waiting": 3,
        "parked": 1,
        "inside": 17,
        "health": {"camera": "working"},
    }
    assert call("POST", "/v1/heartbeat", beat).json() == {
        "time": "2026-11-23T12:00:00.000000Z",
        "venue": EMPTY_VENUE,
    }
    call("POST", "/v1/heartbeat", beat | {"inside": 18})
    assert registry.registry.reports.heartbeat("kiosk-1") == beat | {"inside": 18}
    call("POST", "/v1/heartbeat?policy=2&kind=exit", beat | {"door": "demo"})
    assert registry.registry.reports.heartbeat("kiosk-1") == beat | {
        "door": "demo",
        "policy": 2,
        "kind": "exit",
    }
