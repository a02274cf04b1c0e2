"""The table of the door is kept to: every pair of state and event, at doors of every kind, early and late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import chain, product

import pytest

from kiosk.core.door.state import Door, State
from kiosk.core.door.table import EVENTS, TABLE, rule_for, step
from kiosk.core.effects import Ask, Light, TakePlace
from kiosk.core.events import (
    AlarmChanged,
    Answered,
    AskFailed,
    CodeRead,
    DeviceRevoked,
    Event,
    GateFailed,
    GateOpened,
    HealthChanged,
    HintChanged,
    Key,
    KeyHeld,
    KeyPressed,
    KeyReleased,
    KnowledgeChanged,
    LinkChanged,
    Part,
    Passed,
    PhoneArrived,
    PlaceAnswered,
    PolicyArrived,
    Recorded,
    RecordFailed,
    StaffAdmitted,
    StaffCorrected,
    StaffDismissed,
    StaffIdentified,
    Tick,
    VenueCounted,
)
from kiosk.core.hint import Hint
from kiosk.core.inside.people import VenueNumber
from kiosk.core.inside.presence import Entered, Presence, tag_of
from kiosk.core.model import Colour, Direction, DoorKind, NotACredential, OwnVenueCode, TextFault
from kiosk.core.who.keypad_budget import Guesses, KeypadBudget
from tests.core.doorman import Doorman
from tests.factories import (
    NOON,
    Stamps,
    make_age,
    make_door,
    make_edition,
    make_foreigner,
    make_id,
    make_iin,
    make_pass,
    make_person,
    make_phone,
    make_policy,
    make_status,
)

NOBODY = NotACredential(reason=TextFault.NOT_OURS)
FOREIGN = make_id(999_999)
EXPIRED = make_pass(number=9, issued=NOON - timedelta(days=1))
NEARLY_FULL = VenueNumber(inside=1, own=0, at=NOON, doors=2, exits=True)
SOMEONE_INSIDE = Entered(visit_id=FOREIGN, since=0.0, tags=frozenset({tag_of(b"p" * 32, make_person(3))}))

EXAMPLES: dict[type, tuple[Event, ...]] = {
    CodeRead: (
        CodeRead(credential=make_person(7)),
        CodeRead(credential=make_person(1)),
        CodeRead(credential=make_person(3)),
        CodeRead(credential=make_pass(Colour.BLUE, number=7)),
        CodeRead(credential=make_pass(number=8, lives=timedelta(hours=72))),
        CodeRead(credential=EXPIRED),
        CodeRead(credential=NOBODY),
        CodeRead(credential=NOBODY, side=Direction.EXIT),
        CodeRead(credential=OwnVenueCode()),
    ),
    KeyPressed: tuple(KeyPressed(key=key) for key in Key),
    KeyHeld: tuple(
        KeyHeld(key=key, again=again) for key in (Key.ERASE, Key.D5, Key.CONFIRM) for again in (False, True)
    ),
    KeyReleased: (KeyReleased(),),
    PhoneArrived: tuple(
        PhoneArrived(identifier=make_phone(number), status=make_status(colour), direction=way)
        for number, colour, way in (
            (1, Colour.RED, None),
            (5, Colour.GREEN, None),
            (6, Colour.GREEN, None),
            (4, Colour.GREEN, Direction.EXIT),
        )
    ),
    StaffIdentified: tuple(
        StaffIdentified(identifier=someone, by="aigul") for someone in (make_foreigner(), make_person(3))
    ),
    Answered: (
        Answered(visit_id=FOREIGN, status=make_status()),
        Answered(visit_id="theirs", status=None),
        *(Answered(visit_id="theirs", status=make_status(colour)) for colour in Colour),
    ),
    PlaceAnswered: tuple(
        PlaceAnswered(visit_id=visit_id, taken=taken)
        for visit_id in (FOREIGN, "theirs")
        for taken in (True, False, None)
    ),
    VenueCounted: (VenueCounted(number=NEARLY_FULL),),
    AskFailed: (AskFailed(visit_id=FOREIGN), AskFailed(visit_id="theirs")),
    Recorded: (Recorded(record_id=FOREIGN), Recorded(record_id="theirs")),
    RecordFailed: (
        RecordFailed(record_id=FOREIGN, why="full"),
        RecordFailed(record_id="theirs", why="full"),
    ),
    Passed: tuple(Passed(direction=direction) for direction in (*Direction, None)),
    AlarmChanged: (AlarmChanged(active=True), AlarmChanged(active=False)),
    GateOpened: (GateOpened(visit_id=FOREIGN), GateOpened(visit_id="theirs")),
    GateFailed: (GateFailed(why="did not turn"), GateFailed(why="did not turn", visit_id="theirs")),
    StaffAdmitted: (StaffAdmitted(by="aigul", why="paper result"),),
    StaffCorrected: (StaffCorrected(change=1, by="aigul", why="counted"),),
    StaffDismissed: (StaffDismissed(),),
    PolicyArrived: (PolicyArrived(policy=make_policy(sequence=2), heard_at=NOON),),
    KnowledgeChanged: (KnowledgeChanged(policy=make_age(), keys=None, revocations=make_age()),),
    DeviceRevoked: (DeviceRevoked(),),
    LinkChanged: (LinkChanged(online=False, waiting=3),),
    HealthChanged: (
        HealthChanged(part=Part.STORE, working=False, why="full"),
        HealthChanged(part=Part.STORE, working=True),
        HealthChanged(part=Part.CAMERA, working=False),
    ),
    HintChanged: (HintChanged(hint=Hint.HOLD_STILL), HintChanged(hint=None)),
    Tick: (Tick(),),
}


def course(kind: DoorKind) -> Iterator[Doorman]:
    """Let all kinds of things happen at a door, and give its doorman after each of them."""
    for ending in (Colour.GREEN, Colour.YELLOW, None):
        man = Doorman(make_door(kind, presence=Presence((SOMEONE_INSIDE,))), disk="held")
        yield man
        man.reads(make_person())
        yield man
        if kind is not DoorKind.EXIT:
            man.answers(ending)
        yield man
        man.commit()
        yield man
        man.stamps.advance(1)
        man.types("", Key.RECHECK)
        yield man
        man.wait(60)
        man.tell(HealthChanged(part=Part.STORE, working=False, why="full"))
        yield man
        man.tell(HealthChanged(part=Part.STORE, working=True))
        yield man
        man.reads(NOBODY)
        yield man
        man.commit()
        man.stamps.advance(1)
        man.types("850" if ending is None else make_iin(3))
        yield man
        man.types("", Key.CONFIRM)
        yield man
        man.tell(DeviceRevoked())
        yield man
        man.tell(Recorded(record_id=FOREIGN))
        man.wait(60)
        yield man


def burning(kind: DoorKind) -> Iterator[Doorman]:
    """Let the fire alarm ring at a door, with somebody on their way out and without, and stop again."""
    man = Doorman(make_door(kind, presence=Presence((SOMEONE_INSIDE,))), disk="held")
    man.reads(make_person(3))
    man.tell(AlarmChanged(active=True))
    yield man
    man.commit()
    man.wait(60)
    yield man
    man.reads(make_person(2))
    yield man
    man.commit()
    man.tell(DeviceRevoked())
    yield man


def guessing(kind: DoorKind) -> Iterator[Doorman]:
    """Let somebody try numbers at a door that nobody watches, until its keypad rests."""
    once = KeypadBudget(mistakes=1, per_minute=1)
    numbers = ("123456789012", make_iin(3), make_iin(1))
    for last, ending in product(numbers, (Colour.GREEN, Colour.YELLOW, None)):
        door = make_door(kind, attended=False, budget=once, presence=Presence((SOMEONE_INSIDE,)))
        man = Doorman(door, disk="held")
        man.reads(make_person())
        if kind is not DoorKind.EXIT:
            man.answers(ending)
        man.commit()
        yield man
        man.wait(60)
        yield man
        man.types(last)
        yield man
        man.types("", Key.CONFIRM)
        yield man
        man.types("", Key.CONFIRM)
        man.wait(2)
        man.types("7")
        yield man
        man.stamps.advance(2)
        man.reads(NOBODY)
        yield man


def hurrying(kind: DoorKind) -> Iterator[Doorman]:
    """Let somebody whose number was just answered type it again, and then a wrong one."""
    for attended, ending in product((True, False), (Colour.GREEN, Colour.YELLOW, None)):
        man = Doorman(make_door(kind, attended=attended, budget=KeypadBudget(mistakes=1)))
        man.reads(make_person())
        if kind is not DoorKind.EXIT:
            man.answers(ending)
        man.wait(1)
        man.types(make_iin(), Key.CONFIRM)
        yield man
        man.types("", Key.CANCEL)
        man.types("123456789012", Key.CONFIRM)
        yield man


def filling(kind: DoorKind) -> Iterator[Doorman]:
    """Let somebody come to a venue of two doors while one place is left."""
    edition = make_edition(capacity=2)
    for taken, disk in product((True, False, None), ("prompt", "failing")):
        man = Doorman(make_door(kind, edition=edition), disk=disk)
        man.tell(VenueCounted(number=NEARLY_FULL))
        yield man
        man.reads(make_pass(lives=timedelta(hours=72)))
        if man.every(Ask):
            man.answers(Colour.GREEN)
        yield man
        if man.every(TakePlace):
            man.is_given_a_place(taken)
        yield man
        man.stamps.advance(1)
        man.types("", Key.RECHECK)
        if man.door.state is State.ASKING:
            man.answers(Colour.GREEN)
        yield man
        man.wait(60)
        man.reads(EXPIRED)
        yield man


def turning(kind: DoorKind) -> Iterator[Doorman]:
    """Let somebody be taken for leaving who comes in, with a number on the screen and without."""
    for source in (make_pass(number=5), make_pass(number=5, lives=timedelta(hours=72))):
        for keys in ("", "850", make_iin(3)):
            man = Doorman(make_door(kind))
            man.reads(source)
            if man.every(Ask):
                man.answers(Colour.GREEN)
            man.wait(60)
            man.types(keys, *([Key.CONFIRM] if len(keys) == 12 else []))
            yield man
            man.reads(source)
            yield man
            man.stamps.advance(1)
            man.reads(EXPIRED)
            man.stamps.advance(1)
            yield man


def concerning(event: Event, door: Door) -> Event:
    """Let an event that says "theirs" mean the visitor who stands at this door."""
    visitor = door.visitor
    about = (Answered, AskFailed, PlaceAnswered, GateOpened, GateFailed)
    if isinstance(event, about) and event.visit_id == "theirs":
        return replace(event, visit_id=visitor.visit_id if visitor else FOREIGN)
    if isinstance(event, Recorded | RecordFailed) and event.record_id == "theirs":
        return replace(event, record_id=(visitor and visitor.awaiting) or FOREIGN)
    return event


@cache
def doors(state: State) -> tuple[Door, ...]:
    """Return doors of every kind in a state, with the disk and without."""
    found = {}
    for kind in DoorKind:
        for man in chain(
            course(kind), guessing(kind), hurrying(kind), burning(kind), filling(kind), turning(kind)
        ):
            door = man.door
            also = [
                door.with_part(Part.STORE, "full"),
                door.stands(revoked=True).knows(policy=None),
                door.counts(venue=NEARLY_FULL, venue_mono=door.since),
            ]
            if state is State.RECORDING and door.visitor and door.visitor.direction is Direction.EXIT:
                also.append(door.stands(alarm=True))
            if not door.setup.attended:
                also.append(replace(door, guesses=Guesses(paused_until=door.since + 30.0)))
            found.update({(repr(one), one.typed.digits): one for one in (door, *also) if one.state is state})
    return tuple(found.values())


def late_stamps(door: Door) -> Iterator[Stamps]:
    """Give moments for a door: just now, when it was seen, when it has been up, and long after."""
    for waited in (0.0, 1.0, 4.0, 60.0):
        yield Stamps(NOON + timedelta(minutes=2, seconds=waited), mono=door.since + waited, ids=1000)


def visit_of(door: Door) -> tuple[object, ...]:
    """Return the visit: what only TABLE may change."""
    return (door.state, door.since, door.until, door.visitor, door.typed, door.notice, door.queue)


@cache
def led_to(state: State, event: type) -> frozenset[State]:
    """Return where the examples of an event lead from a state, and hold each to the table on the way."""
    rule = rule_for(state, event)
    reached = set()
    for before in doors(state):
        for example, stamps in product(EXAMPLES[event], late_stamps(before)):
            after, _effects = step(before, concerning(example, before), stamps.now())
            if rule is None:
                assert visit_of(after) == visit_of(before), f"{example} moved the visit in {state}"
            else:
                turns = [rule_for(state, type(one.event)) for one in before.queue if event is Tick]
                allowed = {to for each in (rule, *turns) if each for to in each.to}
                assert after.state in {state, *allowed}, f"{state} went to {after.state} by {example}"
            reached.add(after.state)
    return frozenset(reached)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", State)
def test_every_pair_leads_where_the_table_says_and_an_unknown_pair_changes_nothing(state, event):
    assert led_to(state, event)


@pytest.mark.parametrize("state", State)
def test_the_table_promises_no_transition_that_nothing_makes(state):
    promised = {(event, to) for event in EVENTS if (rule := rule_for(state, event)) for to in rule.to}
    made = {(event, to) for event in EVENTS for to in led_to(state, event)}
    assert {f"{event.__name__} -> {to}" for event, to in promised - made} == set()


def test_every_state_has_a_row_and_every_row_names_known_events():
    assert set(TABLE) == set(State)
    assert {event for row in TABLE.values() for event in row} <= set(EVENTS)
    assert set(EXAMPLES) == set(EVENTS)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(
    "event",
    [
        AskFailed(visit_id=FOREIGN),
        Answered(visit_id=FOREIGN, status=make_status(Colour.RED)),
    ],
    ids=["ask-failed", "answered"],
)
def test_news_of_another_visit_changes_nothing_but_when_the_registry_was_heard(state, event):
    for before in doors(state):
        after, effects = step(before, event, next(late_stamps(before)).now())
        assert effects == ()
        assert after.knows(heard_at=None, heard_mono=None) == before.knows(heard_at=None, heard_mono=None)


@pytest.mark.parametrize("state", State)
def test_a_commit_of_another_record_leaves_the_visitor_where_they_are(state):
    for before in doors(state):
        after, effects = step(before, Recorded(record_id=FOREIGN), next(late_stamps(before)).now())
        assert not [effect for effect in effects if not isinstance(effect, Light)]
        assert visit_of(after) == visit_of(before)
