"""A device that the registry withdrew admits nobody and keeps nobody inside; a clock that is unsure is said to be."""

from datetime import timedelta

import pytest

from kiosk.core.door.building import Standing
from kiosk.core.effects import Tell, TrustTime
from kiosk.core.events import DeviceRevoked, Key, KnowledgeChanged, PolicyArrived
from kiosk.core.model import Colour, DoorKind, NotACredential, Outcome, TextFault
from kiosk.core.rule.signed_time import SignedTime
from kiosk.core.screen.view import Page, Phrase
from tests.core.doorman import Doorman
from tests.factories import NOON, Stamps, make_age, make_door, make_iin, make_pass, make_person, make_policy

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("kind", [DoorKind.ENTRY, DoorKind.TOGGLE])
def test_a_withdrawn_device_admits_nobody_says_so_and_forgets_the_rule(kind):
    man = Doorman(make_door(kind))
    man.tell(DeviceRevoked(), DeviceRevoked())
    man.reads(make_pass())
    man.reads(make_person())
    man.types(make_iin(), Key.CONFIRM, Key.CONFIRM, Key.RECHECK)
    man.overrides()
    assert (man.visits, man.opened) == ([], [])
    assert (man.doing, man.door.word.policy, man.door.word.knowledge) == (Standing.OUT_OF_SERVICE, None, None)
    assert (man.view.page, man.view.headline) == (Page.OUT_OF_ORDER, Phrase.OUT_OF_SERVICE)
    assert [tell.what for tell in man.every(Tell)] == ["device-revoked"]


def test_exits_go_on_and_are_recorded_and_the_page_comes_back():
    man = Doorman(make_door(DoorKind.EXIT))
    man.tell(DeviceRevoked())
    for shown in (make_person(1), make_pass(number=2), NotACredential(reason=TextFault.NOT_OURS)):
        man.reads(shown)
        man.wait(60)
    man.types("", Key.CONFIRM)
    assert len(man.opened) == len(man.visits) == 4
    man.wait(60)
    assert man.doing is Standing.OUT_OF_SERVICE


def test_who_is_known_to_be_inside_leaves_by_a_toggle_door_that_was_withdrawn():
    man = Doorman(make_door(DoorKind.TOGGLE))
    man.reads(make_person())
    man.answers(Colour.GREEN)
    man.wait(60)
    man.tell(DeviceRevoked())
    man.reads(make_person())
    man.wait(2)
    man.reads(make_person(2))
    man.types("7")
    assert len(man.opened) == 2
    assert len(man.visits) == 2


def test_an_answer_that_was_up_when_the_device_was_withdrawn_admits_nobody_any_more():
    man = Doorman()
    man.reads(make_person())
    man.answers(Colour.YELLOW)
    man.tell(DeviceRevoked())
    assert man.doing is Outcome.REFUSED
    man.overrides()
    man.wait(2)
    man.types("", Key.RECHECK)
    man.reads(make_person(2))
    man.wait(60)
    assert (man.opened, man.doing) == ([], Standing.OUT_OF_SERVICE)


def test_what_was_being_asked_when_the_device_was_withdrawn_opens_nothing():
    man = Doorman()
    man.reads(make_person())
    man.tell(DeviceRevoked())
    man.answers(Colour.GREEN)
    assert man.opened == []


def test_a_fetch_that_was_under_way_brings_nothing_back():
    man = Doorman()
    man.tell(DeviceRevoked())
    late = (
        PolicyArrived(policy=make_policy(sequence=9)),
        KnowledgeChanged(policy=make_age(), keys=make_age(), revocations=make_age()),
    )
    man.tell(*late)
    assert (man.door.word.policy, man.door.word.knowledge) == (None, None)
    man.reads(make_pass())
    assert man.opened == []


def test_a_clock_that_is_late_never_makes_a_pass_valid_that_something_signed_says_is_over():
    """A Pi boots offline in the past: the newest signed time that it has seen is the earliest that it can be."""
    man = Doorman(stamps=Stamps(NOON - 10 * HOUR, trusted=False))
    issued = make_age(issued=NOON)
    man.tell(KnowledgeChanged(policy=issued, keys=make_age(issued=NOON - HOUR), revocations=None))
    man.reads(make_pass(issued=NOON - timedelta(seconds=301)))
    assert (man.opened, man.view.headline) == ([], Phrase.CODE_EXPIRED)
    assert man.view.corner.clock == ""
    assert man.view.venue_code is None


def test_even_a_pass_for_another_door_tells_the_time():
    man = Doorman(stamps=Stamps(NOON - 10 * HOUR, trusted=False))
    man.reads(make_pass(issued=NOON, door="D99"))
    man.wait(5)
    man.reads(make_pass(number=2, issued=NOON - timedelta(seconds=300)))
    assert man.opened == []
    assert man.door.word.latest_signed == NOON


def test_what_was_signed_grows_older_by_the_clock_that_nobody_sets():
    """A late clock that saw a pass of now knows an hour later that a pass of five minutes after it is over."""
    man = Doorman(stamps=Stamps(NOON - 10 * HOUR, trusted=False))
    man.reads(make_pass(issued=NOON))
    man.wait(HOUR.total_seconds())
    man.reads(make_pass(number=2, issued=NOON + timedelta(minutes=5)))
    assert man.view.headline is Phrase.CODE_EXPIRED
    man.wait(5)
    man.reads(make_pass(number=3, issued=NOON + HOUR))
    assert man.opened == [man.visits[0].id, man.visits[1].id]


def test_signed_time_never_goes_back():
    man = Doorman(make_door(signed=SignedTime(latest=NOON)))
    earlier = make_age(issued=NOON - HOUR)
    man.tell(KnowledgeChanged(policy=earlier, keys=earlier, revocations=earlier))
    man.reads(make_pass(issued=NOON - timedelta(seconds=9)))
    assert man.door.word.latest_signed == NOON


def test_when_the_clock_becomes_right_that_moment_is_told_once():
    man = Doorman(stamps=Stamps(NOON - 10 * HOUR, trusted=False))
    man.wait(1)
    assert man.every(TrustTime) == []
    man.stamps.wall, man.stamps.trusted = NOON, True
    man.wait(1)
    man.wait(1)
    assert man.every(TrustTime) == [TrustTime(wall=NOON + timedelta(seconds=1), mono=1002.0)]


def test_a_clock_that_was_right_all_the_time_has_nothing_to_correct():
    man = Doorman()
    man.wait(5)
    assert man.every(TrustTime) == []
