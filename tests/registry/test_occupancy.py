"""The number inside is the venue's: a signed sum of what all doors tell, whatever the order in which they tell it."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.doors import Door
from registry.reference import ReferenceRegistry
from tests.registry.items import amendment, anomaly, batch, closing, correction, passage, uid, visit

VENUE = "Demo Fitness · Алматы"
REPORT = "/v1/doors/DEMO/report"


def at(minute, second=0):
    return f"2026-11-23T11:{minute:02}:{second:02}Z"


@pytest.fixture
def send(call, registry):
    """Send items of a door; the venue has a second one, EXIT, and OTHER stands in another venue."""
    registry.add_door("EXIT", venue=VENUE)
    registry.add_door("OTHER", venue="Another Club")

    def send(*items, door="DEMO"):
        results = call("POST", "/v1/visits", batch(*items, door=door)).json()["results"]
        assert {result["verdict"] for result in results} <= {"stored"}, results

    return send


def beat(door):
    body = {"device": f"kiosk-{door}", "door": door, "version": "1", "waiting": 0, "parked": 0, "inside": 0}
    return body | {"health": {}}


@pytest.fixture
def told(call):
    """What the venue's number is, as a door hears it."""

    def told(door="DEMO", query=""):
        return call("POST", f"/v1/heartbeat{query}", beat(door)).json()["venue"]

    return told


def numbers(venue):
    return venue["inside"], venue["own"]


def test_two_doors_count_together_and_each_knows_its_own_part(send, told):
    send(visit(at=at(1)), visit(at=at(2)), visit(at=at(3)))
    send(visit(at=at(4), direction="exit"), door="EXIT")
    assert numbers(told("DEMO")) == (2, 3)
    assert numbers(told("EXIT")) == (2, -1)
    assert numbers(told("OTHER")) == (0, 0)


def test_the_number_has_its_moment_and_how_many_doors_the_venue_has(send, told, clock):
    clock.forward(seconds=90)
    assert told() == {"inside": 0, "own": 0, "at": "2026-11-23T12:01:30.000000Z", "doors": 2, "exits": False}
    assert told("OTHER")["doors"] == 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda call: call("POST", "/v1/heartbeat", beat("DEMO")),
        lambda call: call("GET", "/v1/doors/DEMO/events"),
        lambda call: call("POST", "/v1/status", question()),
        lambda call: call("POST", "/v1/places", {"visit": uid(), "door": "DEMO"}),
    ],
    ids=["heartbeat", "events", "status", "places"],
)
def test_every_answer_that_a_door_waits_for_tells_the_number(send, call, ask):
    send(visit(at=at(1)), visit(at=at(2)))
    answer = ask(call).json()
    held = 1 if "taken" in answer else 0
    assert numbers(answer["venue"]) == (2 + held, 2 + held)


def question():
    identifier = {"kind": "checkin", "value": "0" * 24, "country": ""}
    return {"visit": uid(), "door": "DEMO", "direction": "entry", "via": "phone", "identifier": identifier}


def test_the_number_is_told_with_its_sign_and_shown_without(send, told, call):
    """A floor in between would count the entry that comes late for ever."""
    send(visit(at=at(5), direction="exit"), door="EXIT")
    assert numbers(told("EXIT")) == (-1, -1)
    assert call("GET", REPORT).json()["inside"] == 0
    send(visit(at=at(1)))
    assert numbers(told()) == (0, 1)
    send(visit(at=at(6)))
    assert call("GET", REPORT).json()["inside"] == 1


def test_the_report_tells_the_number_of_now_whatever_it_begins_with(send, call):
    send(*[visit(at=at(1, second)) for second in range(10)])
    send(*[visit(at=at(2, second), direction="exit") for second in range(4)], door="EXIT")
    for since in ("1970-01-01T00:00:00Z", at(1, 5), at(3), "2026-11-23T11:59:50Z"):
        assert call("GET", f"{REPORT}?since={since}").json()["inside"] == 6


