"""What the screen says: the registry's colour, our sign and words, and no reason about anybody's health."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.core.door.state import State, Visitor
from kiosk.core.effects import Light, Signal
from kiosk.core.events import HealthChanged, HintChanged, LinkChanged, Part
from kiosk.core.hint import Hint
from kiosk.core.inside.occupancy import Occupancy
from kiosk.core.model import Colour, DoorKind, NotACredential, Reason, TextFault
from kiosk.core.rule.knowledge import Knowledge, Known
from kiosk.core.rule.policy import Resort, UnknownRule, Zone, ZoneRule
from kiosk.core.screen.present import NOTE_OF
from kiosk.core.screen.view import HINT_WORDS, Aged, Field, Page, Phrase, Sign, Unit
from tests.core.doorman import Doorman
from tests.factories import (
    NOON,
    Stamps,
    make_age,
    make_door,
    make_edition,
    make_pass,
    make_person,
    make_setup,
)

HEALTH = {Reason.RED_STATUS, Reason.STATUS_NOT_ADMITTED}


def seen(colour: Colour | None, **changes) -> Doorman:
    man = Doorman(make_door(**changes))
    man.reads(make_person())
    man.answers(colour) if colour else man.hears_nothing()
    return man


@pytest.mark.parametrize(
    "colour, field, sign, headline, note",
    [
        (Colour.GREEN, Field.GREEN, Sign.ENTER, Phrase.COME_IN, Phrase.WELCOME),
        (Colour.BLUE, Field.BLUE, Sign.ENTER, Phrase.COME_IN, Phrase.WELCOME),
        (Colour.YELLOW, Field.YELLOW, Sign.STOP, Phrase.NO_ENTRY, Phrase.SPEAK_TO_RECEPTION),
        (Colour.RED, Field.RED, Sign.STOP, Phrase.NO_ENTRY, Phrase.SPEAK_TO_RECEPTION),
        (None, Field.NEUTRAL, Sign.WAIT, Phrase.PLEASE_WAIT, Phrase.NO_CONNECTION),
    ],
)
def test_colour_sign_and_words_of_each_answer(colour, field, sign, headline, note):
    view = seen(colour).view
    assert (view.page, view.field, view.sign, view.headline, view.note) == (
        Page.RESULT,
        field,
        sign,
        headline,
        note,
    )


@pytest.mark.parametrize(
    "resort, sign, words",
    [
        (Resort.ADMIT, Sign.ENTER, (Phrase.COME_IN, Phrase.WELCOME)),
        (Resort.REFUSE, Sign.STOP, (Phrase.NO_ENTRY, Phrase.NO_CONNECTION)),
    ],
)
def test_could_not_check_borrows_no_colour_whatever_the_policy_gives(resort, sign, words):
    rule = UnknownRule(fresh=resort, stale=resort, expired=resort)
    man = seen(None, edition=make_edition(unknown=rule))
    assert (man.view.field, man.view.sign) == (Field.NEUTRAL, sign)
    assert (man.view.headline, man.view.note) == words
    assert man.every(Light)[-1] == Light(signal=Signal.UNCHECKED, colour=None)
    assert bool(man.opened) is (resort is Resort.ADMIT)


@pytest.mark.parametrize("colour", [Colour.YELLOW, Colour.RED])
def test_where_colours_are_not_for_the_hall_only_the_lamp_shows_staff_the_refusal(colour):
    man = seen(colour, setup=make_setup(public_colours=False))
    assert man.view.field is Field.NEUTRAL
    assert man.every(Light)[-1] == Light(signal=Signal.REFUSED, colour=colour)


@pytest.mark.parametrize(
    "edition, note",
    [
        (make_edition(opening=()), Phrase.VENUE_CLOSED),
        (make_edition(zone=Zone.RED, zones=((Zone.RED, ZoneRule(shut=True)),)), Phrase.VENUE_CLOSED),
        (make_edition(capacity=0), Phrase.VENUE_FULL),
    ],
)
def test_a_reason_that_is_no_secret_is_told(edition, note):
    view = seen(Colour.GREEN, edition=edition).view
    assert (view.headline, view.note) == (Phrase.NO_ENTRY, note)


def test_no_reason_about_health_has_words_of_its_own():
    assert HEALTH.isdisjoint(NOTE_OF)
    said = [seen(colour).view for colour in (Colour.YELLOW, Colour.RED)]
    assert said[0].note == said[1].note


@pytest.mark.parametrize(
    "reason, headline",
    [
        (TextFault.EXPIRED, Phrase.CODE_EXPIRED),
        (TextFault.OTHER_DOOR, Phrase.CODE_ELSEWHERE),
        (TextFault.WRONG_SIGNATURE, Phrase.CODE_DAMAGED),
        (TextFault.NOT_OURS, Phrase.CODE_UNKNOWN),
    ],
)
def test_a_notice_says_what_to_do_with_the_code_even_after_somebody_was_refused(reason, headline):
    man = seen(Colour.YELLOW)
    man.wait(60)
    man.reads(NotACredential(reason=reason))
    view = man.view
    assert (view.headline, view.note, view.field) == (headline, Phrase.SHOW_CODE, Field.NEUTRAL)
    assert view.reference == ""


def test_a_result_of_nobody_is_painted_as_a_notice_and_not_as_somebodys():
    """Never reached by the door; if it ever were, the screen must not stop."""
    man = Doorman(make_door(state=State.SHOWING))
    assert (man.view.sign, man.view.headline) == (Sign.WAIT, Phrase.CODE_UNKNOWN)
    man.reads(make_person())
    visitor = man.door.visitor
    assert isinstance(visitor, Visitor)
    man.replaces(state=State.SHOWING)
    assert man.view.sign is Sign.WAIT


def test_idle_shows_the_preview_and_asks_for_a_code_and_for_the_keypad_where_the_camera_is_gone():
    man = Doorman()
    assert (man.view.page, man.view.headline, man.view.preview) == (Page.IDLE, Phrase.SHOW_CODE, True)
    man.tell(HealthChanged(part=Part.CAMERA, working=False, why="unplugged"))
    assert (man.view.headline, man.view.preview) == (Phrase.USE_KEYPAD, False)


def test_where_the_camera_is_gone_a_desk_scanner_is_asked_for_before_the_keypad_as_long_as_it_works():
    man = Doorman(make_door(setup=make_setup(scanner=True)))
    man.tell(HealthChanged(part=Part.CAMERA, working=False, why="unplugged"))
    assert man.view.headline is Phrase.USE_SCANNER
    man.tell(HealthChanged(part=Part.SCANNER, working=False, why="unplugged"))
    assert man.view.headline is Phrase.USE_KEYPAD


@pytest.mark.parametrize("kind", DoorKind)
def test_that_nobody_knows_who_is_inside_is_told_where_that_is_asked(kind):
    unknown = Doorman(make_door(kind, occupancy=Occupancy(inside=2)))
    assert unknown.view.corner.who_unknown is (kind is not DoorKind.EXIT)
    assert not Doorman(make_door(kind)).view.corner.who_unknown


def test_a_screen_that_has_no_time_has_no_bar():
    man = seen(Colour.GREEN)
    man.replaces(until=man.door.since)
    assert man.view.time_left is None


def test_while_a_visitor_is_checked_no_colour_is_shown():
    man = Doorman()
    man.reads(make_person())
    assert (man.view.page, man.view.field, man.view.headline) == (Page.CHECKING, Field.NIGHT, Phrase.CHECKING)


def test_the_corner_tells_the_front_desk_what_it_trusts_at_a_glance():
    man = Doorman(make_door(edition=make_edition(capacity=60), occupancy=Occupancy(inside=12)))
    man.tell(LinkChanged(online=False, waiting=3, incidents_waiting=1))
    corner = man.view.corner
    assert (corner.venue, corner.clock, corner.inside, corner.capacity) == ("Demo Fitness", "12:00", 12, 60)
    assert (corner.online, corner.waiting, corner.incidents_waiting) == (False, 3, 1)
    assert corner.today.colours == (Colour.GREEN, Colour.BLUE)


@pytest.mark.parametrize("attended, told", [(True, 1), (False, 0)])
def test_how_many_red_visitors_wait_to_be_reported_is_told_to_staff_and_not_to_a_hall(attended, told):
    man = Doorman(make_door(attended=attended))
    man.tell(LinkChanged(online=False, waiting=3, incidents_waiting=1))
    assert man.view.corner.incidents_waiting == told


@pytest.mark.parametrize(
    "old, amount, unit",
    [
        (timedelta(seconds=30), 1, Unit.MINUTES),
        (timedelta(minutes=59), 59, Unit.MINUTES),
        (timedelta(hours=1), 1, Unit.HOURS),
        (timedelta(hours=23, minutes=59), 23, Unit.HOURS),
        (timedelta(days=1), 1, Unit.DAYS),
    ],
)
def test_the_age_of_a_policy_that_is_over_is_told_in_the_largest_unit_that_it_fills(old, amount, unit):
    over = make_age(issued=NOON - old, stands=timedelta(seconds=10))
    man = Doorman(make_door(knowledge=Knowledge(policy=over, keys=make_age(), revocations=make_age())))
    assert man.view.corner.aged == Aged(known=Known.POLICY, amount=amount, unit=unit)


def test_without_a_policy_the_corner_promises_nothing():
    corner = Doorman(make_door(policy=None)).view.corner
    assert (corner.venue, corner.capacity, corner.today) == ("", None, None)


def test_a_time_that_is_not_trusted_is_not_shown():
    assert Doorman(stamps=Stamps(trusted=False)).view.corner.clock == ""


def test_the_bar_runs_down_and_ends_with_the_screen():
    man = seen(Colour.GREEN)
    assert man.view.time_left == 1.0
    man.stamps.advance(man.door.setup.times.admitted_s / 2)
    assert man.view.time_left == 0.5
    man.stamps.advance(60)
    assert man.view.time_left == 0.0
    man.wait(1)
    assert (man.door.state, man.view.time_left) == (State.IDLE, None)


def test_two_moments_that_look_the_same_are_equal_views():
    man = Doorman()
    first = man.view
    man.stamps.advance(0.01)
    assert man.view == first


@pytest.mark.parametrize("kind", DoorKind)
def test_every_door_shows_out_of_order_in_neutral(kind):
    man = Doorman(make_door(kind))
    man.tell(HealthChanged(part=Part.STORE, working=False, why="full"))
    assert (man.view.page, man.view.field, man.view.note) == (
        Page.OUT_OF_ORDER,
        Field.NEUTRAL,
        Phrase.GO_TO_RECEPTION,
    )


def test_a_visitor_already_inside_is_told_so():
    man = Doorman()
    man.reads(make_pass())
    man.wait(60)
    man.reads(make_pass(issued=NOON + timedelta(seconds=60)))
    assert man.view.note is Phrase.ALREADY_INSIDE


@pytest.mark.parametrize(
    "attended, online, note",
    [
        (True, False, Phrase.SHOW_ID),
        (True, True, Phrase.SHOW_ID),
        (False, False, Phrase.WELCOME),
    ],
)
def test_a_printed_pass_asks_for_a_document_where_there_is_somebody_to_show_it_to(attended, online, note):
    man = Doorman(make_door(attended=attended))
    man.reads(make_pass(Colour.GREEN, lives=timedelta(hours=48)))
    if online:
        man.answers(Colour.GREEN)
    else:
        man.hears_nothing()
    assert man.visits[0].decision.compare_identity
    assert (man.view.headline, man.view.note) == (Phrase.COME_IN, note)


def test_a_hint_stands_on_the_idle_page_and_goes_when_it_is_taken_back():
    man = Doorman()
    man.tell(HintChanged(hint=Hint.COME_NEARER))
    assert man.view.hint is Phrase.COME_NEARER
    man.tell(HintChanged(hint=None))
    assert man.view.hint is None


def test_a_hint_is_not_said_to_who_is_being_answered_or_types_and_not_by_a_camera_that_is_gone():
    man = Doorman()
    man.tell(HintChanged(hint=Hint.HOLD_STILL))
    man.types("7")
    assert (man.view.page, man.view.hint) == (Page.KEYPAD, None)
    man.wait(60)
    assert man.view.hint is Phrase.HOLD_STILL  # it is still held up, and still not read
    man.reads(make_person())
    assert man.view.hint is None
    man.answers(Colour.GREEN)
    assert man.view.hint is None
    man.wait(60)
    man.tell(HealthChanged(part=Part.CAMERA, working=False, why="unplugged"))
    assert (man.view.page, man.view.hint) == (Page.IDLE, None)


@pytest.mark.parametrize("hint", Hint)
def test_every_hint_has_words_of_its_own(hint):
    assert Phrase(hint.value) is HINT_WORDS[hint]
