"""What no sequence of events may ever lead to (tests/core/stories.py makes the sequences)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kiosk.core.door.arrivals import EXIT_ASSUMED
from kiosk.core.door.building import Standing
from kiosk.core.door.passages import TAILGATE_S
from kiosk.core.door.state import WITH_DIGITS, KeypadRests, State
from kiosk.core.door.table import rule_for, wake_at
from kiosk.core.effects import Ask, Open, TakePlace, Tell, Write
from kiosk.core.events import (
    Answered,
    CodeRead,
    GateOpened,
    HealthChanged,
    Part,
    Passed,
    PhoneArrived,
    Recorded,
    RecordFailed,
    StaffCorrected,
    StaffIdentified,
    Tick,
)
from kiosk.core.model import (
    Amendment,
    Anomaly,
    Closing,
    Colour,
    Correction,
    Direction,
    DoorKind,
    Outcome,
    Passage,
    Reason,
    Visit,
)
from kiosk.core.screen.present import NOTE_OF, present
from kiosk.core.screen.view import Page, Phrase, View
from tests.core.stories import (
    SECRETS,
    Story,
    admitting_doors,
    half_typed,
    records,
    slow_disk,
    stories,
    stories_around,
)
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
            assert not one.decision.opens
            assert one.decision.reason in (Reason.RED_STATUS, Reason.WHICH_WAY)
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
            assert after.knows(heard_at=None, heard_mono=None) == before.knows(heard_at=None, heard_mono=None)


@given(stories)
def test_while_the_fire_alarm_rings_no_entry_begins_opens_or_is_shown_and_no_exit_is_refused(story):
    for before, _event, _stamp, after, effects in story.steps:
        if not (before.building.alarm and after.building.alarm):
            continue
        assert after.state in (State.IDLE, State.RECORDING)
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
        assert (present(after, stamp).page is Page.ALARM) is after.building.alarm


def way_of(before, event, stamp):
    """Which way somebody went whom the sensor saw, as far as anybody can know."""
    if event.direction is not None:
        return event.direction
    if before.people.pending:
        return before.people.pending[0].direction
    if stamp.mono - before.people.passed_at < TAILGATE_S:
        return before.people.passed_way
    return {DoorKind.ENTRY: Direction.ENTRY, DoorKind.EXIT: Direction.EXIT}.get(before.setup.kind)


@given(stories)
def test_the_count_of_a_door_is_what_went_through_and_what_staff_said(story):
    inside = 0
    for before, event, stamp, after, effects in story.steps:
        moved = [way for way in (way_of(before, event, stamp),) if way] if isinstance(event, Passed) else []
        if isinstance(event, GateOpened) and not before.setup.passage_sensor:
            moved += [one.direction for one in before.people.pending if one.visit_id == event.visit_id]
        if any(isinstance(effect, Write) and is_assumed_exit(effect.record) for effect in effects):
            last = before.visitor.visit_id
            moved += [one.direction for one in before.people.pending if one.visit_id == last]
        for effect in effects:
            if isinstance(effect, Write) and isinstance(effect.record, Closing):
                assert effect.record.assumed_exits == max(0, inside)
                inside = 0
        inside += sum(1 if direction is Direction.ENTRY else -1 for direction in moved)
        said = [
            one.record for one in effects if isinstance(one, Write) and isinstance(one.record, Correction)
        ]
        inside += sum(record.change for record in said)
        assert [record.change for record in said] == ([event.change] if is_a_correction(event) else [])
        assert after.people.occupancy.inside == inside
        assert after.people.inside >= max(0, after.people.others + inside)


def is_a_correction(event) -> bool:
    return isinstance(event, StaffCorrected) and event.change != 0


def is_assumed_exit(record) -> bool:
    return isinstance(record, Amendment) and record.why == EXIT_ASSUMED


def committed_and_decided(story: Story) -> dict[str, bool]:
    """Return for each visit whether the last of its records that is on the disk says that the gate opens.

    A disk ends a record once: what it says of one a second time is not so.
    """
    orders = {record.id: record for record in records(story) if isinstance(record, Visit | Amendment)}
    opens: dict[str, bool] = {}
    for _before, event, *_ in story.steps:
        record = orders.pop(event.record_id, None) if isinstance(event, Recorded | RecordFailed) else None
        if record is not None and isinstance(event, Recorded):
            opens[record.id if isinstance(record, Visit) else record.visit_id] = record.decision.opens
    return opens


@given(stories_around(slow_disk, admitting_doors))
def test_every_committed_admission_is_opened_for_or_withdrawn(story):
    story.gate = "obeys"
    for _ in range(
        60
    ):  # whatever is still being decided comes to its end, and every passage is seen or given up
        story.stamps.advance(10.0)
        story.happens(Tick())
    visits = {record.id: record for record in records(story) if isinstance(record, Visit)}
    opened = {
        effect.visit_id for *_, effects in story.steps for effect in effects if isinstance(effect, Open)
    }
    withdrawn = {one.visit_id for one in records(story) if isinstance(one, Passage) and not one.passed}
    for visit_id, opens in committed_and_decided(story).items():
        assert not opens or visit_id in opened | withdrawn, visits[visit_id].direction
        assert visit_id in opened or visit_id not in {
            one.visit_id for one in records(story) if isinstance(one, Passage) and one.passed
        }


@given(stories_around(slow_disk, admitting_doors), st.sampled_from([Recorded, *[RecordFailed] * 3]))
def test_a_door_whose_disk_is_well_again_is_in_order_again_whatever_was_lost_on_the_way(story, last):
    """Every word of the disk since the last one may be lost; its worker tells its health again as a level."""
    story.happens(last(record_id=make_id(999_999), **({"why": "full"} if last is RecordFailed else {})))
    story.stamps.advance(1000.0)
    story.happens(Tick())
    story.happens(HealthChanged(part=Part.STORE, working=True))
    assert not story.door.is_broken(Part.STORE)


@given(stories)
def test_no_entry_is_begun_while_nobody_enters(story):
    for before, event, _stamp, _after, effects in story.steps:
        begun = [
            effect.record
            for effect in effects
            if isinstance(effect, Write) and isinstance(effect.record, Visit)
        ]
        if before.standing is not Standing.OPEN and not isinstance(event, Tick | Recorded | HealthChanged):
            assert not [visit for visit in begun if visit.direction is Direction.ENTRY]


@given(stories_around(half_typed))
def test_nobodys_digits_are_taken_off_the_screen_by_somebody_who_wants_in(story):
    """Neither at once nor when time makes it somebody's turn: whoever wants in waits until the digits are gone."""
    for before, event, _stamp, after, effects in story.steps:
        if before.state not in WITH_DIGITS:
            continue
        if isinstance(event, CodeRead | PhoneArrived | StaffIdentified | Tick):
            begun = [
                one.record for one in effects if isinstance(one, Write) and isinstance(one.record, Visit)
            ]
            assert not [visit for visit in begun if visit.direction is Direction.ENTRY]
            assert not [effect for effect in effects if isinstance(effect, Ask | TakePlace)]
            assert after.typed == before.typed or isinstance(event, Tick)
            assert after.state is before.state or begun or isinstance(event, Tick)


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
    Phrase.COMING_IN,
    Phrase.SHOW_CODE,
}


