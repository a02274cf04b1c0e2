"""What a record says, to the last field: the registry files nothing else, and what is not in it cannot be asked for later."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from kiosk.core.effects import Ask
from kiosk.core.events import AlarmChanged, Tick
from kiosk.core.inside.occupancy import Occupancy
from kiosk.core.model import (
    Amendment,
    Anomaly,
    Closing,
    Colour,
    Decision,
    Direction,
    DoorKind,
    Oddity,
    Outcome,
    Passage,
    Reason,
    Source,
    Via,
    Visit,
)
from kiosk.core.rule.policy import Window
from tests.core.doorman import Doorman
from tests.factories import NOON, Stamps, make_door, make_edition, make_id, make_pass, make_person

ADMITTED = Decision(
    outcome=Outcome.ADMITTED,
    reason=Reason.STATUS_ADMITTED,
    opens=True,
    colour=Colour.GREEN,
    source=Source.REGISTRY,
)
RED = Decision(
    outcome=Outcome.REFUSED,
    reason=Reason.RED_STATUS,
    opens=False,
    colour=Colour.RED,
    source=Source.REGISTRY,
    incident=True,
)
YELLOW = Decision(
    outcome=Outcome.REFUSED,
    reason=Reason.STATUS_NOT_ADMITTED,
    opens=False,
    colour=Colour.YELLOW,
    source=Source.REGISTRY,
)


def is_an_id(text):
    """Whether the registry would take it for a record's."""
    return isinstance(text, str) and len(text) == 36


@pytest.mark.parametrize("decision", [ADMITTED, RED, YELLOW], ids=lambda one: one.colour)
def test_an_entry_says_who_which_way_how_and_when_and_all_of_the_decision(decision):
    man = Doorman()
    man.reads(make_person(), via=Via.SCANNER)
    man.stamps.advance(1)
    man.answers(decision.colour)
    assert man.visits == [
        Visit(
            id=make_id(1),
            direction=Direction.ENTRY,
            via=Via.SCANNER,
            identifier=make_person(),
            decision=decision,
            decided_at=NOON + timedelta(seconds=1),
            time_trusted=True,
        )
    ]


def test_a_visit_that_could_not_be_checked_says_so_and_borrows_nothing():
    man = Doorman()
    man.reads(make_person())
    man.hears_nothing()
    [visit] = man.visits
    assert visit.decision == Decision(
        outcome=Outcome.UNCHECKED,
        reason=Reason.COULD_NOT_CHECK,
        opens=False,
        colour=None,
        source=Source.NOBODY,
        calls_staff=True,
        incident=False,
        compare_identity=False,
        unrevoked_since=None,
    )


@pytest.mark.parametrize(
    "shown, source, colour",
    [
        (make_pass(Colour.RED), Source.LIVE_PASS, Colour.RED),
        (make_pass(Colour.GREEN, lives=timedelta(hours=48)), Source.CARRY_PASS, Colour.GREEN),
        (make_person(), Source.NOBODY, None),
    ],
    ids=["a live pass", "a saved pass", "a number"],
)
def test_an_exit_says_by_what_it_was_decided(shown, source, colour):
    man = Doorman(make_door(DoorKind.EXIT))
    man.reads(shown)
    [visit] = man.visits
    assert visit.decision == Decision(
        outcome=Outcome.ADMITTED,
        reason=Reason.EXIT_FREE,
        opens=True,
        colour=colour,
        source=source,
        incident=colour is Colour.RED,
    )


@pytest.mark.parametrize("colour, source", [(Colour.YELLOW, Source.REGISTRY), (None, Source.NOBODY)])
def test_an_override_says_who_why_and_when_and_calls_nobody_any_more(colour, source):
    man = Doorman()
    man.reads(make_person())
    man.answers(colour) if colour else man.hears_nothing()
    man.stamps.advance(2)
    man.overrides()
    [amendment] = man.amendments
    assert amendment == Amendment(
        id=amendment.id,
        visit_id=make_id(1),
        decision=Decision(
            outcome=Outcome.ADMITTED,
            reason=Reason.STAFF_OVERRIDE,
            opens=True,
            colour=colour,
            source=source,
            calls_staff=False,
            incident=False,
        ),
        decided_at=NOON + timedelta(seconds=2),
        by="aigul",
        why="paper result seen",
        time_trusted=True,
    )
    assert is_an_id(amendment.id)


