"""Random stories at a door, for the laws that no story may break: odd times, foreign ids, failing disks, changing rules.

A story is a list of acts: an event, a pause in seconds, news of something ordered earlier, the end of a record that the disk
holds, or several of these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from itertools import chain

from hypothesis import strategies as st

from kiosk.core.door.state import Door
from kiosk.core.door.table import step
from kiosk.core.effects import Ask, Effect, Open, TakePlace, Write
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
from kiosk.core.model import (
    Colour,
    Direction,
    DoorKind,
    Identifier,
    NotACredential,
    OwnVenueCode,
    Stamp,
    TextFault,
)
from kiosk.core.rule.policy import Admits, CarryRule, Resort, UnknownRule, Window, Zone, ZoneRule
from kiosk.core.who.keypad_budget import KeypadBudget
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

CARRIED = timedelta(hours=72)
PEOPLE = [make_person(1), make_person(2), make_foreigner()]
SECRETS = [person.value for person in PEOPLE]
CLOSES_SOON = make_edition(opening=(Window(start=time(8), end=time(12, 1)),))
EDITIONS = [
    make_edition(),
    make_edition(capacity=1, reentry_after=timedelta(minutes=10)),
    make_edition(capacity=2),
    make_edition(admits=(Admits(colours=frozenset({Colour.GREEN, Colour.YELLOW})),)),
    CLOSES_SOON,
    make_edition(zone=Zone.RED, zones=((Zone.RED, ZoneRule(shut=True)),)),
    make_edition(unknown=UnknownRule(fresh=Resort.ADMIT, expired=Resort.REFUSE), carry_pass=CarryRule.REFUSE),
]

stated = st.builds(
    lambda colour, hours: make_status(colour, since=NOON - timedelta(hours=hours), lasts=timedelta(hours=3)),
    st.sampled_from([*Colour, Colour.RED]),
    st.sampled_from([0, 2, 4]),
)
statuses = st.one_of(stated, stated, stated, st.none())
credentials = st.one_of(
    st.sampled_from(PEOPLE[:2]),
    st.builds(
        make_pass,
        st.sampled_from(Colour),
        number=st.integers(1, 3),
        issued=st.sampled_from(
            [NOON - timedelta(hours=1), NOON - timedelta(seconds=299), NOON, NOON + timedelta(hours=1)]
        ),
        lives=st.sampled_from([timedelta(seconds=300), CARRIED]),
        door=st.sampled_from([None, None, "D01", "D99"]),
    ),
    st.builds(NotACredential, reason=st.sampled_from(TextFault)),
    st.just(OwnVenueCode()),
)
sides = st.sampled_from([None, None, *Direction])
whole_numbers = st.sampled_from([list(make_iin(1)), list(make_iin(2)), list("123456789012")])
ages = st.sampled_from(
    [None, make_age(), make_age(issued=NOON - timedelta(hours=2), stands=timedelta(hours=1))]
)
admitted = st.sampled_from([*PEOPLE[:2], make_pass(number=1), make_pass(number=2), make_pass(number=3)])
"""Whom most rules let in, where the registry says nothing else."""
comers = st.one_of(
    st.builds(CodeRead, credential=admitted, side=sides),
    st.builds(
        PhoneArrived, identifier=st.builds(make_phone, st.integers(1, 2)), status=statuses, direction=sides
    ),
    st.builds(StaffIdentified, identifier=st.sampled_from(PEOPLE), by=st.just("aigul")),
)
plain_events = st.one_of(
    st.builds(CodeRead, credential=credentials, side=sides),
    st.builds(KeyPressed, key=st.sampled_from(Key)),
    st.builds(
        PhoneArrived, identifier=st.builds(make_phone, st.integers(1, 2)), status=statuses, direction=sides
    ),
    st.builds(StaffIdentified, identifier=st.sampled_from(PEOPLE), by=st.just("aigul")),
    st.builds(Passed, direction=st.sampled_from([*Direction, None])),
    st.just(GateFailed(why="did not turn")),
    st.just(StaffAdmitted(by="aigul", why="paper result")),
    st.builds(
        StaffCorrected, change=st.sampled_from([-2, 0, 1]), by=st.just("aigul"), why=st.just("counted")
    ),
    st.just(StaffDismissed()),
    st.builds(AlarmChanged, active=st.booleans()),
    st.builds(
        PolicyArrived,
        policy=st.builds(
            lambda edition, seq: make_policy(edition, sequence=seq),
            st.sampled_from(EDITIONS),
            st.integers(0, 3),
        ),
    ),
    st.builds(
        KnowledgeChanged,
        policy=ages,
        keys=ages,
        revocations=ages,
    ),
    st.builds(LinkChanged, online=st.booleans(), waiting=st.integers(0, 3)),
    st.builds(KeyHeld, key=st.sampled_from([Key.ERASE, Key.D0, Key.CONFIRM]), again=st.booleans()),
    st.just(KeyReleased()),
    st.builds(
        lambda inside, own, doors, minutes: VenueCounted(
            number=VenueNumber(
                inside=inside, own=own, at=NOON + timedelta(minutes=minutes), doors=doors, exits=True
            )
        ),
        st.integers(-2, 4),
        st.integers(-2, 2),
        st.integers(1, 3),
        st.integers(0, 3),
    ),
    st.builds(HintChanged, hint=st.sampled_from([None, *Hint])),
    st.builds(HealthChanged, part=st.sampled_from(Part), working=st.booleans()),
)


@dataclass(frozen=True)
class News:
    """A reply to something that was ordered earlier: the newest order is 0, the one before 1; 9 is nobody's."""

    kind: type
    which: int
    status: object = None


