"""What no policy can do: cases and policies of every kind, drawn at random."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.model import Colour, Direction, Outcome, Reason, Source, Status
from kiosk.core.rule.policy import Admits, CarryRule, Resort, UnknownRule, Zone, ZoneRule
from kiosk.core.rule.rules import Case, decide
from tests.factories import ALMATY, NOON, make_edition

moments = st.integers(-400, 400).map(lambda hours: NOON + timedelta(hours=hours))
editions = st.builds(
    make_edition,
    zone=st.sampled_from(Zone),
    zones=st.lists(
        st.tuples(
            st.sampled_from(Zone),
            st.builds(
                ZoneRule, shut=st.booleans(), colours=st.none() | st.frozensets(st.sampled_from([*Colour]))
            ),
        ),
        max_size=2,
    ).map(tuple),
    admits=st.lists(st.builds(Admits, colours=st.frozensets(st.sampled_from([*Colour]))), max_size=2).map(
        tuple
    ),
    capacity=st.none() | st.integers(0, 3),
    unknown=st.builds(
        UnknownRule,
        fresh=st.sampled_from(Resort),
        stale=st.sampled_from(Resort),
        expired=st.sampled_from(Resort),
    ),
    carry_pass=st.sampled_from(CarryRule),
)
cases = st.builds(
    Case,
    direction=st.just(Direction.ENTRY),
    status=st.builds(Status, colour=st.sampled_from(Colour), established_at=moments, valid_until=moments),
    source=st.sampled_from(Source),
    now=moments,
    local=moments.map(lambda moment: moment.astimezone(ALMATY)),
    edition=st.none() | editions,
    full=st.booleans(),
    attended=st.booleans(),
    carried=st.booleans(),
    knowledge_age=st.none() | st.integers(0, 50).map(lambda hours: timedelta(hours=hours)),
    entered_lately=st.booleans(),
)


@given(cases)
def test_no_policy_admits_an_expired_status_except_an_expired_green_as_blue(case):
    made = decide(case)
    if (
        case.status.valid_until <= case.now
        and made.outcome is Outcome.ADMITTED
        and made.colour is not Colour.YELLOW
    ):
        assert (case.status.colour, made.colour, case.source in (Source.REGISTRY, Source.NOBODY)) == (
            Colour.GREEN,
            Colour.BLUE,
            True,
        )


@given(cases)
def test_no_policy_admits_red_not_even_one_that_says_so(case):
    if case.status.colour is Colour.RED:
        assert not decide(case).opens


@given(cases)
def test_where_nobody_watches_and_the_policy_wants_no_saved_pass_none_opens_by_its_colour(case):
    strict = case.edition is not None and case.edition.carry_pass is not CarryRule.COMPARE
    if case.carried and not case.attended and strict:
        assert decide(case).outcome is not Outcome.ADMITTED


@given(cases)
def test_could_not_check_is_never_a_colour_and_an_incident_is_always_red(case):
    made = decide(case)
    assert made.outcome is not Outcome.UNCHECKED or made.colour is None
    assert made.incident is (made.reason is Reason.RED_STATUS)
    assert made.opens or made.outcome is not Outcome.ADMITTED
