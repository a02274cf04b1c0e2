"""How old the registry's word is, and what the door makes of it: the ladder, passes that may be revoked, the corner."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.events import KnowledgeChanged, LinkChanged, PolicyArrived
from kiosk.core.model import Colour, Direction, DoorKind, NotACredential, Outcome, Reason, TextFault
from kiosk.core.rule.knowledge import Freshness, Knowledge, Known
from kiosk.core.rule.policy import Resort, StaleRevocations, UnknownRule, Zone, ZoneRule
from kiosk.core.rule.signed_time import SignedTime
from kiosk.core.screen.view import Phrase, Unit
from tests.core.doorman import Doorman
from tests.factories import (
    NOON,
    Stamps,
    make_age,
    make_door,
    make_edition,
    make_pass,
    make_person,
    make_policy,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LADDER = make_edition(unknown=UnknownRule(fresh=Resort.ADMIT, stale=Resort.ASK_STAFF, expired=Resort.REFUSE))
GONE = make_age(issued=NOON - 2 * DAY, stands=DAY)


def knows(man, policy=None, keys=None, revocations=None):
    good = make_age()
    told = KnowledgeChanged(policy=policy or good, keys=keys or good, revocations=revocations or good)
    man.tell(told)
    return man


@pytest.mark.parametrize("part", list(Known))
@pytest.mark.parametrize("online", [True, False])
def test_any_document_past_its_time_puts_the_ladder_on_its_last_rung_whatever_the_link_is_like(part, online):
    man = knows(Doorman(make_door(edition=LADDER, online=online)), **{part.value: GONE})
    man.reads(make_person())
    man.hears_nothing()
    assert [(visit.decision.outcome, visit.decision.opens) for visit in man.visits] == [
        (Outcome.UNCHECKED, False)
    ]
    fresh = knows(Doorman(make_door(edition=LADDER)))
    fresh.reads(make_person())
    fresh.hears_nothing()
    assert fresh.visits[0].decision.opens


@pytest.mark.parametrize("part", list(Known))
def test_a_document_that_there_never_was_is_as_bad_as_one_past_its_time(part):
    ages = {known.value: None if known is part else make_age() for known in Known}
    man = Doorman(make_door())
    man.tell(KnowledgeChanged(**ages))
    assert man.door.word.freshness(man.stamps.now()) is Freshness.EXPIRED
    assert (man.view.corner.aged.known, man.view.corner.aged.amount) == (part, None)


def admits_unchecked(man):
    """Whether somebody whom nobody could ask about comes in: this policy lets them while knowledge is fresh."""
    man.reads(make_person())
    man.hears_nothing()
    return man.visits[-1].decision.opens


def test_a_clock_that_may_be_late_does_not_make_old_knowledge_fresh():
    """It came up three days late without a network: by it, the registry was heard in the future."""
    late = Stamps(NOON - 3 * DAY, trusted=False)
    for heard_at in (NOON, NOON - 3 * DAY - timedelta(seconds=1)):
        man = Doorman(make_door(edition=LADDER, online=False, heard_at=heard_at), stamps=late)
        assert not admits_unchecked(man)
        aged = man.view.corner.aged
        assert (aged.known, aged.amount, aged.there) == (Known.POLICY, None, True), (
            "and staff see that nobody knows"
        )


def test_a_word_that_was_heard_in_the_future_of_a_clock_that_is_right_is_of_unknown_age():
    man = Doorman(make_door(edition=LADDER, online=False, heard_at=NOON + DAY))
    assert not admits_unchecked(man)
    slewed = Doorman(make_door(edition=LADDER, online=False, heard_at=NOON + timedelta(milliseconds=200)))
    assert admits_unchecked(slewed)


@pytest.mark.parametrize("step", [-DAY, DAY], ids=["back", "forward"])
@pytest.mark.parametrize(
    "minutes, rung", [(10, Freshness.FRESH), (12 * 60, Freshness.STALE), (25 * 60, Freshness.EXPIRED)]
)
def test_a_clock_that_is_put_right_changes_nothing_about_how_long_ago_the_registry_was_heard(
    step, minutes, rung
):
    man = Doorman(make_door(edition=LADDER, online=True), stamps=Stamps(NOON - step, trusted=False))
    man.tell(LinkChanged(online=False, waiting=0))
    man.stamps.wall += step
    man.stamps.trusted = True
    man.wait(minutes * 60)
    assert man.door.word.freshness(man.stamps.now()) is rung


def test_a_rule_that_something_later_signed_says_is_in_force_is_in_force_though_the_clock_is_late():
    """The zone was shut two days ago; this clock says that it is not yet."""
    shut = make_edition(effective_from=NOON - DAY, zone=Zone.RED, zones=((Zone.RED, ZoneRule(shut=True)),))
    policy = make_policy(make_edition(), shut)
    late = Stamps(NOON - 2 * DAY, trusted=False)
    man = Doorman(make_door(policy=policy, signed=SignedTime(latest=NOON), online=False), stamps=late)
    assert man.view.corner.today.zone is Zone.RED
    man.reads(make_pass(issued=NOON - timedelta(seconds=1), lives=3 * DAY))
    man.hears_nothing()
    assert [visit.decision.reason for visit in man.visits] == [Reason.ZONE_SHUT]


@given(st.integers(0, 100), st.integers(0, 100), st.integers(1, 48), st.booleans())
def test_the_ladder_is_never_better_than_the_contact_or_than_any_document(contact_h, age_h, stands_h, online):
    age = make_age(issued=NOON - age_h * HOUR, stands=stands_h * HOUR)
    door = make_door(
        online=online,
        heard_at=NOON - contact_h * HOUR,
        knowledge=Knowledge(policy=age, keys=age, revocations=age),
    )
    worst = list(Freshness).index(door.word.freshness(Stamps().now()))
    alone = make_door(online=online, heard_at=door.word.heard_at).word.freshness(Stamps().now())
    assert worst >= list(Freshness).index(alone)
    assert (worst == 2) >= (age_h >= stands_h)


@pytest.mark.parametrize("lives", [timedelta(seconds=300), timedelta(hours=72)])
def test_a_pass_while_the_list_of_revocations_is_past_its_time_comes_in_and_staff_see_since_when(lives):
    man = knows(Doorman(), revocations=GONE)
    man.reads(make_pass(lives=lives))
    if man.door.visitor.decision is None:
        man.hears_nothing()
    decision = man.visits[0].decision
    assert (decision.outcome, decision.colour) == (Outcome.ADMITTED, Colour.GREEN)
    assert decision.unrevoked_since == GONE.issued_at
    assert man.view.offline_since == "02.03 12:00"


def test_where_there_never_was_a_list_a_pass_may_have_been_revoked_ever_since_it_was_issued():
    man = Doorman()
    man.tell(KnowledgeChanged(policy=make_age(), keys=make_age(), revocations=None))
    shown = make_pass(issued=NOON - timedelta(seconds=60))
    man.reads(shown)
    assert man.visits[0].decision.unrevoked_since == shown.issued_at


def test_by_policy_staff_decide_on_a_pass_while_the_list_is_past_its_time():
    edition = make_edition(stale_revocations=StaleRevocations.ASK_STAFF)
    man = knows(Doorman(make_door(edition=edition)), revocations=GONE)
    man.reads(make_pass())
    decision = man.visits[0].decision
    assert (decision.outcome, decision.reason) == (Outcome.UNCHECKED, Reason.REVOCATIONS_EXPIRED)
    assert not man.opened
    assert man.view.note is Phrase.STAFF_COMING


def test_a_list_in_force_or_an_answer_of_the_registry_leaves_nothing_to_tell():
    man = knows(Doorman())
    man.reads(make_pass())
    assert man.visits[0].decision.unrevoked_since is None
    asked = knows(Doorman(), revocations=GONE)
    asked.reads(make_person())
    asked.answers(Colour.GREEN)
    assert asked.visits[0].decision.unrevoked_since is None


@pytest.mark.parametrize(
    "age, said",
    [
        (timedelta(minutes=20), (20, Unit.MINUTES)),
        (timedelta(hours=5, minutes=59), (5, Unit.HOURS)),
        (timedelta(days=2, hours=3), (2, Unit.DAYS)),
    ],
)
def test_the_corner_tells_the_age_in_one_number_and_only_when_it_is_not_fresh(age, said):
    late = make_door(online=False, heard_at=NOON - age)
    aged = Doorman(late).view.corner.aged
    assert (aged.known, aged.amount, aged.unit) == (Known.POLICY, *said)
    assert Doorman().view.corner.aged is None


def test_the_oldest_of_what_is_past_its_time_is_the_one_that_is_told():
    older = make_age(issued=NOON - 3 * DAY, stands=DAY)
    man = knows(Doorman(), keys=GONE, revocations=older)
    assert (man.view.corner.aged.known, man.view.corner.aged.amount) == (Known.REVOCATIONS, 3)


@pytest.mark.parametrize("kind", [DoorKind.ENTRY, DoorKind.TOGGLE])
def test_a_revoked_pass_is_nobodys_on_the_way_in_and_looks_like_a_damaged_one(kind):
    man, damaged = Doorman(make_door(kind)), Doorman(make_door(kind))
    man.reads(make_pass(revoked=True))
    damaged.reads(NotACredential(reason=TextFault.DAMAGED_PASS))
    assert man.visits == []
    assert man.view.headline is Phrase.CODE_DAMAGED
    assert man.view == damaged.view


@pytest.mark.parametrize("kind", [DoorKind.EXIT, DoorKind.TOGGLE])
def test_who_came_in_by_a_pass_that_was_revoked_since_leaves_by_it_and_without_its_colour(kind):
    man = Doorman(make_door(kind))
    if kind is DoorKind.TOGGLE:
        man.reads(make_pass())
        man.wait(60)
    man.reads(make_pass(revoked=True))
    assert man.opened[-1] == man.visits[-1].id
    assert (man.visits[-1].direction, man.visits[-1].decision.colour) == (Direction.EXIT, None)


@pytest.mark.parametrize("minutes, old", [(1, True), (15, False)])
def test_the_venue_says_after_how_long_without_a_word_what_is_known_is_old(minutes, old):
    rule = UnknownRule(stale_after=timedelta(minutes=minutes))
    man = Doorman(make_door(edition=make_edition(unknown=rule)))
    man.tell(LinkChanged(online=False, waiting=0))
    man.wait(120)
    assert (man.view.corner.aged is not None) is old


def test_a_policy_of_the_same_sequence_is_the_registrys_newest_word_and_an_older_one_is_none():
    man = Doorman()
    for capacity, sequence, in_force in ((5, 2, 5), (6, 2, 6), (7, 1, 6)):
        man.tell(PolicyArrived(policy=make_policy(make_edition(capacity=capacity), sequence=sequence)))
        assert man.door.word.policy.at(NOON).capacity == in_force
