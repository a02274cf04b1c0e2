"""`POST /v1/checkins` and the long poll of a door's events."""

from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from kiosk.core.model import Direction, Pass
from kiosk.core.who.venue_code import code_at, code_of_step, step_of
from kiosk.trust import Keyring, verify_pass
from kiosk.trust.signing import DeviceKey
from tests.registry.items import EMPTY_VENUE
from tests.registry.signing import initialize, kind

URL = "HTTPS://A.KZ/V/"
EVENTS = "/v1/doors/DEMO/events"


def nothing(*, cursor):
    return {"cursor": cursor, "events": [], "venue": EMPTY_VENUE}


@pytest.fixture
def door(registry):
    return registry.registry.doors.get("DEMO")


@pytest.fixture
def check_in(call, registry, door, clock):
    """Scan the door's code as a phone does; `code` and `subject` may be others."""

    def check_in(code=None, subject=None, **more):
        body = {"code": code or code_at(URL, door.id, door.key, clock.now)}
        return call("POST", "/v1/checkins", body | {"subject": subject or registry.subjects["blue"]} | more)

    return check_in


def test_a_phone_that_scans_the_code_is_announced_at_the_door(check_in, call, registry):
    assert check_in(direction="entry").json()["accepted"] is True
    (event,) = call("GET", EVENTS).json()["events"]
    assert event["kind"] == "checkin"
    assert event["identifier"] == {"kind": "checkin", "value": registry.subjects["blue"], "country": ""}
    assert event["status"]["colour"] == "blue"
    assert event["direction"] == "entry"


def test_a_phone_that_asks_for_no_direction_leaves_it_to_the_door(check_in, call):
    check_in()
    assert call("GET", EVENTS).json()["events"][0]["direction"] is None


def test_the_phone_gets_a_pass_for_this_door_and_this_minute(check_in, registry):
    ring = Keyring.from_document(registry.registry.keys.document())
    read = verify_pass(check_in().json()["pass"], ring)
    assert isinstance(read, Pass)
    assert read.door == "DEMO"
    assert (read.expires_at - read.issued_at).total_seconds() == 60


@pytest.mark.parametrize("steps_ago", range(4))
def test_the_current_code_and_the_three_before_it_are_taken(check_in, door, clock, steps_ago):
    code = code_of_step(URL, door.id, door.key, step_of(clock.now) - steps_ago)
    assert check_in(code).status_code == 200


@pytest.mark.parametrize("steps_ago", [4, 5, 5760, -1])
def test_an_older_code_and_one_from_the_future_are_stale(check_in, call, door, clock, steps_ago):
    answer = check_in(code_of_step(URL, door.id, door.key, step_of(clock.now) - steps_ago))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:ashyq:problem:stale-code")
    assert call("GET", EVENTS).json()["events"] == []


def test_a_code_made_with_another_doors_key_is_refused(check_in, registry, clock):
    other = registry.add_door("OTHER")
    answer = check_in(code_at(URL, "DEMO", other.key, clock.now))
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:ashyq:problem:other-door")


def test_a_code_that_is_passed_off_as_another_doors_is_refused(check_in, call, registry, door, clock):
    """A photo from one venue, its door's name changed for one at another."""
    registry.add_door("SAUNA", venue="Another venue")
    photo = code_at(URL, door.id, door.key, clock.now)
    answer = check_in(photo.replace("DEMO", "SAUNA"))
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:ashyq:problem:other-door")
    assert call("GET", "/v1/doors/SAUNA/events").json()["events"] == []


def test_a_photo_of_the_code_is_worthless_a_minute_later_also_to_the_phone_that_used_it(
    check_in, call, registry, door, clock
):
    photo = code_at(URL, door.id, door.key, clock.now)
    assert check_in(photo).status_code == 200
    clock.forward(seconds=45)
    assert check_in(photo).status_code == 200, "the same check-in"
    clock.forward(seconds=15)
    for who in ("blue", "green"):
        answer = check_in(photo, subject=registry.subjects[who])
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:ashyq:problem:stale-code")
    assert call("GET", EVENTS).json()["cursor"] == 1


def test_codes_of_a_revoked_device_are_worthless_and_the_next_one_makes_good_ones(
    check_in, registry, door, clock
):
    device = initialize(registry, registry.enrolment_code("DEMO"), DeviceKey.make()).json()["device"]
    assert check_in(code_at(URL, "DEMO", door.key, clock.now)).status_code == 200
    registry.revoke_device(device)
    assert kind(check_in(code_at(URL, "DEMO", door.key, clock.now))) == (422, "other-door")
    answer = initialize(registry, registry.enrolment_code("DEMO"), DeviceKey.make()).json()
    key = b64decode(answer["venue_code"]["key"])
    assert check_in(code_at(URL, "DEMO", key, clock.now)).status_code == 200


