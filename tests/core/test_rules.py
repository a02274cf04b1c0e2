"""The colour table: `decide` for every colour, source, rule and hour (rules 3, 4, 6, 8)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from kiosk.core.model import Colour, Decision, Direction, Outcome, Reason, Source
from kiosk.core.rule.policy import Admits, CarryRule, Resort, UnknownRule, Window, Zone, ZoneRule
from kiosk.core.rule.rules import Case, decide
from tests.factories import ALMATY, NOON, SATURDAY, make_edition, make_status

WEEKEND_GREEN = make_edition(
    admits=(
        Admits(colours=frozenset({Colour.GREEN}), window=Window(weekdays=frozenset({5, 6}))),
        Admits(colours=frozenset({Colour.GREEN, Colour.BLUE})),
    )
)


def decision(colour: Colour | None = Colour.GREEN, *, now: datetime = NOON, **changes: Any) -> Decision:
    return decide(
        Case(
            **{
                "direction": Direction.ENTRY,
                "status": make_status(colour, since=now) if colour else None,
                "source": Source.REGISTRY,
                "now": now,
                "local": now.astimezone(ALMATY),
                "edition": make_edition(),
                "full": False,
                "attended": True,
                "knowledge_age": timedelta(0),
                **changes,
            }
        )
    )


def answer(*arguments: Any, **changes: Any) -> tuple[Outcome, Reason]:
    made = decision(*arguments, **changes)
    return made.outcome, made.reason


ADMITTED = (Outcome.ADMITTED, Reason.STATUS_ADMITTED)
NOT_ADMITTED = (Outcome.REFUSED, Reason.STATUS_NOT_ADMITTED)


@pytest.mark.parametrize(
    "colour, expected",
    [
        (Colour.GREEN, ADMITTED),
        (Colour.BLUE, ADMITTED),
        (Colour.YELLOW, NOT_ADMITTED),
        (Colour.RED, (Outcome.REFUSED, Reason.RED_STATUS)),
    ],
)
def test_green_and_blue_enter_by_default_and_yellow_and_red_do_not(colour, expected):
    assert answer(colour) == expected
    assert decision(colour).opens is (expected == ADMITTED)
    assert decision(colour).colour is colour


@pytest.mark.parametrize("colour, expected", [(Colour.GREEN, ADMITTED), (Colour.BLUE, NOT_ADMITTED)])
def test_only_green_enters_at_the_weekend_where_the_venue_says_so(colour, expected):
    assert answer(colour, edition=WEEKEND_GREEN) == ADMITTED
    assert answer(colour, now=SATURDAY, edition=WEEKEND_GREEN) == expected


def test_the_weekend_begins_at_midnight_in_almaty_which_is_seven_in_the_evening_utc():
    friday_evening = datetime.combine(SATURDAY.date() - timedelta(days=1), time(18, 59), NOON.tzinfo)
    assert answer(Colour.BLUE, now=friday_evening, edition=WEEKEND_GREEN) == ADMITTED
    assert (
        answer(Colour.BLUE, now=friday_evening + timedelta(minutes=1), edition=WEEKEND_GREEN) == NOT_ADMITTED
    )


def test_a_venue_may_admit_yellow_by_its_own_rule():
    assert (
        answer(Colour.YELLOW, edition=make_edition(admits=(Admits(colours=frozenset({Colour.YELLOW})),)))
        == ADMITTED
    )


def test_a_colour_is_admitted_in_its_hours_only():
    mornings = make_edition(
        admits=(Admits(colours=frozenset({Colour.BLUE}), window=Window(start=time(6), end=time(12))),)
    )
    assert answer(Colour.BLUE, now=NOON - timedelta(minutes=1), edition=mornings) == ADMITTED
    assert answer(Colour.BLUE, now=NOON, edition=mornings) == NOT_ADMITTED


def test_a_green_that_has_run_out_counts_as_blue():
    old = make_status(Colour.GREEN, since=NOON - timedelta(hours=72))
    assert decision(status=old).colour is Colour.BLUE
    assert answer(status=old, now=SATURDAY, edition=WEEKEND_GREEN) == NOT_ADMITTED


def test_a_blue_that_has_run_out_is_not_known():
    old = make_status(Colour.BLUE, since=NOON - timedelta(hours=72))
    assert answer(status=old)[0] is Outcome.UNCHECKED


@pytest.mark.parametrize("colour", [Colour.YELLOW, Colour.RED])
def test_yellow_and_red_stay_until_the_registry_says_otherwise(colour):
    old = make_status(colour, since=NOON - timedelta(days=100), lasts=timedelta(days=14))
    assert decision(status=old).colour is colour
    assert not decision(status=old).opens


@pytest.mark.parametrize("source", [Source.LIVE_PASS, Source.CARRY_PASS])
def test_a_green_pass_that_ran_out_while_the_registry_was_asked_admits_nobody_not_even_as_blue(source):
    ran_out = make_status(Colour.GREEN, since=NOON - timedelta(hours=1), lasts=timedelta(hours=1))
    made = decision(status=ran_out, source=source)
    assert (made.outcome, made.reason, made.opens) == (Outcome.UNCHECKED, Reason.COULD_NOT_CHECK, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"edition": None},
        {"edition": make_edition(zone=Zone.RED, zones=((Zone.RED, ZoneRule(shut=True)),))},
        {"edition": make_edition(opening=())},
        {"edition": make_edition(capacity=0)},
        {"entered_lately": True},
        {"carried": True, "attended": False},
    ],
    ids=["no policy", "zone shut", "closed", "full", "already inside", "carried"],
)
def test_a_red_entry_is_an_incident_whatever_else_holds(changes):
    made = decision(Colour.RED, **changes)
    assert (made.outcome, made.reason, made.incident, made.opens) == (
        Outcome.REFUSED,
        Reason.RED_STATUS,
        True,
        False,
    )


def test_only_red_is_an_incident():
    assert [colour for colour in Colour if decision(colour).incident] == [Colour.RED]


@pytest.mark.parametrize("colour", [None, *Colour])
@pytest.mark.parametrize("edition", [None, make_edition(opening=(), capacity=0)])
def test_an_exit_is_free_whatever_the_status_and_the_rule(colour, edition):
    made = decision(colour, direction=Direction.EXIT, edition=edition)
    assert (made.outcome, made.reason, made.opens) == (Outcome.ADMITTED, Reason.EXIT_FREE, True)
    assert made.incident is (colour is Colour.RED)


def test_a_venue_that_runs_past_midnight_is_open_after_it_and_closed_before_it_opens():
    night = make_edition(opening=(Window(weekdays=frozenset({2}), start=time(18), end=time(2)),))
    hours = {
        hour: answer(now=NOON + timedelta(hours=hour - 12), edition=night)[1] for hour in (17, 18, 25, 26)
    }
    assert hours == {
        17: Reason.VENUE_CLOSED,
        18: Reason.STATUS_ADMITTED,
        25: Reason.STATUS_ADMITTED,
        26: Reason.VENUE_CLOSED,
    }


def zoned(zone_rule: ZoneRule, **changes: Any) -> Any:
    return make_edition(zone=Zone.YELLOW, zones=((Zone.YELLOW, zone_rule),), **changes)


def test_a_zone_can_shut_the_venue():
    assert answer(edition=zoned(ZoneRule(shut=True)))[1] is Reason.ZONE_SHUT


def test_a_zone_can_shorten_the_hours():
    assert (
        answer(edition=zoned(ZoneRule(hours=(Window(start=time(7), end=time(12)),))))[1]
        is Reason.VENUE_CLOSED
    )


def test_a_zone_can_admit_fewer_colours():
    assert answer(Colour.BLUE, edition=zoned(ZoneRule(colours=frozenset({Colour.GREEN})))) == NOT_ADMITTED


def test_a_zone_never_admits_a_colour_that_the_day_does_not():
    greens = zoned(ZoneRule(colours=frozenset({Colour.GREEN, Colour.YELLOW})))
    assert answer(Colour.YELLOW, edition=greens) == NOT_ADMITTED


def test_a_zone_takes_its_share_of_the_places():
    half = zoned(ZoneRule(capacity_percent=50), capacity=5)
    assert half.places == 2
    assert half.places == 2
    assert answer(edition=half, full=False) == ADMITTED
    assert answer(edition=half, full=True)[1] is Reason.VENUE_FULL


def test_a_rule_for_another_zone_changes_nothing():
    assert answer(edition=make_edition(zones=((Zone.RED, ZoneRule(shut=True)),))) == ADMITTED


LADDER = UnknownRule(fresh=Resort.ADMIT, stale=Resort.ASK_STAFF, expired=Resort.REFUSE)


@pytest.mark.parametrize(
    "age, opens, calls_staff",
    [
        (timedelta(0), True, False),
        (timedelta(minutes=14, seconds=59), True, False),
        (timedelta(minutes=15), False, True),
        (timedelta(hours=23, minutes=59), False, True),
        (timedelta(hours=24), False, False),
        (None, False, False),
    ],
)
def test_what_an_unknown_visitor_gets_depends_on_how_old_our_knowledge_is(age, opens, calls_staff):
    made = decision(None, source=Source.NOBODY, edition=make_edition(unknown=LADDER), knowledge_age=age)
    assert (made.outcome, made.reason) == (Outcome.UNCHECKED, Reason.COULD_NOT_CHECK)
    assert (made.opens, made.calls_staff, made.colour) == (opens, calls_staff, None)


@pytest.mark.parametrize("age", [None, timedelta(0), timedelta(hours=1), timedelta(days=2)])
def test_by_default_an_unknown_visitor_waits_for_staff(age):
    made = decision(None, source=Source.NOBODY, knowledge_age=age)
    assert (made.outcome, made.opens, made.calls_staff) == (Outcome.UNCHECKED, False, True)


def test_unknown_to_the_registry_is_another_reason_than_not_asked():
    assert answer(None)[1] is Reason.UNKNOWN_TO_REGISTRY


def test_without_any_policy_staff_decide():
    made = decision(edition=None)
    assert (made.outcome, made.reason, made.calls_staff) == (Outcome.UNCHECKED, Reason.NO_POLICY, True)


@pytest.mark.parametrize(
    "rule, attended, outcome, reason",
    [
        (CarryRule.REFUSE, True, Outcome.ADMITTED, Reason.STATUS_ADMITTED),
        (CarryRule.ASK_STAFF, True, Outcome.ADMITTED, Reason.STATUS_ADMITTED),
        (CarryRule.COMPARE, False, Outcome.ADMITTED, Reason.STATUS_ADMITTED),
        (CarryRule.ASK_STAFF, False, Outcome.UNCHECKED, Reason.CARRY_PASS_ALONE),
        (CarryRule.REFUSE, False, Outcome.REFUSED, Reason.CARRY_PASS_ALONE),
    ],
)
@pytest.mark.parametrize("source", [Source.CARRY_PASS, Source.REGISTRY])
def test_a_saved_pass_is_compared_with_its_bearer_or_left_to_the_policy_whoever_states_its_colour(
    source, rule, attended, outcome, reason
):
    edition = make_edition(carry_pass=rule)
    made = decision(source=source, carried=True, attended=attended, edition=edition)
    assert (made.outcome, made.reason) == (outcome, reason)
    assert made.compare_identity is (outcome is Outcome.ADMITTED)
