"""Four ways in at one door, and record before show (rules 1 and 2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from kiosk.core.door import verdicts
from kiosk.core.door.building import Standing
from kiosk.core.door.state import State
from kiosk.core.effects import Ask, Chime, Light, Open, Signal, Sound, Tell, Write
from kiosk.core.events import (
    AskFailed,
    CodeRead,
    HealthChanged,
    Key,
    Part,
    PhoneArrived,
    Recorded,
    RecordFailed,
    StaffIdentified,
    Tick,
)
from kiosk.core.model import (
    Amendment,
    Anomaly,
    Closing,
    Colour,
    Direction,
    DoorKind,
    NotACredential,
    Outcome,
    OwnVenueCode,
    Passage,
    Reason,
    Source,
    TextFault,
    Via,
    Visit,
)
from kiosk.core.rule.policy import Window
from kiosk.core.screen.view import Page
from tests.core.doorman import Doorman
from tests.factories import (
    NOON,
    Stamps,
    make_door,
    make_edition,
    make_foreigner,
    make_id,
    make_iin,
    make_pass,
    make_person,
    make_phone,
    make_status,
)

CARRIED = timedelta(hours=72)


def test_a_pass_held_before_the_camera_is_a_way_in():
    man = Doorman()
    man.reads(make_pass())
    assert [(visit.via, visit.identifier) for visit in man.visits] == [(Via.CAMERA, make_pass().identifier)]


def test_a_pass_held_before_the_desk_scanner_is_a_way_in():
    man = Doorman()
    man.reads(make_pass(), via=Via.SCANNER)
    assert [visit.via for visit in man.visits] == [Via.SCANNER]


def test_a_phone_that_scanned_the_venue_code_is_a_way_in_without_another_question():
    man = Doorman()
    man.tell(PhoneArrived(identifier=make_phone(), status=make_status()))
    assert [(visit.via, visit.decision.outcome) for visit in man.visits] == [(Via.PHONE, Outcome.ADMITTED)]
    assert man.every(Ask) == []


def test_the_barcode_of_an_id_card_is_a_way_in():
    man = Doorman()
    man.reads(make_person())
    man.answers(Colour.GREEN)
    assert [(visit.via, visit.identifier) for visit in man.visits] == [(Via.CAMERA, make_person())]


def test_a_typed_iin_is_a_way_in():
    man = Doorman()
    man.types(make_iin(), Key.CONFIRM, Key.CONFIRM)
    man.answers(Colour.GREEN)
    assert [(visit.via, visit.identifier) for visit in man.visits] == [(Via.KEYPAD, make_person())]


@pytest.mark.parametrize("someone", [make_person(), make_foreigner()])
def test_staff_give_an_iin_or_the_passport_of_a_foreigner(someone):
    man = Doorman()
    man.tell(StaffIdentified(identifier=someone, by="aigul"))
    man.answers(Colour.GREEN)
    assert [(visit.via, visit.identifier) for visit in man.visits] == [(Via.STAFF, someone)]


def test_all_ways_work_at_the_same_door_one_after_the_other():
    man = Doorman()
    man.reads(make_pass())
    man.wait(10)
    man.tell(PhoneArrived(identifier=make_phone(4), status=make_status()))
    man.wait(10)
    man.reads(make_person(2))
    man.answers(Colour.BLUE)
    man.wait(10)
    man.types(make_iin(3), Key.CONFIRM, Key.CONFIRM)
    man.answers(Colour.GREEN)
    assert [visit.via for visit in man.visits] == [Via.CAMERA, Via.PHONE, Via.CAMERA, Via.KEYPAD]
    assert len(man.opened) == 4


def test_our_own_venue_code_in_a_mirror_is_nobody():
    man = Doorman()
    before = man.door
    assert man.reads(OwnVenueCode()) == ()
    assert (man.door.state, man.door.visitor) == (before.state, None)


@pytest.mark.parametrize("reason", TextFault)
def test_a_code_that_is_no_credential_is_said_to_be_so_and_is_no_visit(reason):
    man = Doorman()
    effects = man.reads(NotACredential(reason=reason))
    assert man.door.state is State.NOTICE
    assert Chime(sound=Sound.MISTAKE) in effects
    assert man.visits == []
    man.wait(man.door.setup.times.notice_s + 0.1)
    assert man.door.state is State.IDLE


@pytest.mark.parametrize("reason", [TextFault.NOT_OURS, TextFault.CONTROL_BYTES])
def test_the_notice_of_a_strange_code_gives_way_at_once_to_one_of_ours(reason):
    man = Doorman()
    man.reads(NotACredential(reason=reason))
    man.reads(make_pass())
    assert [visit.via for visit in man.visits] == [Via.CAMERA]


def test_nothing_is_shown_and_nothing_opens_before_the_visit_is_on_the_disk():
    man = Doorman(disk="held")
    effects = man.reads(make_pass())
    assert [type(effect) for effect in effects] == [Write, Ask]
    assert (man.door.state, man.view.page) == (State.RECORDING, Page.CHECKING)
    effects = man.commit()
    assert effects[:3] == (
        Open(visit_id=man.visits[0].id, direction=Direction.ENTRY),
        Light(signal=Signal.ADMITTED, colour=Colour.GREEN),
        Chime(sound=Sound.ADMITTED),
    )
    assert man.view.page is Page.RESULT


def test_the_visit_id_is_made_when_the_visitor_presents_and_stays_the_same():
    man = Doorman()
    man.reads(make_person())
    man.answers(Colour.GREEN)
    ids = {man.every(Ask)[0].visit_id, man.visits[0].id, man.opened[0], man.records(Passage)[0].visit_id}
    assert len(ids) == 1


def test_a_record_that_fails_puts_the_door_out_of_order_and_opens_nothing():
    man = Doorman(disk="failing")
    man.reads(make_pass())
    assert (man.doing, man.view.page, man.opened) == (Standing.OUT_OF_ORDER, Page.OUT_OF_ORDER, [])


@pytest.mark.parametrize("disk", ["failing", "held"])
def test_staff_are_told_which_visit_was_not_recorded(disk):
    man = Doorman(disk=disk)
    man.reads(make_pass())
    man.wait(man.door.setup.times.record_s + 0.1)
    assert [tell for tell in man.every(Tell) if tell.what == "not-recorded"] == [
        Tell(what="not-recorded", visit_id=make_id(1))
    ]


def test_a_record_that_takes_too_long_opens_nothing_and_is_withdrawn_when_it_comes_after_all():
    man = Doorman(disk="held")
    man.reads(make_pass())
    man.wait(man.door.setup.times.record_s + 0.1)
    assert man.doing is Standing.OUT_OF_ORDER
    visit = man.visits[0]
    man.commit()
    assert man.opened == []
    assert [(one.visit_id, one.passed, one.sensed) for one in man.records(Passage)] == [
        (visit.id, False, False)
    ]
    assert (man.door.state, man.door.people.inside) == (State.IDLE, 0)


def test_a_late_commit_of_a_refusal_withdraws_nothing():
    man = Doorman(disk="held")
    man.reads(make_pass(Colour.YELLOW))
    man.wait(man.door.setup.times.record_s + 0.1)
    man.commit()
    assert man.records(Passage) == []


def test_that_another_record_failed_is_nothing_to_the_visitor_who_is_being_recorded():
    man = Doorman(disk="held")
    man.reads(make_pass())
    man.tell(RecordFailed(record_id="another", why="no space left"))
    assert man.view.page is Page.CHECKING
    man.commit()
    assert len(man.opened) == 1


def test_a_late_record_is_withdrawn_once_and_another_late_one_all_the_same():
    man = Doorman(disk="held")
    for number in (1, 2):
        man.reads(make_pass(number=number))
        man.wait(man.door.setup.times.record_s + 0.1)
        man.tell(HealthChanged(part=Part.STORE, working=True))
    first, second = man.visits
    for late in (first, first, second, second):
        man.tell(Recorded(record_id=late.id))
    assert [passage.visit_id for passage in man.records(Passage)] == [first.id, second.id]


def test_a_door_out_of_order_admits_nobody_and_recovers_with_the_disk():
    man = Doorman(disk="failing")
    man.reads(make_pass())
    man.stamps.advance(60)
    assert man.reads(make_pass(number=2)) == ()
    assert man.types("8", Key.RECHECK) == ()
    man.disk = "prompt"
    man.tell(Recorded(record_id=man.visits[0].id))
    assert man.door.state is State.IDLE
    man.reads(make_pass(number=2))
    assert len(man.opened) == 1


def test_a_live_pass_decides_at_once_and_an_answer_may_turn_it_before_the_gate_opens():
    man = Doorman(disk="held")
    man.reads(make_pass())
    man.answers(Colour.RED)
    visit, amendment = man.visits[0], man.amendments[0]
    assert (visit.decision.outcome, visit.decision.source) == (Outcome.ADMITTED, Source.LIVE_PASS)
    assert (amendment.visit_id, amendment.decision.reason) == (visit.id, Reason.RED_STATUS)
    assert amendment.decision.incident
    man.commit()
    assert (man.doing, man.opened) == (Outcome.REFUSED, [])


def test_the_first_commit_does_not_open_the_gate_for_a_decision_that_was_turned():
    man = Doorman(disk="held")
    man.reads(make_pass())
    man.answers(Colour.YELLOW)
    man.tell(Recorded(record_id=man.visits[0].id))
    assert (man.door.state, man.opened) == (State.RECORDING, [])


def test_an_answer_can_also_turn_a_refusal_into_an_admission():
    man = Doorman(disk="held")
    man.reads(make_pass(Colour.YELLOW))
    man.answers(Colour.GREEN)
    man.commit()
    assert man.opened == [man.visits[0].id]


@pytest.mark.parametrize("status", [make_status(Colour.GREEN), None], ids=["the same", "knows nothing"])
def test_an_answer_that_says_nothing_else_writes_nothing_more(status):
    man = Doorman(disk="held")
    man.reads(make_pass())
    man.answers(status)
    man.commit()
    assert man.records(Amendment) == []
    assert man.opened == [man.visits[0].id]


def test_the_registrys_first_word_stands_while_it_is_recorded():
    man = Doorman(disk="held")
    man.reads(make_person())
    man.answers(Colour.GREEN)
    assert man.answers(Colour.YELLOW) == ()
    man.commit()
    assert man.opened == [man.visits[0].id]


def test_an_answer_after_the_gate_opened_changes_nothing():
    man = Doorman()
    man.reads(make_pass())
    before = man.door
    assert man.answers(Colour.RED) == ()
    assert man.door.knows(heard_mono=None) == before


def test_a_carry_pass_waits_for_the_registry_and_then_stands_alone_with_compare_identity():
    man = Doorman()
    man.reads(make_pass(lives=CARRIED))
    assert (man.door.state, man.visits) == (State.ASKING, [])
    man.wait(man.door.setup.times.ask_s + 0.1)
    assert [(one.decision.source, one.decision.compare_identity) for one in man.visits] == [
        (Source.CARRY_PASS, True)
    ]
    assert len(man.opened) == 1


def test_the_registry_has_the_word_over_a_carry_pass():
    man = Doorman()
    man.reads(make_pass(lives=CARRIED))
    man.answers(Colour.RED)
    assert [one.decision.reason for one in man.visits] == [Reason.RED_STATUS]


def test_a_carry_pass_that_runs_out_while_the_registry_is_asked_admits_nobody():
    man = Doorman(stamps=Stamps(NOON + CARRIED - timedelta(seconds=1)))
    man.reads(make_pass(lives=CARRIED))
    man.wait(man.door.setup.times.ask_s + 0.1)
    assert [one.decision.outcome for one in man.visits] == [Outcome.UNCHECKED]
    assert man.opened == []


def test_a_visitor_who_cannot_be_asked_about_within_the_deadline_is_unchecked():
    man = Doorman()
    man.reads(make_person())
    assert man.every(Ask)[0].deadline_s == man.door.setup.times.ask_s
    man.wait(man.door.setup.times.ask_s + 0.1)
    assert man.doing is Outcome.UNCHECKED


def test_a_question_that_failed_does_not_wait_for_the_deadline():
    man = Doorman()
    man.reads(make_person())
    man.hears_nothing()
    assert man.doing is Outcome.UNCHECKED


def test_a_door_that_is_asked_about_nobody_stays_idle():
    man = Doorman(make_door(DoorKind.TOGGLE))
    man.tell(Tick(), AskFailed(visit_id="nobody"))
    assert (man.door.state, man.effects) == (State.IDLE, [])


def test_the_record_says_whether_the_time_was_trusted():
    man = Doorman(stamps=Stamps(trusted=False))
    man.tell(CodeRead(credential=make_pass()))
    assert [visit.time_trusted for visit in man.records(Visit)] == [False]


def test_every_record_says_whether_the_time_was_trusted():
    closes = make_edition(opening=(Window(start=time(8), end=time(13)),))
    man = Doorman(make_door(edition=closes, sensor=True), stamps=Stamps(trusted=False))
    man.reads(make_pass(Colour.YELLOW))
    man.overrides()
    man.passes(Direction.ENTRY)
    man.passes(Direction.ENTRY)
    man.wait(3600)
    told = [write.record for write in man.every(Write)]
    assert {type(record) for record in told} == {Visit, Amendment, Passage, Anomaly, Closing}
    assert not any(record.time_trusted for record in told)


def test_a_visitor_without_identifier_or_decision_is_neither_asked_about_nor_shown():
    """Neither is ever reached by the door; both are what the types leave open."""
    man = Doorman(make_door(DoorKind.EXIT), disk="held")
    man.types("", Key.CONFIRM)
    nobody = replace(man.door.visitor, decision=None)
    assert verdicts.question(man.door, nobody) == ()
    assert verdicts.show(man.door, nobody, man.stamps.now()) == (man.door, ())


def test_a_commit_that_comes_while_somebody_else_is_being_recorded_withdraws_the_visit_that_was_given_up():
    """The disk stood still for longer than the door waits, and the next one was leaving when it went on."""
    man = Doorman(make_door(DoorKind.TOGGLE), disk="held")
    man.reads(make_person(3))
    man.answers(Colour.GREEN)
    man.commit()
    man.wait(60)
    man.commit()
    man.reads(make_pass(number=1))
    given_up = man.door.visitor.visit_id
    man.wait(man.door.setup.times.record_s + 1)
    man.reads(make_person(3))
    assert man.door.state is State.RECORDING
    man.tell(Recorded(record_id=given_up))
    assert [(one.visit_id, one.passed) for one in man.records(Passage)][-1] == (given_up, False)
    assert given_up not in man.opened
    assert man.door.abandoned == {}
