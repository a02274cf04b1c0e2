"""Nobody is ever held inside, whatever happened before (rule 3; tests/core/stories.py makes the sequences)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.door.state import State
from kiosk.core.door.whose import identifier_of
from kiosk.core.effects import Open, Write
from kiosk.core.events import (
    AlarmChanged,
    Answered,
    AskFailed,
    CodeRead,
    DeviceRevoked,
    HealthChanged,
    Key,
    KeyPressed,
    Part,
    Passed,
    PhoneArrived,
    Recorded,
    RecordFailed,
    StaffIdentified,
    Tick,
)
from kiosk.core.inside.presence import Entered, tag_of
from kiosk.core.model import (
    Amendment,
    Colour,
    Direction,
    DoorKind,
    NotACredential,
    OwnVenueCode,
    TextFault,
    Via,
    Visit,
)
from kiosk.core.rule.policy import Resort, UnknownRule
from tests.core.stories import CARRIED, EDITIONS, News, Story, acts, credentials, doors, subject_of, tell
from tests.factories import (
    make_door,
    make_edition,
    make_id,
    make_iin,
    make_pass,
    make_person,
    make_phone,
    make_status,
)

FATES = {"committed": Recorded, "failed": RecordFailed, "silent": None}
fates = st.sampled_from(sorted(FATES))


def of_kind(door, kind):
    return replace(door, setup=replace(door.setup, kind=kind))


@given(
    doors.map(lambda door: of_kind(door, DoorKind.EXIT)),
    acts,
    credentials.filter(lambda one: not isinstance(one, OwnVenueCode)),
    fates,
)
def test_whoever_presents_anything_at_an_exit_that_is_free_is_let_out_at_once_whatever_the_disk_does(
    door, told, shown, fate
):
    story = tell(door, told)
    for _ in range(2 * len(story.door.queue) + 6):  # the last one's answer, and the next ones' who wait
        story.stamps.advance(1000.0)
        story.happens(Tick())
    assert story.door.state is State.IDLE
    effects = story.happens(CodeRead(credential=shown))
    assert isinstance(effects[0], Write)
    if fate == "silent":
        story.stamps.advance(door.setup.times.record_s + 0.1)
        effects = story.happens(Tick())
    else:
        effects = story.happens(story.event(News(FATES[fate], 0)))
    assert [effect.direction for effect in effects if isinstance(effect, Open)] == [Direction.EXIT]


STRANGER = 77
"""Nobody of the stories."""
CODES = [make_pass(number=STRANGER), make_person(STRANGER), NotACredential(reason=TextFault.NOT_OURS)]
PHONE = PhoneArrived(identifier=make_phone(STRANGER), status=make_status())
leaving = st.sampled_from(
    [
        *((DoorKind.EXIT, CodeRead(credential=shown)) for shown in CODES),
        *((DoorKind.TOGGLE, CodeRead(credential=shown, side=Direction.EXIT)) for shown in CODES),
        (DoorKind.EXIT, PHONE),
        (DoorKind.TOGGLE, replace(PHONE, direction=Direction.EXIT)),
        (DoorKind.EXIT, StaffIdentified(identifier=make_person(STRANGER), by="aigul")),
    ]
)
"""Every way of showing at a door that one is leaving."""


@given(
    doors,
    acts,
    st.lists(st.sampled_from(Key), max_size=3),
    st.sampled_from([0.0, 0.3, 0.9]),
    leaving,
    fates,
)
def test_no_state_and_no_moment_refuses_an_exit(door, told, keys, pause, who_leaves, fate):
    """Somebody types, is asked about, is being recorded, was let out just now: whoever leaves meanwhile leaves."""
    kind, event = who_leaves
    story = tell(of_kind(door, kind), [*told, [KeyPressed(key=key) for key in keys], pause])
    who = identifier_of(event)
    wait_already = waiting(story, who)
    shown_at = len(story.steps)
    story.happens(event)
    for _ in range(20 + 10 * len(story.door.queue)):
        settle_disk(story, fate)
        story.stamps.advance(0.5)
        story.happens(Tick())
    assert let_out(story, who, since=shown_at) > wait_already


def waiting(story: Story, who) -> int:
    """How many of this name (None: without one) are on their way out already."""
    queued = sum(identifier_of(one.event) == who for one in story.door.queue)
    visitor = story.door.visitor
    recording = story.door.state is State.RECORDING and visitor is not None and visitor.identifier == who
    return queued + recording


def settle_disk(story: Story, fate: str) -> None:
    visitor = story.door.visitor
    if fate != "silent" and story.door.state is State.RECORDING and visitor:
        what = {"record_id": visitor.awaiting, **({"why": "full"} if fate == "failed" else {})}
        story.happens(FATES[fate](**what))


def let_out(story: Story, who, *, since: int) -> int:
    """Count how often the gate was opened outwards for somebody of this name."""
    visits = {
        effect.record.id: effect.record.identifier
        for *_, effects in story.steps
        for effect in effects
        if isinstance(effect, Write) and isinstance(effect.record, Visit)
    }
    return sum(
        isinstance(effect, Open) and effect.direction is Direction.EXIT and visits[effect.visit_id] == who
        for *_, effects in story.steps[since:]
        for effect in effects
    )


def inside_by_number(story: Story, who) -> None:
    """Let somebody come in by typing their number, at a toggle door that nothing is wrong with."""
    story.happens(CodeRead(credential=who))
    story.happens(story.event(News(Answered, 0, make_status())))
    story.happens(story.event(News(Recorded, 0)))
    if story.door.setup.passage_sensor:
        story.happens(Passed(direction=Direction.ENTRY))
    story.stamps.advance(60.0)
    story.happens(Tick())


TROUBLES = {
    "nothing": [],
    "disk": [HealthChanged(part=Part.STORE, working=False, why="full")],
    "withdrawn": [DeviceRevoked()],
    "fire": [AlarmChanged(active=True)],
    "all of it": [
        HealthChanged(part=Part.STORE, working=False, why="full"),
        DeviceRevoked(),
        AlarmChanged(active=True),
    ],
    "no policy": [DeviceRevoked(), HealthChanged(part=Part.CAMERA, working=False, why="gone")],
}
"""Everything that keeps people out."""
confirms = [KeyPressed(key=Key.CONFIRM), KeyPressed(key=Key.CONFIRM)]
SHOWN = {
    "typed": [*(KeyPressed(key=Key(digit)) for digit in make_iin(STRANGER)), *confirms],
    "card": [CodeRead(credential=make_person(STRANGER))],
    "scanner": [CodeRead(credential=make_person(STRANGER), via=Via.SCANNER)],
    "staff": [StaffIdentified(identifier=make_person(STRANGER), by="aigul")],
}
"""Every way in which a number is given; where everybody leaves, the confirm key is enough."""


@pytest.mark.parametrize("way", SHOWN)
@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("attended", [True, False])
@pytest.mark.parametrize("sensor", [True, False])
def test_who_is_inside_by_their_number_leaves_by_it_however_the_building_stands(
    way, trouble, attended, sensor
):
    story = tell(make_door(DoorKind.TOGGLE, attended=attended, sensor=sensor), [])
    inside_by_number(story, make_person(STRANGER))
    for event in TROUBLES[trouble]:
        story.happens(event)
    before = len(story.opened)
    for event in SHOWN[way]:
        story.happens(event)
    for _ in range(8):
        settle_disk(story, "committed")
        story.stamps.advance(0.5)
        story.happens(Tick())
    assert len(story.opened) == before + 1
    assert any(
        isinstance(effect, Open) and effect.direction is Direction.EXIT
        for *_, effects in story.steps
        for effect in effects
    )


@given(
    doors.map(lambda door: of_kind(door, DoorKind.TOGGLE)),
    acts,
    st.sampled_from([*TROUBLES]),
    st.sampled_from([*SHOWN, "typed", "typed", "typed"]),
    st.sampled_from([0.0, 60.0]),
    fates,
)
def test_who_is_known_to_be_inside_by_their_number_leaves_by_it_whatever_happened(
    door, told, trouble, way, pause, fate
):
    """The building may have been withdrawn, out of order or on fire, and the keypad's budget spent by somebody else."""
    story = tell(door, told)
    for _ in range(2 * len(story.door.queue) + 6):
        story.stamps.advance(30.0)
        story.happens(Tick())
    tag = tag_of(door.setup.presence_key, make_person(STRANGER))
    inside = Entered(visit_id=make_id(999_998), since=story.stamps.mono, tags=frozenset({tag}))
    story.door = replace(story.door, people=story.door.people.entered(inside))
    for event in TROUBLES[trouble]:
        story.happens(event)
    story.stamps.advance(pause)
    before = len(story.opened)
    for event in SHOWN[way]:
        story.happens(event)
    for _ in range(8):
        settle_disk(story, fate)
        story.stamps.advance(0.5)
        story.happens(Tick())
    assert len(story.opened) == before + 1
    assert [
        effect.direction
        for *_, effects in story.steps
        for effect in effects
        if isinstance(effect, Open) and effect.visit_id == story.opened[-1]
    ] == [Direction.EXIT]


