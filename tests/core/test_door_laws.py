"""What no sequence of events may ever lead to (tests/core/stories.py makes the sequences)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import Phase, given, settings

from kiosk.core.door.passages import TAILGATE_S
from kiosk.core.door.state import State
from kiosk.core.door.table import rule_for, wake_at
from kiosk.core.effects import Ask, Open, Tell, Write
from kiosk.core.events import (
    Answered,
    Passed,
    Recorded,
    RecordFailed,
    Tick,
)
from kiosk.core.model import (
    Amendment,
    Anomaly,
    Closing,
    Colour,
    Direction,
    DoorKind,
    Outcome,
    Passage,
    Reason,
    Visit,
)
from kiosk.core.screen.present import NOTE_OF, present
from kiosk.core.screen.view import Page, Phrase, View
from tests.core.stories import SECRETS, Story, records, stories
from tests.factories import (
    make_id,
)


@given(stories)
def test_the_gate_opens_for_a_committed_record_only_or_for_an_exit_whose_record_failed(story):
    orders: dict[str, Visit | Amendment] = {}
    committed = set()
    for _before, event, _stamp, _after, effects in story.steps:
        if isinstance(event, Recorded):
            committed.add(event.record_id)
        for effect in effects:
            if isinstance(effect, Open):
                last = orders[effect.visit_id]
                assert last.decision.opens
                if last.id not in committed:
                    assert effect.direction is Direction.EXIT
                    assert isinstance(event, RecordFailed | Tick)
            if isinstance(effect, Write) and isinstance(effect.record, Visit | Amendment):
                record = effect.record
                orders[record.id if isinstance(record, Visit) else record.visit_id] = record


@given(stories)
def test_the_gate_opens_at_most_once_for_a_visit(story):
    opens = Counter(
        effect.visit_id for *_, effects in story.steps for effect in effects if isinstance(effect, Open)
    )
    assert all(count == 1 for count in opens.values())


@given(stories)
def test_a_visit_is_recorded_once_and_everything_later_refers_to_it(story):
    known = set()
    for record in records(story):
        if isinstance(record, Visit):
            known.add(record.id)
        if isinstance(record, Amendment | Passage):
            assert record.visit_id in known
    assert max(Counter(record.id for record in records(story)).values(), default=1) == 1


@given(stories)
def test_an_exit_is_never_anything_but_admitted(story):
    exits = {
        one.id: one for one in records(story) if isinstance(one, Visit) and one.direction is Direction.EXIT
    }
    later = [one for one in records(story) if isinstance(one, Amendment) and one.visit_id in exits]
    assert all(
        one.decision.outcome is Outcome.ADMITTED and one.decision.opens for one in [*exits.values(), *later]
    )


@given(stories)
def test_a_red_visitor_never_enters_whoever_says_so(story):
    entries = {
        one.id for one in records(story) if isinstance(one, Visit) and one.direction is Direction.ENTRY
    }
    for one in records(story):
        about = one.visit_id if isinstance(one, Amendment) else one.id
        if isinstance(one, Visit | Amendment) and about in entries and one.decision.colour is Colour.RED:
            assert one.decision.outcome is Outcome.REFUSED
            assert one.decision.reason is Reason.RED_STATUS
            assert one.decision.incident


@given(stories)
def test_an_answer_to_another_visitor_changes_nothing_but_when_the_registry_was_heard(story):
    for before, event, _stamp, after, effects in story.steps:
        if isinstance(event, Answered) and (
            before.visitor is None
            or before.visitor.visit_id != event.visit_id
            or before.state not in (State.ASKING, State.RECORDING)
        ):
            assert effects == ()
            assert replace(after, heard_at=None, heard_mono=None) == replace(
                before, heard_at=None, heard_mono=None
            )


@given(stories)
def test_while_the_fire_alarm_rings_no_entry_begins_opens_or_is_shown_and_no_exit_is_refused(story):
    for before, _event, _stamp, after, effects in story.steps:
        if not (before.alarm and after.alarm):
            continue
        assert after.state in (State.ALARM, State.RECORDING)
        assert not [effect for effect in effects if isinstance(effect, Ask)]
        opened = {effect.direction for effect in effects if isinstance(effect, Open)}
        begun = {
            effect.record.direction
            for effect in effects
            if isinstance(effect, Write) and isinstance(effect.record, Visit)
        }
        assert opened | begun <= {Direction.EXIT}


@given(stories)
def test_the_alarms_page_is_up_for_as_long_as_it_rings(story):
    for *_, stamp, after, _effects in story.steps:
        assert (present(after, stamp).page is Page.ALARM) is after.alarm


def way_of(before, event, stamp):
    """Which way somebody went whom the sensor saw, as far as anybody can know."""
    if event.direction is not None:
        return event.direction
    if before.pending:
        return before.pending[0].direction
    if stamp.mono - before.passed_at < TAILGATE_S:
        return before.passed_way
    return {DoorKind.ENTRY: Direction.ENTRY, DoorKind.EXIT: Direction.EXIT}.get(before.setup.kind)


@given(stories)
def test_the_number_inside_is_what_went_through_and_never_negative(story):
    inside = 0
    for before, event, stamp, after, effects in story.steps:
        moved = [way for way in (way_of(before, event, stamp),) if way] if isinstance(event, Passed) else []
        if not before.setup.passage_sensor:
            moved += [effect.direction for effect in effects if isinstance(effect, Open)]
        for effect in effects:
            if isinstance(effect, Write) and isinstance(effect.record, Closing):
                assert effect.record.assumed_exits == inside
                inside = 0
        for direction in moved:
            inside = max(0, inside + (1 if direction is Direction.ENTRY else -1))
        assert after.occupancy.inside == inside >= 0
        assert after.inside >= inside


@given(stories)
def test_every_step_keeps_to_the_table(story):
    for before, event, _stamp, after, _effects in story.steps:
        rules = [rule_for(before.state, type(event))]
        if isinstance(event, Tick) and before.queue:
            rules += [rule_for(before.state, type(one.event)) for one in before.queue]
        assert after.state in {before.state, *(to for rule in rules if rule for to in rule.to)}


@given(stories)
def test_nothing_that_could_be_logged_holds_an_identifier(story):
    for before, event, _stamp, after, effects in story.steps:
        said = f"{before!r} {event!r} {after!r} {effects!r} {effects!s}"
        assert not any(secret in said for secret in SECRETS)


HARMLESS = {
    *NOTE_OF.values(),
    Phrase.SPEAK_TO_RECEPTION,
    Phrase.STAFF_COMING,
    Phrase.WELCOME,
    Phrase.THANK_YOU,
    Phrase.SHOW_CODE,
}


def views(story: Story) -> list[View]:
    return [present(after, replace(stamp, visit_id=make_id(0))) for _, _, stamp, after, _ in story.steps]


@given(stories)
def test_the_screen_can_always_be_painted_and_says_nothing_about_health(story):
    for view in views(story):
        if view.page is Page.RESULT:
            assert view.note in HARMLESS


@given(stories)
def test_the_screen_never_shows_more_of_a_number_than_its_end_and_the_newest_digit(story):
    for view in views(story):
        assert not any(secret in repr(view) for secret in SECRETS)
        if view.keypad is not None:
            hidden = view.keypad.cells[:8]
            assert sum(cell.isdigit() for cell in hidden) <= 1


@given(stories)
def test_a_door_that_waits_for_time_is_woken(story):
    for _before, _event, _stamp, after, _effects in story.steps:
        answering = after.state in (State.ASKING, State.RECORDING)
        if answering or after.pending or after.queue:
            assert wake_at(after) is not None


def test_the_stories_that_the_laws_are_tried_with_get_about():
    """Without this the laws might hold because nothing ever happened."""
    reached: set[object] = set()

    @settings(max_examples=1000, phases=[Phase.generate], derandomize=True, database=None)
    @given(stories)
    def look(story):
        reached.update(after.state for _, _, _, after, _ in story.steps)
        reached.update(type(effect) for *_, effects in story.steps for effect in effects)
        reached.update(
            effect.what for *_, effects in story.steps for effect in effects if isinstance(effect, Tell)
        )
        reached.update(type(record) for record in records(story))
        reached.update(one.passed for one in records(story) if isinstance(one, Passage))

    look()
    missing = {
        *State,
        Open,
        Ask,
        Visit,
        Amendment,
        Passage,
        Anomaly,
        Closing,
        True,
        False,
        "red-not-overridden",
        "exit-not-recorded",
    } - reached
    assert missing == set()
