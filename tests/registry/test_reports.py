"""What can be asked about a door afterwards, with no person in it."""

import pytest

from tests.registry.conftest import PEOPLE
from tests.registry.items import amendment, anomaly, batch, closing, passage, red_visit, sealed_visit, visit

SINCE = "?since=2026-11-23T00:00:00Z"


def at(minute):
    return f"2026-11-23T11:{minute:02}:00Z"


@pytest.fixture
def inside(call):
    """Send items; return how many are inside."""

    def inside(*items, door="DEMO"):
        call("POST", "/v1/visits", batch(*items, door=door))
        return call("GET", f"/v1/doors/{door}/report{SINCE}").json()["inside"]

    return inside


def test_entries_count_and_exits_take_away(inside):
    assert inside(visit(at=at(1)), visit(at=at(2)), visit(at=at(3), direction="exit")) == 1


def test_who_was_not_admitted_is_not_inside(inside):
    assert inside(red_visit()) == 0


def test_who_was_admitted_and_did_not_pass_is_not_inside(inside):
    first, second = visit(), visit()
    assert inside(first, second, passage(first, passed=False), passage(second, passed=True)) == 1


def test_whom_staff_admitted_is_inside(inside):
    refused = red_visit()
    assert inside(refused, amendment(refused)) == 1


def test_an_exit_that_nobody_entered_for_is_not_made_up_for_by_a_floor(inside):
    assert inside(visit(at=at(1), direction="exit")) == 0
    assert inside(visit(at=at(2))) == 0
    assert inside(visit(at=at(3))) == 1


def test_assumed_exits_at_closing_time_take_away(inside):
    assert inside(visit(at=at(1)), visit(at=at(2)), closing(2, at=at(3))) == 0


def test_a_second_person_behind_the_first_is_inside_too(inside):
    assert inside(visit(at=at(1)), anomaly("tailgate", "entry", at=at(2))) == 2


def test_somebody_who_went_nobody_knows_which_way_changes_no_count(inside):
    assert inside(visit(at=at(1)), anomaly("uncalled", None, at=at(2))) == 1


def test_all_doors_of_a_venue_count_together(inside, registry):
    registry.add_door("EXIT", venue=registry.registry.doors.get("DEMO").venue)
    inside(visit(at=at(1)), visit(at=at(2)))
    assert inside(visit(at=at(3), direction="exit"), door="EXIT") == 1


def test_a_report_counts_outcomes_colours_and_overrides(call):
    refused = red_visit()
    unchecked = visit(
        outcome="unchecked", reason="could-not-check", opens=False, colour=None, source="nobody"
    )
    call("POST", "/v1/visits", batch(visit(), visit(colour="blue"), refused, unchecked, amendment(refused)))
    report = call("GET", f"/v1/doors/demo/report{SINCE}").json()
    assert report["by_outcome"] == {"admitted": 3, "refused": 0, "unchecked": 1}
    assert report["by_colour"] == {"green": 1, "blue": 1}
    assert report["overrides"] == 1


def test_a_report_begins_where_it_is_asked_to(call):
    call("POST", "/v1/visits", batch(visit(at=at(1)), visit(at=at(30))))
    assert (
        call("GET", "/v1/doors/DEMO/report?since=2026-11-23T11:15:00Z").json()["by_outcome"]["admitted"] == 1
    )


def test_without_a_beginning_a_report_is_of_the_last_24_hours(call, clock):
    call("POST", "/v1/visits", batch(visit()))
    assert call("GET", "/v1/doors/DEMO/report").json()["by_outcome"]["admitted"] == 1
    clock.forward(hours=25)
    assert call("GET", "/v1/doors/DEMO/report").json()["by_outcome"]["admitted"] == 0


def test_the_latest_visits_come_newest_first_and_name_nobody(call, registry):
    item = sealed_visit(PEOPLE["red"].identifier, registry, at=at(5))
    call("POST", "/v1/visits", batch(visit(at=at(1)), item, visit(at=at(3))))
    answer = call("GET", "/v1/doors/DEMO/visits?limit=2")
    assert [row["at"][14:16] for row in answer.json()["visits"]] == ["05", "03"]
    assert registry.subjects["red"] not in answer.text
    assert item["sealed"] not in answer.text
    assert set(answer.json()["visits"][0]) == {
        "uid",
        "reference",
        "at",
        "direction",
        "via",
        "outcome",
        "reason",
        "opens",
        "colour",
        "source",
        "incident",
        "passed",
        "amendments",
        "counted_at",
        "received_at",
        "far",
    }