PERSONS = (1, 2)
ways = st.sampled_from(
    [
        *(CodeRead(credential=make_person(number)) for number in PERSONS),
        *(
            CodeRead(credential=make_pass(colour, number=number, lives=CARRIED))
            for number in PERSONS
            for colour in (Colour.GREEN, Colour.YELLOW)
        ),
        *(
            PhoneArrived(identifier=make_phone(number), status=make_status(colour))
            for number in PERSONS
            for colour in (Colour.GREEN, Colour.RED)
        ),
    ]
)
answers = st.one_of(
    st.builds(lambda colour: News(Answered, 0, make_status(colour)), st.sampled_from(Colour)),
    st.just(News(AskFailed, 0)),
)
comings_and_goings = st.lists(
    st.builds(
        lambda event, answer, pause: [event, answer, News(Recorded, 0), pause],
        ways,
        answers,
        st.sampled_from([6.0, 700.0]),
    ),
    min_size=2,
    max_size=8,
)
"""Two people, each by pass, number or phone, with the registry there or not."""
rules = st.sampled_from([make_edition(), make_edition(unknown=UnknownRule(fresh=Resort.ADMIT)), *EDITIONS])


@given(st.builds(make_door, st.just(DoorKind.TOGGLE), edition=rules), comings_and_goings)
def test_who_went_in_is_never_told_no_at_a_toggle_door_without_staff_being_called(door, told):
    """They went in by one way to be named, and may leave by another."""
    story = tell(door, told)
    who_of: dict[str, str] = {}
    inside: set[str] = set()
    for *_, after, effects in story.steps:
        for effect in effects:
            match effect:
                case Write(record=Visit() as visit):
                    who_of[visit.id] = subject_of(visit.identifier) if visit.identifier else ""
                    decided = visit.decision
                case Write(record=Amendment() as amendment):
                    decided = amendment.decision
                case Open(direction=Direction.ENTRY):
                    inside.add(who_of[effect.visit_id])
                    continue
                case Open():
                    inside.discard(who_of[effect.visit_id])
                    continue
                case _:
                    continue
            visitor = after.visitor
            if visitor and not visitor.side_known and who_of[visitor.visit_id] in inside:
                assert decided.opens or decided.calls_staff