def test_a_record_from_before_the_last_closing_changes_its_own_day_and_not_todays(send, told, call):
    send(closing(0, at=at(30)), visit(at=at(31)))
    send(visit(at=at(29)), visit(at=at(30)), anomaly("tailgate", "entry", at=at(3)), correction(5, at=at(4)))
    assert numbers(told()) == (1, 1)
    assert call("GET", f"{REPORT}?since={at(0)}").json()["by_outcome"]["admitted"] == 3


def test_assumed_exits_are_for_the_report_and_move_nobody_twice(send, told):
    send(visit(at=at(1)), visit(at=at(2)), closing(2, at=at(30)))
    assert numbers(told()) == (0, 0)
    send(visit(at=at(31)))
    assert numbers(told()) == (1, 1)


@pytest.mark.parametrize("first, second", [("DEMO", "EXIT"), ("EXIT", "DEMO")])
def test_the_later_closing_of_two_doors_counts_and_the_earlier_changes_nothing_more(
    send, told, first, second
):
    send(visit(at=at(1)), visit(at=at(25)), visit(at=at(35)))
    send(visit(at=at(36), direction="exit"), door="EXIT")
    send(closing(1, at=at(20)), door=first)
    assert numbers(told()) == (1, 2)
    send(closing(1, at=at(30)), door=second)
    assert numbers(told()) == (0, 1)
    send(closing(1, at=at(10)), door=first)
    assert numbers(told()) == (0, 1)
    assert numbers(told("EXIT")) == (0, -1)


def test_staff_correct_the_number_and_it_is_their_doors(send, told):
    send(visit(at=at(1)), correction(-4, at=at(2)))
    assert numbers(told()) == (-3, -3)
    send(correction(10, at=at(3)), door="EXIT")
    assert numbers(told()) == (7, -3)


def test_what_a_wrong_clock_wrote_counts_by_when_it_came(send, told, clock):
    send(closing(0, at=at(30)))
    send(visit(at="1970-01-01T00:00:07Z", time_trusted=False))
    send(visit(at="2036-01-01T00:00:00Z"), visit(at="2036-01-01T00:00:00Z", time_trusted=False))
    assert numbers(told()) == (3, 3)
    clock.forward(minutes=10)
    send(closing(3, at="2026-11-23T12:05:00Z"))
    assert numbers(told()) == (0, 0)


def test_a_clock_that_is_a_little_ahead_is_believed(send, told):
    send(closing(0, at="2026-11-23T12:04:00Z"), visit(at="2026-11-23T12:05:00Z"))
    assert numbers(told()) == (1, 1)
    send(visit(at="2026-11-23T12:05:01Z"))  # too far: it counts by 12:00, before the closing
    assert numbers(told()) == (1, 1)


def test_a_closing_of_a_wrong_clock_does_not_shut_the_days_to_come(send, told, clock):
    send(closing(0, at="2036-01-01T00:00:00Z"))
    clock.forward(minutes=1)
    send(visit(at="2026-11-23T12:00:30Z"))
    assert numbers(told()) == (1, 1)


def test_a_moment_before_the_year_1000_can_be_read_again(send, told, call):
    send(anomaly("uncalled", "entry", at="0222-01-01T00:00:00Z"), visit(at="0222-01-01T00:00:00Z"))
    assert call("GET", f"{REPORT}?since=0001-01-01T00:00:00Z").json()["by_outcome"]["admitted"] == 1
    assert call("GET", "/v1/doors/DEMO/visits").status_code == 200
    send(closing(0, at=at(1)))
    assert numbers(told()) == (0, 0)


def test_whom_staff_admit_later_and_who_did_not_pass_change_the_number(send, told):
    refused = visit(at=at(1), outcome="refused", reason="venue-full", opens=False)
    send(refused)
    assert numbers(told()) == (0, 0)
    send(amendment(refused, at=at(2)))
    assert numbers(told()) == (1, 1)
    send(passage(refused, passed=False, at=at(3)))
    assert numbers(told()) == (0, 0)