@dataclass(frozen=True)
class Release:
    """The disk ends one of the records that it still holds: the oldest is 0; beyond the last it begins anew."""

    kind: type
    which: int


news = st.builds(
    News,
    st.sampled_from(
        [
            *[Answered] * 2,
            AskFailed,
            *[Recorded] * 3,
            RecordFailed,
            *[PlaceAnswered] * 2,
            GateOpened,
            GateFailed,
        ]
    ),
    st.sampled_from([0, 0, 0, 0, 1, 2, 9]),
    statuses,
)
typing = st.builds(
    lambda digits, ends: [30.0, *(KeyPressed(key=Key(digit)) for digit in digits), *ends],
    whole_numbers,
    st.sampled_from([[KeyPressed(key=Key.CONFIRM)], [KeyPressed(key=Key.CONFIRM)] * 2]),
)
pauses = st.sampled_from([0.0, 0.3, 0.9, 2.1, 6.0, 30.0, 400.0, 7200.0])
whole_visits = st.builds(
    lambda shown, status, fate, pause, after: [
        CodeRead(credential=shown),
        News(Answered, 0, status),
        News(fate, 0),
        pause,
        *after,
    ],
    credentials,
    statuses,
    st.sampled_from([Recorded, Recorded, Recorded, RecordFailed]),
    pauses,
    st.sampled_from(
        [
            [],
            [StaffAdmitted(by="aigul", why="paper result"), News(Recorded, 0)],
            [KeyPressed(key=Key.RECHECK), News(Answered, 0, make_status()), News(Recorded, 0)],
        ]
    ),
)
"""What mostly happens, so that the rest happens to somebody."""
turned_away = st.builds(
    lambda shown, status, after: [
        30.0,
        CodeRead(credential=shown),
        News(Answered, 0, status),
        News(Recorded, 0),
        *after,
        News(Recorded, 0),
    ],
    st.sampled_from(PEOPLE[:2]),
    st.sampled_from([make_status(Colour.YELLOW), make_status(Colour.RED), None]),
    st.sampled_from(
        [
            [StaffAdmitted(by="aigul", why="paper result")],
            [1.0, KeyPressed(key=Key.RECHECK), News(Answered, 0, make_status())],
        ]
    ),
)
"""Somebody who may not come in, and who is looked at again."""
last_places = st.builds(
    lambda shown, inside, place, answer: [
        30.0,
        LinkChanged(online=True, waiting=0),
        PolicyArrived(policy=make_policy(make_edition(capacity=2), sequence=3)),
        VenueCounted(number=VenueNumber(inside=inside, own=0, at=NOON, doors=2, exits=True)),
        CodeRead(credential=shown),
        News(Answered, 0, answer),
        News(PlaceAnswered, place),
        News(Recorded, 0),
    ],
    credentials,
    st.sampled_from([0, 1]),
    st.integers(0, 2),
    statuses,
)
"""Somebody who comes to a venue of two doors while one place is left, or none."""
half_typed = st.builds(
    lambda digits, typed, comes, pause, ends: [
        30.0,
        *(KeyPressed(key=Key(digit)) for digit in digits[:typed]),
        *([KeyPressed(key=Key.CONFIRM)] if typed == len(digits) else []),
        comes,
        pause,
        News(Recorded, 0),
        pause,
        *(KeyPressed(key=Key(digit)) for digit in digits[typed:]),
        *ends,
    ],
    whole_numbers,
    st.sampled_from([1, 6, 11, 12, 12]),
    comers,
    st.sampled_from([0.3, 0.9, 0.9]),
    st.sampled_from([[KeyPressed(key=Key.CONFIRM)] * 2, [KeyPressed(key=Key.CANCEL)], [30.0], []]),
)
"""Somebody types, all of their number or a part, and somebody else comes meanwhile."""
held_up = st.builds(
    lambda shown, mended, pause: [
        *mended,
        CodeRead(credential=shown),
        News(Answered, 0, make_status()),
        pause,
    ],
    admitted,
    st.sampled_from([[], [], [HealthChanged(part=Part.STORE, working=True)]]),
    st.sampled_from([2.1, 2.1, 6.0]),
)
"""Somebody who would be admitted, and whose record takes longer than the door waits."""
ends = st.builds(Release, st.sampled_from([*[Recorded] * 5, RecordFailed]), st.integers(0, 3))
slow_disk = st.builds(
    lambda visits, comes, said, after: [30.0, *chain.from_iterable(visits), *comes, *said, after],
    st.lists(held_up, min_size=1, max_size=3),
    st.one_of(
        st.builds(lambda shown: [CodeRead(credential=shown, side=Direction.EXIT)], credentials),
        st.builds(
            lambda shown: [
                HealthChanged(part=Part.STORE, working=True),
                CodeRead(credential=shown),
                News(Answered, 0, make_status()),
            ],
            admitted,
        ),
    ),
    st.lists(
        st.builds(Release, st.sampled_from([Recorded, Recorded, Recorded, RecordFailed]), st.integers(0, 3)),
        max_size=4,
    ),
    pauses,
)
"""The disk is slow: it holds what it is given, the next visitor is recorded, and then it ends in any order, or never."""
ordinary = st.one_of(
    *[whole_visits] * 4, *[plain_events] * 4, *[news, typing, pauses] * 2, turned_away, last_places
)
scenes = st.one_of(slow_disk, half_typed, st.just([]))
"""What is rare and was once done wrong: in two of three stories, or the laws would hardly ever see it."""
withdrawals = st.builds(
    lambda shown, pause, after: [[DeviceRevoked(), CodeRead(credential=shown), pause], *after],
    credentials,
    pauses,
    st.lists(ordinary, max_size=6),
)
"""The end of a door's days: only a new start leads on from there."""