def views(story: Story) -> list[View]:
    """Return all that was on the screen, but for a number that its visitor looks at while they hold a key down."""
    return [
        present(after, replace(stamp, visit_id=make_id(0)))
        for _, _, stamp, after, _ in story.steps
        if not (after.state is State.CONFIRMING and after.typed.shown(stamp.mono))
    ]


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
        if answering or after.people.pending or after.queue:
            assert wake_at(after) is not None


def test_the_stories_that_the_laws_are_tried_with_get_about():
    """Without this the laws might hold because nothing ever happened."""
    reached: set[object] = set()

    @settings(max_examples=1000, phases=[Phase.generate], derandomize=True, database=None)
    @given(stories)
    def look(story):
        reached.update(after.state for _, _, _, after, _ in story.steps)
        reached.update(after.standing for _, _, _, after, _ in story.steps)
        reached.update(after.notice for _, _, _, after, _ in story.steps)
        reached.update(type(effect) for *_, effects in story.steps for effect in effects)
        reached.update(
            effect.what for *_, effects in story.steps for effect in effects if isinstance(effect, Tell)
        )
        reached.update(type(record) for record in records(story))
        reached.update(one.passed for one in records(story) if isinstance(one, Passage))

    look()
    missing = {
        *State,
        *Standing,
        KeypadRests.RESTS,
        TakePlace,
        Open,
        Ask,
        Visit,
        Amendment,
        Passage,
        Anomaly,
        Closing,
        Correction,
        True,
        False,
        "red-not-overridden",
        "exit-not-recorded",
        "correction-out-of-range",
    } - reached
    assert missing == set()