def test_another_doors_code_is_announced_there_and_not_here(check_in, call, registry, clock):
    other = registry.add_door("OTHER")
    assert check_in(code_at(URL, "OTHER", other.key, clock.now)).json()["door"] == "OTHER"
    assert call("GET", EVENTS).json()["events"] == []
    assert len(call("GET", "/v1/doors/OTHER/events").json()["events"]) == 1


@pytest.mark.parametrize(
    "code, kind",
    [
        ("HTTPS://A.KZ/V/", "no-venue-code"),
        ("HTTPS://A.KZ/V/DEMO", "no-venue-code"),
        ("HTTPS://A.KZ/V/DEMO.", "other-door"),
        ("HTTPS://A.KZ/V/DEMO.ILOU", "no-venue-code"),
        ("HTTPS://A.KZ/V/DEMO.ZZZZZZZZZZZZZZZZZZZZZZZZ", "other-door"),
        ("HTTPS://A.KZ/V/NOWHERE.0000000000", "unknown-door"),
        ("HTTPS://EVIL.KZ/V/DEMO.0000000000", "no-venue-code"),
    ],
)
def test_anything_else_is_refused_with_its_reason(check_in, code, kind):
    assert check_in(code).json()["type"] == f"urn:ashyq:problem:{kind}"


def test_a_visitor_whom_the_registry_does_not_know_is_refused(check_in):
    answer = check_in(subject="0" * 24)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:ashyq:problem:unknown-visitor")


def test_the_same_scan_twice_is_one_check_in(check_in, call, clock):
    check_in()
    check_in()
    assert len(call("GET", EVENTS).json()["events"]) == 1
    clock.forward(seconds=15)
    check_in()
    assert len(call("GET", EVENTS).json()["events"]) == 2


def test_what_lies_before_the_cursor_is_not_told_again(check_in, call, clock):
    check_in()
    cursor = call("GET", EVENTS).json()["cursor"]
    clock.forward(seconds=15)
    check_in()
    after = call("GET", f"{EVENTS}?after={cursor}").json()
    assert [event["id"] for event in after["events"]] == [after["cursor"]]
    assert after["cursor"] > cursor


def test_a_visitor_of_more_than_a_minute_ago_has_gone_elsewhere(check_in, call, clock):
    check_in()
    clock.forward(seconds=61)
    answer = call("GET", EVENTS).json()
    assert answer["events"] == []
    assert answer["cursor"] == 1


def test_a_cursor_of_another_registry_is_set_right_at_once(check_in, call):
    check_in()
    assert call("GET", f"{EVENTS}?after=9000&wait=25").json() == nothing(cursor=1)


def test_where_nobody_comes_the_wait_ends_with_nothing(ask):
    assert ask("GET", f"{EVENTS}?wait=0.05").json() == nothing(cursor=0)


@pytest.mark.parametrize(
    "query", ["wait=26", "wait=-1", "wait=nan", "after=-1", f"after={2**64}", "wait=long"]
)
def test_a_wait_or_a_cursor_out_of_bounds_is_refused(ask, query):
    assert ask("GET", f"{EVENTS}?{query}").status_code == 422


def test_who_has_no_code_of_now_learns_of_nobody_whether_they_are_known(check_in, registry, door, clock):
    old = code_of_step(URL, door.id, door.key, step_of(clock.now) - 4)
    known, unknown = (check_in(old, subject=subject) for subject in (registry.subjects["blue"], "ab" * 12))
    assert known.status_code == unknown.status_code == 409
    assert known.json() == unknown.json()


def test_a_door_that_waits_hears_of_a_phone_as_it_comes(registry):
    """Without the bell the answer would take 25 s; the limit is half of that."""
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(requests.get, f"{registry.url}{EVENTS}?wait=25", timeout=30)
        assert registry.wait_for_listener("DEMO", 20)
        registry.scan("demo", registry.subjects["green"], Direction.EXIT)
        (event,) = answer.result(timeout=12).json()["events"]
    assert (event["status"]["colour"], event["direction"]) == ("green", "exit")


def test_a_door_does_not_wake_for_another_doors_visitor(registry):
    registry.add_door("OTHER")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(requests.get, f"{registry.url}{EVENTS}?wait=0.5", timeout=30)
        assert registry.wait_for_listener("DEMO", 20)
        registry.scan("OTHER", registry.subjects["green"])
        assert answer.result(timeout=20).json()["events"] == []


def test_a_cut_sends_a_waiting_door_away_at_once(registry):
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(requests.get, f"{registry.url}{EVENTS}?wait=25", timeout=30)
        assert registry.wait_for_listener("DEMO", 20)
        registry.cut()
        assert answer.result(timeout=12).json() == nothing(cursor=0)
