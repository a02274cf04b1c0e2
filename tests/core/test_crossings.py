"""Edges of a passage sensor are counted as people: all who go through, and nobody else, however the contacts bounce."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.crossings import LEAST_S, STUCK_S, Edge, Sensor, Watch, after, look
from kiosk.core.events import Passed
from kiosk.core.model import Direction

BOUNCE_S = 0.02
IN, OUT = Passed(direction=Direction.ENTRY), Passed(direction=Direction.EXIT)
SOMEHOW = Passed(direction=None)

waits = st.floats(0.05, 3.0)
"""Between the steps of somebody who walks, and between people."""
bursts = st.lists(st.floats(0.0001, BOUNCE_S / 12), max_size=4)
"""How a contact bounces before it rests: pauses that sum up to less than the bounce time."""
STEPS = {
    IN: ((0, True), (1, True), (0, False), (1, False)),
    OUT: ((1, True), (0, True), (1, False), (0, False)),
}
TURNS = [steps[:n] for steps in STEPS.values() for n in (1, 2, 3)]
"""How far somebody may come who turns back."""


class Passage:
    """A sensor whose lines somebody moves; keeps who was seen."""

    def __init__(self, sensor: Sensor, levels: tuple[bool, ...] | None = None) -> None:
        self.now = 100.0
        levels = levels or (False,) * sensor.lines
        self.watch = Watch.begun(sensor, levels, self.now, bounce_s=BOUNCE_S)
        self.seen: list[Passed] = []

    def wait(self, seconds: float) -> Passage:
        self.now += seconds
        self.watch, passed = look(self.watch, self.now)
        self.seen += passed
        return self

    def move(self, line: int, on: bool, bounces: list[float] | tuple[float, ...] = ()) -> Passage:
        """Change a line, which changes back and forth before it rests."""
        for pause in bounces:
            self._edge(line, on)
            self.now += pause
            self._edge(line, not on)
            self.now += pause
        self._edge(line, on)
        return self

    def _edge(self, line: int, on: bool) -> None:
        self.watch, passed = after(self.watch, Edge(self.now, line, on))
        self.seen += passed


@st.composite
def crowds(draw):
    """People at two beams: each goes through one way, or turns back; with the pauses and bounces of their steps."""
    people = draw(st.lists(st.one_of(st.sampled_from([IN, OUT]), st.sampled_from(TURNS)), max_size=8))
    moves = []
    for one in people:
        steps = (
            STEPS[one] if isinstance(one, Passed) else (*one, *[(line, not on) for line, on in reversed(one)])
        )
        moves += [(draw(waits), line, on, draw(bursts)) for line, on in steps]
    return [one for one in people if isinstance(one, Passed)], moves


@given(crowds())
def test_two_beams_count_everybody_who_goes_through_and_nobody_who_turns_back(crowd):
    through, moves = crowd
    passage = Passage(Sensor.BEAMS)
    for wait, line, on, bounces in moves:
        passage.wait(wait).move(line, on, bounces)
    assert passage.wait(1).seen == through


@given(crowds(), st.floats(0.001, 0.019))
def test_steps_that_follow_faster_than_a_contact_rests_keep_their_order(crowd, quick):
    """Somebody who runs breaks the second beam before the first has stopped bouncing."""
    through, moves = crowd
    passage = Passage(Sensor.BEAMS)
    for number, (wait, line, on, _) in enumerate(moves):
        second = number % 2 == 1
        passage.wait(quick if second else wait).move(line, on)
    assert passage.wait(1).seen == through


@given(st.lists(st.tuples(waits, st.floats(0.03, 2.0), bursts, bursts), max_size=9))
def test_a_contact_counts_one_person_a_pulse(pulses):
    passage = Passage(Sensor.CONTACT)
    for pause, held, closing, opening in pulses:
        passage.wait(pause).move(0, True, closing).wait(held).move(0, False, opening)
    assert passage.wait(1).seen == [SOMEHOW] * len(pulses)


@given(st.lists(st.tuples(waits, st.booleans(), bursts), max_size=9))
def test_of_two_contacts_each_tells_its_way(turns):
    passage = Passage(Sensor.CONTACTS)
    for pause, outwards, bounces in turns:
        passage.wait(pause).move(int(outwards), True, bounces).wait(0.1).move(int(outwards), False, bounces)
    assert passage.wait(1).seen == [OUT if outwards else IN for _, outwards, _ in turns]


@given(st.lists(st.tuples(waits, st.floats(LEAST_S + 0.05, STUCK_S - 0.1), bursts), max_size=9))
def test_one_beam_counts_everybody_who_has_broken_and_left_it(bodies):
    passage = Passage(Sensor.BEAM)
    for pause, broken, bounces in bodies:
        passage.wait(pause).move(0, True, bounces).wait(broken).move(0, False, bounces)
    assert passage.wait(1).seen == [SOMEHOW] * len(bodies)


@given(
    st.sampled_from([each for each in Sensor if each.lines]),
    st.lists(st.tuples(st.floats(0, 12), st.integers(0, 1), st.booleans())),
)
def test_no_edges_whatever_raise_or_count_more_people_than_there_were_edges(sensor, edges):
    passage = Passage(sensor)
    for pause, line, on in edges:
        passage.wait(pause).move(line % sensor.lines, on)
    passage.wait(30)
    assert len(passage.seen) <= len(edges)
    assert passage.watch.due(passage.now) is None


@given(st.lists(st.tuples(st.floats(0.0001, BOUNCE_S / 40), st.integers(0, 1), st.booleans()), max_size=30))
def test_noise_that_never_rests_is_nobody(edges):
    passage = Passage(Sensor.BEAMS)
    for pause, line, on in edges:
        passage.wait(pause).move(line, on)
    for line in (0, 1):
        passage.move(line, False)
    assert passage.wait(1).seen == []


def test_a_second_person_close_behind_the_first_is_two_people():
    passage = Passage(Sensor.BEAMS)
    for _ in range(2):
        for line, on in STEPS[IN]:
            passage.wait(0.06).move(line, on)
    assert passage.wait(1).seen == [IN, IN]


def test_somebody_who_hesitates_in_the_middle_is_one_person():
    passage = Passage(Sensor.BEAMS)
    for line, on in [
        (0, True),
        (1, True),
        (1, False),
        (1, True),
        (0, False),
        (0, True),
        (0, False),
        (1, False),
    ]:
        passage.wait(0.3).move(line, on)
    assert passage.wait(1).seen == [IN]


@pytest.mark.parametrize("broken_s", [LEAST_S / 2, STUCK_S + 1])
def test_a_hand_or_a_thing_left_in_one_beam_is_nobody(broken_s):
    passage = Passage(Sensor.BEAM).wait(1).move(0, True).wait(broken_s).move(0, False)
    assert passage.wait(1).seen == []


@pytest.mark.parametrize("sensor", [each for each in Sensor if each.lines])
def test_a_line_that_stays_on_is_stuck_until_it_is_free_again(sensor):
    passage = Passage(sensor).wait(1).move(0, True).wait(STUCK_S - 0.1)
    assert passage.watch.stuck(passage.now) == ()
    assert passage.watch.due(passage.now) == pytest.approx(passage.now + 0.1)
    passage.wait(0.1)
    assert passage.watch.stuck(passage.now) == (0,)
    passage.move(0, False).wait(1)
    assert passage.watch.stuck(passage.now) == ()


@pytest.mark.parametrize("chatters,turns,who", [(0, 1, OUT), (1, 0, IN)])
def test_a_contact_that_chatters_holds_back_nobody_at_the_other_one(chatters, turns, who):
    passage = Passage(Sensor.CONTACTS)
    for at in range(100):
        passage.move(chatters, at % 2 == 0).wait(0.01)
        if at in (40, 70):
            passage.move(turns, at == 40)
        if at == 50:
            assert passage.seen == [who], "told when the contact has come to rest"
    assert passage.seen == [who]


def test_behind_a_stuck_beam_nobody_is_counted_and_after_it_everybody_is():
    passage = Passage(Sensor.BEAMS).wait(1).move(0, True).wait(60)
    for _ in range(3):
        passage.move(1, True).wait(0.3).move(1, False).wait(1)
    passage.move(0, False).wait(1)
    assert passage.seen == []
    for line, on in STEPS[OUT]:
        passage.wait(0.2).move(line, on)
    assert passage.wait(1).seen == [OUT]


def test_who_stands_in_the_beams_when_the_kiosk_starts_is_not_counted_and_the_next_one_is():
    passage = Passage(Sensor.BEAMS, (False, True)).wait(0.5).move(1, False)
    for line, on in STEPS[IN]:
        passage.wait(0.2).move(line, on)
    assert passage.wait(1).seen == [IN]


@pytest.mark.parametrize(
    "sensor, wires",
    [(Sensor.NONE, 0), (Sensor.CONTACT, 1), (Sensor.CONTACTS, 2), (Sensor.BEAM, 1), (Sensor.BEAMS, 2)],
)
def test_a_sensor_has_so_many_wires(sensor, wires):
    assert sensor.lines == wires


def test_it_is_looked_again_when_a_line_has_settled_and_when_it_would_be_stuck():
    watch = Watch.begun(Sensor.BEAM, (False,), 100.0, bounce_s=BOUNCE_S)
    assert watch.due(100.0) is None
    watch, _ = after(watch, Edge(101.0, 0, True))
    assert watch.due(101.0) == 101.0 + BOUNCE_S
    watch, _ = look(watch, 101.5)
    assert watch.due(101.5) == 101.0 + STUCK_S
    assert watch.due(200.0) is None


@pytest.mark.parametrize("broken_s, counts", [(0.0799, False), (0.0801, True), (9.9, True), (10.1, False)])
def test_one_beam_counts_a_body_and_neither_a_hand_nor_dirt(broken_s, counts):
    passage = Passage(Sensor.BEAM).wait(1).move(0, True).wait(broken_s).move(0, False)
    assert bool(passage.wait(1).seen) is counts


def test_a_beam_that_still_chatters_is_waited_for_before_the_one_that_was_broken_after_it():
    """Their order tells the way, whichever of them comes to rest first."""
    passage = Passage(Sensor.BEAMS).wait(1)
    passage.move(0, True, (0.004, 0.004)).wait(0.001).move(1, True)
    for _ in range(3):
        passage.wait(0.007)._edge(0, False)
        passage._edge(0, True)
    passage.wait(0.5).move(0, False).wait(0.2).move(1, False)
    assert passage.wait(1).seen == [IN]


def test_each_limit_counts_from_the_moment_at_which_it_is_reached():
    """From zero on, where a moment is exactly what was waited."""
    beam = Watch.begun(Sensor.BEAM, (False,), 0.0, bounce_s=BOUNCE_S)
    broken, _ = after(beam, Edge(0.0, 0, True))
    assert not look(broken, BOUNCE_S / 2)[0].lines[0].on
    steady, _ = look(broken, BOUNCE_S)
    assert steady.lines[0].on
    assert (steady.stuck(STUCK_S - 0.5), steady.stuck(STUCK_S)) == ((), (0,))
    assert (broken.stuck(STUCK_S - 0.5), broken.stuck(STUCK_S)) == ((), (0,))
    for freed_at, through in ((LEAST_S, (SOMEHOW,)), (STUCK_S, ())):
        freed, _ = after(steady, Edge(freed_at, 0, False))
        assert look(freed, freed_at + 1)[1] == through


def test_of_what_is_to_be_looked_at_again_the_next_comes_first_and_what_is_over_not_at_all():
    watch = Watch.begun(Sensor.BEAMS, (False, False), 0.0, bounce_s=BOUNCE_S)
    watch, _ = after(watch, Edge(1.0, 0, True))
    watch, _ = look(watch, 2.0)
    watch, _ = after(watch, Edge(3.0, 1, True))
    assert watch.due(3.0) == 3.0 + BOUNCE_S
    assert watch.due(3.0 + BOUNCE_S) == 1.0 + STUCK_S
    assert watch.due(1.0 + STUCK_S) is None


def test_a_line_that_never_comes_to_rest_is_stuck_from_its_first_change_on():
    chatters = Passage(Sensor.BEAM).wait(1)
    for at in range(700):
        assert chatters.watch.stuck(chatters.now) == ()
        chatters.move(0, at % 2 == 0).wait(0.014)
    chatters.move(0, True)
    assert chatters.watch.stuck(chatters.now + 1) == (0,)
