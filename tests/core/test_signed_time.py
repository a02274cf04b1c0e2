"""Nothing unsigned outranks what is signed: whatever the clock says of itself, the door is never earlier than the mark."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.door.state import Door
from kiosk.core.effects import Ask, TrustTime
from kiosk.core.events import KnowledgeChanged
from kiosk.core.model import DoorKind, TextFault
from kiosk.core.rule.knowledge import Age, Freshness
from kiosk.core.rule.policy import Edition, StaleRevocations, Window, Zone, ZoneRule
from kiosk.core.rule.signed_time import BEHIND, TAKEN_BACK, SignedTime
from tests.core.doorman import Doorman
from tests.factories import NOON, Stamps, make_door, make_edition, make_pass, make_policy

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SEEN = NOON + 4 * DAY
"""A Sunday noon. Until then the clock was right, and the registry has signed documents of that moment."""
CARRIED = timedelta(hours=72)

SHUT_SINCE_YESTERDAY = (
    make_edition(),
    make_edition(effective_from=SEEN - 30 * MINUTE, zone=Zone.RED, zones=((Zone.RED, ZoneRule(shut=True)),)),
)
MORNINGS = (make_edition(opening=(Window(start=time(8), end=time(11, 30)),)),)
ASKS_STAFF = (make_edition(stale_revocations=StaleRevocations.ASK_STAFF),)
OVER = {
    "live pass": ((make_edition(),), make_pass(issued=SEEN - 61 * MINUTE)),
    "carry pass": ((make_edition(),), make_pass(issued=SEEN - CARRIED - 30 * MINUTE, lives=CARRIED)),
    "policy": (SHUT_SINCE_YESTERDAY, make_pass(issued=SEEN, lives=CARRIED)),
    "hours": (MORNINGS, make_pass(issued=SEEN, lives=CARRIED)),
    "list": (ASKS_STAFF, make_pass(issued=SEEN, lives=CARRIED)),
}
"""What signed time has ended, or not allowed yet: the rules in force, and the pass that is shown."""


def age(issued: datetime, sequence: int = 1, *, stands: timedelta = DAY) -> Age:
    return Age(issued_at=issued, not_after=issued + stands, sequence=sequence)


def documents(issued: datetime, sequence: int = 1, *, revocations: Age | None = None) -> KnowledgeChanged:
    same = age(issued, sequence)
    return KnowledgeChanged(policy=same, keys=same, revocations=revocations or same)


OLD_LIST = documents(SEEN, revocations=age(SEEN - DAY - 30 * MINUTE))


def restarted(man: Doorman, *, reboot: bool) -> Doorman:
    """Return the same door after a restart: the latest signed time was kept, what it aged since was not."""
    if reboot:
        man.stamps.mono = 10.0
    signed, latest, word = SignedTime(), man.door.word.latest_signed, man.door.word
    if latest is not None:
        signed = signed.saw(latest, man.stamps.mono)
    fresh = Doorman(make_door(policy=word.policy, online=word.online, signed=signed), stamps=man.stamps)
    if word.knowledge is not None:
        known = word.knowledge
        fresh.tell(KnowledgeChanged(policy=known.policy, keys=known.keys, revocations=known.revocations))
    return fresh


def shows(man: Doorman, shown) -> bool:
    """Hold up a pass where the registry gives no answer; return whether the gate opened for it."""
    before, asked = len(man.opened), len(man.every(Ask))
    man.reads(shown)
    if len(man.every(Ask)) > asked:
        man.hears_nothing()
    return len(man.opened) > before


def at_noon(editions: tuple[Edition, ...] = (make_edition(),), **door) -> Doorman:
    """Return a door that has just seen documents of SEEN, by a clock that is right."""
    man = Doorman(make_door(policy=make_policy(*editions), **door), stamps=Stamps(SEEN))
    man.tell(OLD_LIST if editions is ASKS_STAFF else documents(SEEN))
    return man


def is_faulty(door: Door) -> bool:
    return 4 in door.building.faults


@pytest.mark.parametrize("restart", ["running", "service", "machine"])
@pytest.mark.parametrize("online", [True, False], ids=["online", "cut"])
@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "not trusted"])
@pytest.mark.parametrize(
    "step", [-4 * DAY, -HOUR, timedelta(0), 4 * DAY], ids=["-4 d", "-1 h", "right", "+4 d"]
)
@pytest.mark.parametrize("what", OVER)
def test_what_signed_time_has_ended_opens_no_entry_whatever_the_clock_says(
    what, step, trusted, online, restart
):
    editions, shown = OVER[what]
    man = at_noon(editions, online=online)
    man.stamps.wall, man.stamps.trusted = SEEN + step, trusted
    if restart != "running":
        man = restarted(man, reboot=restart == "machine")
    man.wait(1)
    assert not shows(man, shown)
    assert is_faulty(man.door) is (trusted and step < timedelta(0))
    assert {visit.time_trusted for visit in man.visits} <= {trusted and step >= timedelta(0)}


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "not trusted"])
@pytest.mark.parametrize("step", [-4 * DAY, -HOUR, timedelta(0)], ids=["-4 d", "-1 h", "right"])
def test_a_pass_of_now_opens_by_a_clock_that_was_set_back(step, trusted):
    man = at_noon()
    man.stamps.wall, man.stamps.trusted = SEEN + step, trusted
    man.wait(60)
    assert shows(man, make_pass(issued=SEEN + MINUTE))
    assert [visit.time_trusted for visit in man.visits] == [trusted and step == timedelta(0)]


@pytest.mark.parametrize("step", [-4 * DAY, 4 * DAY, 400 * DAY])
@pytest.mark.parametrize("what", OVER)
def test_nobody_is_held_inside_for_a_clock(what, step):
    man = at_noon(OVER[what][0], kind=DoorKind.EXIT)
    man.stamps.wall += step
    man.wait(1)
    assert shows(man, OVER[what][1])


@pytest.mark.parametrize("behind, faulty", [(BEHIND, False), (BEHIND + SECOND, True)])
def test_a_clock_that_claims_to_be_right_may_be_a_few_minutes_behind_and_no_more(behind, faulty):
    man = at_noon()
    man.stamps.wall -= behind
    man.wait(0)
    assert (is_faulty(man.door), man.view.corner.clock == "", man.view.venue_code is None) == (faulty,) * 3
    assert 4 in man.view.corner.faults or not faulty


def test_a_clock_that_is_put_right_is_mended_and_what_it_wrote_is_corrected():
    man = at_noon()
    man.stamps.wall -= DAY
    man.wait(1)
    assert (is_faulty(man.door), man.every(TrustTime)) == (True, [])
    man.stamps.wall += DAY
    man.wait(1)
    assert (is_faulty(man.door), man.every(TrustTime)) == (
        False,
        [TrustTime(wall=SEEN + 2 * SECOND, mono=1002.0)],
    )


def test_a_clock_that_claims_nothing_is_no_fault():
    man = at_noon()
    man.stamps.wall, man.stamps.trusted = SEEN - DAY, False
    man.wait(1)
    assert not is_faulty(man.door)


def poisoned(sequence: int = 5, **stamps) -> Doorman:
    """Return a door that took documents which the registry signed while its clock was 400 days ahead."""
    man = Doorman(stamps=Stamps(NOON, trusted=False, **stamps))
    man.tell(documents(NOON, sequence), documents(NOON + 400 * DAY, sequence))
    assert not shows(man, make_pass())
    return man


def test_a_mark_of_the_future_is_taken_back_by_a_higher_sequence_of_an_earlier_time():
    man = poisoned()
    man.tell(documents(NOON + MINUTE, 6))
    man.wait(10)
    assert shows(man, make_pass(issued=NOON))
    assert man.door.word.freshness(man.stamps.now()) is Freshness.FRESH


@pytest.mark.parametrize("sequence", [4, 5], ids=["lower", "equal"])
def test_a_document_that_may_be_a_replay_takes_nothing_back(sequence):
    man = poisoned()
    man.tell(documents(NOON + MINUTE, sequence))
    assert man.door.now(man.stamps.now()) >= NOON + 400 * DAY


def test_a_first_document_takes_nothing_back():
    man = Doorman(make_door(signed=SignedTime(latest=SEEN)), stamps=Stamps(NOON))
    man.tell(documents(NOON, 9))
    assert man.door.now(man.stamps.now()) == SEEN


@pytest.mark.parametrize("earlier, back", [(TAKEN_BACK, False), (TAKEN_BACK + SECOND, True)])
def test_a_document_that_was_on_its_way_for_some_minutes_takes_nothing_back(earlier, back):
    man = at_noon()
    man.tell(documents(SEEN - earlier, 2))
    assert (man.door.now(man.stamps.now()) < SEEN) is False, "the clock itself is right"
    man.stamps.wall -= DAY
    assert (man.door.now(man.stamps.now()) < SEEN) is back


def test_a_mark_that_a_pass_has_made_is_taken_back_by_a_document_too():
    man = Doorman(stamps=Stamps(NOON, trusted=False))
    man.tell(documents(NOON))
    man.reads(make_pass(issued=NOON + 400 * DAY))
    man.tell(documents(NOON + MINUTE, 2))
    man.wait(10)
    assert shows(man, make_pass(number=2, issued=NOON + MINUTE))


def test_a_list_that_a_clock_of_the_future_signed_is_not_fresh_once_that_is_taken_back():
    man = poisoned()
    of_then = age(NOON + 400 * DAY, 5)
    right = age(NOON + MINUTE, 6)
    for _ in range(2):  # also when it is told again, and does not raise the mark anew
        man.tell(KnowledgeChanged(policy=right, keys=right, revocations=of_then))
        assert man.door.now(man.stamps.now()) < NOON + HOUR
        assert man.door.word.freshness(man.stamps.now()) is Freshness.EXPIRED
        assert man.door.word.knowledge.unrevoked_since(NOON, NOON) == NOON
    man.tell(documents(NOON + 2 * MINUTE, 7))
    assert man.door.word.freshness(man.stamps.now()) is Freshness.FRESH


minutes = st.integers(-9000, 9000).map(lambda count: count * MINUTE)
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("jump"), minutes),
        st.tuples(st.just("trust"), st.booleans()),
        st.tuples(st.just("wait"), st.integers(0, 3000)),
        st.tuples(st.just("documents"), st.integers(0, 9), minutes),
        st.tuples(st.just("pass"), minutes),
        st.tuples(st.just("restart"), st.booleans()),
    ),
    max_size=12,
)


@given(happenings)
def test_now_never_falls_below_the_mark_and_nothing_that_is_over_by_it_opens(story):
    man = Doorman(stamps=Stamps(trusted=False))
    mark, at, held = NOON, man.stamps.mono, 0
    man.tell(documents(NOON, 1))
    held = 1
    for number, (what, *how) in enumerate(story, 10):
        aged = mark + timedelta(seconds=man.stamps.mono - at)
        match what:
            case "jump":
                man.stamps.wall += how[0]
            case "trust":
                man.stamps.trusted = how[0]
            case "wait":
                man.stamps.advance(how[0])
            case "restart":
                man = restarted(man, reboot=how[0])
                mark, at = man.door.word.latest_signed or mark, man.stamps.mono
            case "documents":
                sequence, issued = how[0], NOON + how[1]
                if sequence >= held:  # a lower one is refused before it gets here
                    back = sequence > held and issued < aged - TAKEN_BACK
                    if back or issued > aged:
                        mark, at = issued, man.stamps.mono
                    held = sequence
                    man.tell(documents(issued, sequence))
            case "pass":
                shown = make_pass(number=number, issued=NOON + how[0])
                opened = shows(man, shown)
                assert not (opened and shown.expires_at <= aged)
                if man.door.notice is not TextFault.FROM_THE_FUTURE and shown.issued_at > aged:
                    mark, at = shown.issued_at, man.stamps.mono
                man.wait(30)
        least = mark + timedelta(seconds=man.stamps.mono - at)
        assert man.door.now(man.stamps.now()) >= least - SECOND