def test_a_question_says_of_whom_which_way_how_and_until_when():
    man = Doorman()
    man.reads(make_person(), via=Via.SCANNER)
    assert man.every(Ask) == [
        Ask(
            visit_id=make_id(1),
            identifier=make_person(),
            direction=Direction.ENTRY,
            via=Via.SCANNER,
            deadline_s=man.door.setup.times.ask_s,
        )
    ]


def test_an_answer_that_turns_a_decision_says_when():
    man = Doorman(disk="held")
    man.reads(make_pass(Colour.GREEN))
    man.stamps.advance(0.5)
    man.answers(Colour.RED)
    [amendment] = man.amendments
    assert amendment == Amendment(
        id=amendment.id,
        visit_id=make_id(1),
        decision=RED,
        decided_at=NOON + timedelta(seconds=0.5),
        by="",
        why="",
        time_trusted=True,
    )
    assert is_an_id(amendment.id)


@pytest.mark.parametrize("through", [True, False])
def test_a_passage_says_of_which_visit_and_when_and_that_it_was_seen(through):
    man = Doorman(make_door(sensor=True))
    man.reads(make_pass())
    if through:
        man.stamps.advance(2)
        man.passes(Direction.ENTRY)
    else:
        man.wait(man.door.setup.times.passage_s + 0.1)
    [passage] = man.records(Passage)
    assert passage == Passage(
        id=passage.id,
        visit_id=make_id(1),
        passed=through,
        ended_at=passage.ended_at,
        sensed=True,
        time_trusted=True,
    )
    assert is_an_id(passage.id)
    assert timedelta(seconds=2) <= passage.ended_at - NOON <= timedelta(seconds=9)


def test_a_closing_says_when_and_how_many_exits_nobody_made():
    edition = make_edition(opening=(Window(start=time(7), end=time(12, 1)),))
    man = Doorman(make_door(edition=edition, occupancy=Occupancy(inside=3)))
    man.tell(Tick())
    man.wait(61)
    [closing] = man.records(Closing)
    assert closing == Closing(id=closing.id, closed_at=closing.closed_at, assumed_exits=3, time_trusted=True)
    assert is_an_id(closing.id)
    assert timedelta(seconds=60) <= closing.closed_at - NOON <= timedelta(seconds=61)


def test_somebody_uncalled_is_recorded_with_what_which_way_and_when():
    man = Doorman(make_door(sensor=True))
    man.stamps.advance(3)
    man.passes(Direction.EXIT)
    [anomaly] = man.records(Anomaly)
    assert anomaly == Anomaly(
        id=make_id(1),
        what=Oddity.WRONG_WAY,
        direction=Direction.EXIT,
        seen_at=NOON + timedelta(seconds=3),
        time_trusted=True,
    )


@pytest.mark.parametrize("burns, what", [(True, Oddity.FIRE_ALARM), (False, Oddity.FIRE_ALARM_OVER)])
def test_the_fire_alarm_and_its_end_are_recorded_with_when(burns, what):
    man = Doorman()
    if not burns:
        man.tell(AlarmChanged(active=True))
        man.wait(600)
    at = man.stamps.wall
    man.tell(AlarmChanged(active=burns))
    anomaly = man.records(Anomaly)[-1]
    assert anomaly == Anomaly(id=anomaly.id, what=what, direction=None, seen_at=at, time_trusted=True)
    assert is_an_id(anomaly.id)


def test_a_time_that_is_not_trusted_is_not_taken_for_one_that_is():
    man = Doorman(stamps=Stamps(trusted=False))
    man.reads(make_person())
    man.answers(Colour.GREEN)
    assert [visit.time_trusted for visit in man.visits] == [False]