def test_a_device_of_another_venue_never_changes_this_venues_number(send, told, call):
    item = visit(at=at(1))
    send(item, correction(3, at=at(2)))
    before = numbers(told())
    for record in (passage(item, passed=False), amendment(item, outcome="refused", opens=False)):
        call("POST", "/v1/visits", batch(record, item, door="OTHER"))
    send(closing(0, at=at(50)), correction(-9, at=at(51)), visit(at=at(52)), door="OTHER")
    call("POST", "/v1/places", {"visit": uid(), "door": "OTHER"})
    call("POST", "/v1/heartbeat?kind=exit", beat("OTHER"))
    assert numbers(told()) == before
    assert told()["exits"] is False


def test_a_kiosk_says_what_kind_of_door_it_stands_at(send, told):
    assert told("DEMO", "?policy=2&kind=entry")["exits"] is False
    assert told("EXIT", "?policy=2&kind=exit")["exits"] is True
    assert told("DEMO")["exits"] is True
    assert told("OTHER")["exits"] is False


@pytest.mark.parametrize("kind, exits", [("toggle", True), ("exit", True), ("entry", False)])
def test_a_heartbeat_that_says_nothing_leaves_the_kind_as_it_was(send, told, kind, exits):
    told("DEMO", f"?kind={kind}")
    assert told("DEMO")["exits"] is exits
    assert told("DEMO", "?kind=entry")["exits"] is False


@pytest.mark.parametrize("query", ["?kind=window", "?kind=", "?policy=0", "?policy=x", "?policy=1001"])
def test_a_kind_or_a_version_that_is_none_is_told(call, query):
    answer = call("POST", f"/v1/heartbeat{query}", beat("DEMO"))
    assert answer.status_code == 422
    assert answer.json()["mistakes"][0]["at"] in {"query.kind", "query.policy"}


def test_the_highest_number_is_of_how_people_went_and_not_of_how_records_came(send, call):
    send(visit(at=at(10)), visit(at=at(11)), visit(at=at(13)))
    send(visit(at=at(12), direction="exit"), visit(at=at(14), direction="exit"), door="EXIT")

    def highest(since):
        return call("GET", f"{REPORT}?since={since}").json()["highest"]

    assert highest(at(0)) == 2
    assert highest(at(12)) == 2  # of 13
    assert highest(at(13)) == 2  # what it was at 13 still is
    assert highest(at(14)) == 1
    send(closing(1, at=at(20)), visit(at=at(21)))
    assert [highest(at(minute)) for minute in (0, 14, 19, 20, 21, 22)] == [2, 1, 1, 1, 1, 1]
    send(closing(1, at=at(40)))
    assert [highest(at(minute)) for minute in (30, 40, 41)] == [1, 0, 0]


def test_the_highest_number_is_never_below_zero(send, call):
    send(visit(at=at(10), direction="exit"), visit(at=at(11), direction="exit"))
    assert call("GET", f"{REPORT}?since={at(0)}").json()["highest"] == 0


def test_visits_that_an_old_number_admitted_are_counted_and_marked(send, call):
    old = {"counted_at": "2026-11-23T10:02:00Z"}
    full = {"outcome": "refused", "reason": "venue-full", "opens": False}
    send(visit(at=at(1), **old), visit(at=at(2), **old), visit(at=at(3)), visit(at=at(4), **old | full))
    report = call("GET", f"{REPORT}?since={at(2)}").json()
    assert report["by_old_number"] == 1
    rows = call("GET", "/v1/doors/DEMO/visits").json()["visits"]
    assert [row["counted_at"] for row in rows] == ["2026-11-23T10:02:00.000000Z", None] + [
        "2026-11-23T10:02:00.000000Z"
    ] * 2


# ---- whatever the order -------------------------------------------------------------------------------------------------------