def acts_around(scene: st.SearchStrategy[list]) -> st.SearchStrategy[list]:
    """Return whole stories around a scene: what happened before is short, so that the scene mostly takes place."""
    return st.builds(
        lambda before, scene, after, end: [*before, *scene, *after, *end],
        st.lists(ordinary, max_size=5),
        scene,
        st.lists(ordinary, max_size=14) | st.lists(ordinary, min_size=6, max_size=14),
        st.sampled_from([False, False, True]).flatmap(lambda ends: withdrawals if ends else st.just([])),
    )


acts = acts_around(scenes)
doors = st.builds(
    lambda kind, edition, sensor, attended, none: make_door(
        kind,
        edition=edition,
        sensor=sensor,
        attended=attended,
        budget=KeypadBudget(mistakes=1, per_minute=2),
        **({"policy": None, "heard_at": None} if none else {}),
    ),
    st.sampled_from(DoorKind),
    st.sampled_from([*EDITIONS, CLOSES_SOON, CLOSES_SOON]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([False, False, False, True]),
)

admitting_doors = st.builds(
    lambda kind, edition, sensor, attended: make_door(
        kind, edition=edition, sensor=sensor, attended=attended
    ),
    st.sampled_from([DoorKind.TOGGLE, DoorKind.TOGGLE, DoorKind.ENTRY]),
    st.sampled_from([EDITIONS[0], EDITIONS[0], *EDITIONS[1:]]),
    st.booleans(),
    st.booleans(),
)
"""Where people come in, by a rule that is known."""


def subject_of(who: Identifier) -> str:
    """Return the pass id of somebody: person and pass of one number are the same."""
    return make_pass(number=PEOPLE.index(who) + 1).pass_id if who in PEOPLE else who.value


@dataclass
class Story:
    """What happened at one door, step by step."""

    door: Door
    stamps: Stamps
    steps: list[tuple[Door, Event, Stamp, Door, tuple[Effect, ...]]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(visit, subject): the registry knows whose number it is."""
    ordered: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    """Records of which the disk has said nothing yet, oldest first."""
    gate: str = "obeys"
    """What an order to open does at once: it is obeyed, it fails ("jams"), or nobody hears of it ("silent")."""

    def happens(self, event: Event) -> tuple[Effect, ...]:
        stamp = self.stamps.now()
        before = self.door
        self.door, effects = step(before, event, stamp)
        self.steps.append((before, event, stamp, self.door, effects))
        self.asked += [
            (effect.visit_id, subject_of(effect.identifier)) for effect in effects if isinstance(effect, Ask)
        ]
        self.ordered += [effect.record.id for effect in effects if isinstance(effect, Write)]
        if isinstance(event, Recorded | RecordFailed) and event.record_id in self.held:
            self.held.remove(event.record_id)
        self.held += [effect.record.id for effect in effects if isinstance(effect, Write)]
        self.places += [effect.visit_id for effect in effects if isinstance(effect, TakePlace)]
        for order in [effect for effect in effects if isinstance(effect, Open)]:
            self.opened.append(order.visit_id)
            if self.gate == "obeys":
                self.happens(GateOpened(visit_id=order.visit_id))
            elif self.gate == "jams":
                self.happens(GateFailed(why="did not turn", visit_id=order.visit_id))
        return effects

    def event(self, told: News) -> Event:
        lists = {Answered: self.asked, AskFailed: self.asked, PlaceAnswered: self.places}
        lists |= {GateOpened: self.opened, GateFailed: self.opened}
        known = lists.get(told.kind, self.ordered)
        orders = [order if isinstance(order, tuple) else (order, "") for order in known]
        about, subject = orders[-1 - told.which] if told.which < len(orders) else (make_id(999_999), "")
        if told.kind is Answered:
            return Answered(visit_id=about, status=told.status, subject=subject if told.status else "")
        if told.kind is PlaceAnswered:
            about = self.places[-1] if self.places and told.which < 3 else about
            return PlaceAnswered(visit_id=about, taken=(True, False, None)[told.which % 3])
        if told.kind is GateOpened:
            return GateOpened(visit_id=about)
        if told.kind is GateFailed:
            return GateFailed(why="did not turn", visit_id=about)
        if told.kind is AskFailed:
            return AskFailed(visit_id=about)
        return ended(told.kind, about)

    def release(self, told: Release) -> None:
        """Let the disk end one of the records that it holds."""
        if self.held:
            self.happens(ended(told.kind, self.held[told.which % len(self.held)]))


def ended(kind: type, record_id: str) -> Event:
    """Return the disk's word on a record."""
    return (
        Recorded(record_id=record_id) if kind is Recorded else RecordFailed(record_id=record_id, why="full")
    )


def tell(door: Door, told: list, *, trusted: bool = True, gate: str = "obeys") -> Story:
    story = Story(door, Stamps(trusted=trusted), gate=gate)
    for act in chain.from_iterable(one if isinstance(one, list) else [one] for one in told):
        match act:
            case float():
                story.stamps.advance(act)
                story.happens(Tick())
            case News():
                story.happens(story.event(act))
            case Release():
                story.release(act)
            case _:
                story.happens(act)
    return story


def stories_around(
    scene: st.SearchStrategy[list], at: st.SearchStrategy[Door] = doors
) -> st.SearchStrategy[Story]:
    """Return stories in which a scene takes place, for a law that only such a scene can break."""
    return st.builds(
        lambda door, told, trusted, gate: tell(door, told, trusted=trusted, gate=gate),
        at,
        acts_around(scene),
        st.sampled_from([True, True, False]),
        st.sampled_from(["obeys", "obeys", "jams", "silent"]),
    )


stories = stories_around(scenes)


def records(story: Story) -> list:
    return [effect.record for *_, effects in story.steps for effect in effects if isinstance(effect, Write)]
