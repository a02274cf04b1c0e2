"""What a restart takes up is the number from before it: of visits, passages, corrections and closings in whatever order."""

from __future__ import annotations

import tempfile
from datetime import time, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.door.over_a_restart import Remembered
from kiosk.core.effects import Write
from kiosk.core.events import Passed, StaffCorrected
from kiosk.core.inside.occupancy import LONGEST_STAY, MovementKind, Occupancy
from kiosk.core.model import Closing, Colour, Correction, Direction, DoorKind, Passage, Visit
from kiosk.core.rule.policy import Window
from kiosk.store.store import Store
from tests.core.doorman import Doorman
from tests.factories import NOON, make_door, make_edition, make_pass
from tests.store.making import ManualClock, make_correction, make_passage, make_visit

TWICE_A_DAY = make_edition(
    opening=(Window(start=time(7), end=time(13)), Window(start=time(14), end=time(23)))
)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("comes"), st.integers(1, 4)),
        st.tuples(st.just("does not pass"), st.integers(5, 8)),
        st.tuples(st.just("sensed"), st.sampled_from(Direction)),
        st.tuples(st.just("corrected"), st.sampled_from([-30, -1, 1, 2, 400])),
        st.tuples(st.just("waits"), st.sampled_from([60, 3000, 7200])),
    ),
    max_size=14,
)


def happens(man: Doorman, act: tuple[str, object]) -> None:
    """Let one thing happen and be over: nobody is on the way through the gate afterwards."""
    match act:
        case "comes", int(number):
            man.reads(make_pass(number=number, issued=man.stamps.wall))
            man.passes(None)
        case "does not pass", int(number):
            man.reads(make_pass(Colour.GREEN, number=number, issued=man.stamps.wall))
        case "sensed", Direction() as way:
            man.tell(Passed(direction=way))
        case "corrected", int(change):
            man.tell(StaffCorrected(change=change, by="aigul", why="counted heads"))
        case "waits", int(seconds):
            man.wait(seconds)
    man.wait(30)


@given(
    acts, st.sampled_from(DoorKind), st.sampled_from([make_edition(), TWICE_A_DAY]), st.booleans(), st.data()
)
def test_the_same_number_is_inside_after_a_restart_as_before_it(story, kind, edition, loses_exits, data):
    """Also where the presence file is older than the store, or lost with the power, and where an exit was not recorded:
    it opens all the same (rule 3), so that its passage is there without it.
    """
    man = Doorman(make_door(kind, edition=edition, sensor=True))
    kept = [Remembered.of(man.door)]
    for act in story:
        happens(man, act)
        kept.append(Remembered.of(man.door))
    older = data.draw(st.sampled_from(kept), "the presence file")
    before = man.door.people.occupancy.inside
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder, "kiosk.db"), clock=ManualClock())
        for write in man.every(Write):
            lost = loses_exits and isinstance(write.record, Visit)
            if not (lost and write.record.direction is Direction.EXIT):
                store.record(write.record)
        store.close()
        store = Store(Path(folder, "kiosk.db"), clock=ManualClock())
        lately = man.stamps.wall - LONGEST_STAY
        assert Occupancy().after(store.reports.movements(lately)).inside == before
        newer = store.reports.movements(lately, after=older.occupancy.through)
        assert older.caught_up(newer)[1].inside == before
        store.close()


def test_the_law_is_tried_with_everything_that_changes_the_number():
    man = Doorman(make_door(DoorKind.TOGGLE, edition=TWICE_A_DAY, sensor=True))
    story = [("comes", 1), ("comes", 1), ("does not pass", 5), ("corrected", 2), ("waits", 7200)]
    for act in [*story, ("comes", 2), ("corrected", -1), ("sensed", Direction.ENTRY)]:
        happens(man, act)
    passed = [one.passed for one in man.records(Passage)]
    assert passed == [True, True, False, True]
    assert [visit.direction for visit in man.visits][:2] == [Direction.ENTRY, Direction.EXIT]
    assert [closing.assumed_exits for closing in man.records(Closing)] == [2]
    assert [one.change for one in man.records(Correction)] == [2, -1]
    assert man.door.people.occupancy.inside == 1


def test_a_passage_whose_visit_is_not_there_is_one_who_left_and_no_closing(store):
    """Until this had a kind it was taken for a closing, and everybody for gone."""
    here = make_visit(1)
    gone = make_visit(3, direction=Direction.EXIT)
    for record in (here, make_passage(2, here), make_correction(5, 3), make_passage(4, gone)):
        store.record(record)
    moved = store.reports.movements(NOON - timedelta(hours=1))
    assert [(one.kind, one.change) for one in moved] == [
        (MovementKind.PASSED, 1),
        (MovementKind.CORRECTED, 3),
        (MovementKind.PASSED, -1),
    ]
    assert Occupancy().after(moved).inside == 3