MINUTES = st.integers(0, 50)
DOORS = st.sampled_from(["A", "B"])
WAYS = st.sampled_from(["entry", "exit"])


@st.composite
def told_by_a_door(draw):
    """Return the records of one happening at a door, and its moves as (minute, change), or the minute of a closing."""
    door, minute = draw(DOORS), draw(MINUTES)
    match draw(st.sampled_from(["visit"] * 4 + ["anomaly", "correction", "closing"])):
        case "visit":
            way, opens = draw(WAYS), draw(st.booleans())
            first = visit(at=at(minute), direction=way, opens=opens)
            items = [first]
            for _ in range(draw(st.integers(0, 2))):
                opens = draw(st.booleans())
                items.append(
                    amendment(first, at=at(minute, 10), opens=opens)
                )  # of one moment: the later uid decides
            passed = draw(st.sampled_from([None, True, False]))
            if passed is not None:
                items.append(passage(first, passed=passed, at=at(minute, 30)))
            counts = opens and passed is not False
            return door, items, [(minute, 1 if way == "entry" else -1)] * counts, None
        case "anomaly":
            way = draw(st.sampled_from(["entry", "exit", None]))
            moves = [] if way is None else [(minute, 1 if way == "entry" else -1)]
            return door, [anomaly("uncalled", way, at=at(minute))], moves, None
        case "correction":
            change = draw(st.integers(-20, 20).filter(bool))
            return door, [correction(change, at=at(minute))], [(minute, change)], None
        case _:
            return door, [closing(draw(st.integers(0, 9)), at=at(minute))], [], minute


@pytest.fixture(scope="module")
def venues(tmp_path_factory):
    """Make a venue with two doors for each example, in one registry without HTTP."""
    folder = tmp_path_factory.mktemp("venues")
    made = ReferenceRegistry(folder / "r.db", clock=lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))
    names = itertools.count()

    def venue():
        name = next(names)
        return {door: made.doors.add(f"{door}{name}", venue=f"Club {name}") for door in "AB"}

    venue.registry = made
    yield venue
    made.close()


@given(st.lists(told_by_a_door(), max_size=12), st.data())
def test_in_whatever_order_and_batches_the_records_come_the_number_is_the_same(venues, happenings, data):
    doors: dict[str, Door] = venues()
    items = [(door, item) for door, records, _, _ in happenings for item in records]
    again = data.draw(st.lists(st.sampled_from(items), max_size=4)) if items else []
    mixed = data.draw(st.permutations(items + again))
    while mixed:
        door = mixed[0][0]
        run = list(itertools.takewhile(lambda one, door=door: one[0] == door, mixed))
        size = data.draw(st.integers(1, len(run)))
        verdicts = venues.registry.ledger.take("kiosk", doors[door].id, [item for _, item in run[:size]])
        assert {verdict.verdict for verdict in verdicts} <= {"stored", "duplicate"}
        mixed = mixed[size:]

    closed = max((minute for *_, minute in happenings if minute is not None), default=-1)
    counted = {
        door: sum(
            change
            for of, _, moves, _ in happenings
            if of == door
            for minute, change in moves
            if minute > closed
        )
        for door in "AB"
    }
    for door, stands in doors.items():
        number = venues.registry.occupancy.number(stands.id, stands.venue)
        assert (number.inside, number.own) == (sum(counted.values()), counted[door])
    venue = doors["A"].venue
    assert venues.registry.occupancy.inside(venue) == max(0, sum(counted.values()))
    since = datetime(2026, 11, 23, 11, tzinfo=UTC) - timedelta(hours=1)
    assert venues.registry.occupancy.highest(venue, since) == highest(happenings)


def highest(happenings):
    """Walk through the day minute by minute."""
    inside = most = 0
    for now in range(60):
        inside += sum(change for *_, moves, _ in happenings for minute, change in moves if minute == now)
        most = max(most, inside)
        if now in {minute for *_, minute in happenings}:
            inside = 0
    return most
