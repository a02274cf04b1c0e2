"""What staff are told of the board: once, when it has lasted; taken back when it has been gone for a while."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.events import HealthChanged, Part
from kiosk.core.health.board import AILMENTS, CALM_S, FIRM_S, URGENT, BoardVigil, Vitals
from tests.core.doorman import Doorman

WELL = Vitals(
    undervolted=False,
    slowed=False,
    celsius=48.0,
    free_bytes=9e9,
    read_only=False,
    disk_errors=0,
    memory_share=0.6,
)
SILENT = Vitals()


def vitals(**changes) -> Vitals:
    known = {name: getattr(WELL, name) for name in Vitals.__slots__}
    return Vitals(**(known | changes))


class Watched:
    """A board over time: every event that was told, with its second."""

    def __init__(self):
        self.vigil, self.told, self.now = BoardVigil(), [], 0.0

    def see(self, look: Vitals, s: float = 2.0):
        """Look every two seconds for so long."""
        for _ in range(max(1, round(s / 2))):
            self.vigil, events = self.vigil.look(look, self.now)
            self.told += [(self.now, event) for event in events]
            self.now += 2.0

    @property
    def parts(self):
        return [(event.part, event.working) for _at, event in self.told]


@pytest.fixture
def board():
    return Watched()


@pytest.mark.parametrize("look", [WELL, SILENT], ids=["well", "silent"])
def test_nothing_is_told_of_a_board_that_is_well_or_tells_nothing(board, look):
    board.see(look, 3600)
    assert board.told == []


@pytest.mark.parametrize(
    "changes, part, says",
    [
        ({"undervolted": True}, Part.POWER, "fell below 4.63 V: use the Pi's own supply"),
        ({"celsius": 80.0}, Part.HEAT, "the processor is at 80 degrees"),
        ({"slowed": True}, Part.HEAT, "slowed down to protect it from heat"),
        ({"read_only": True}, Part.DISK, "the card cannot be written"),
        ({"disk_errors": 3}, Part.DISK, "counted 3 errors"),
        ({"free_bytes": 150e6}, Part.DISK, "only 150 MB are free"),
        ({"memory_share": 0.04}, Part.MEMORY, "only 4% of the memory"),
    ],
)
def test_each_trouble_is_told_once_in_words_with_what_to_do(board, changes, part, says):
    board.see(vitals(**changes), 600)
    ((at, event),) = board.told
    assert (event.part, event.working) == (part, False)
    assert says in event.why
    assert at == FIRM_S.get(part, 0.0)


def test_a_dip_of_two_seconds_is_told_and_taken_back_after_a_calm_time(board):
    board.see(vitals(undervolted=True), 2)
    board.see(WELL, CALM_S + 4)
    assert board.parts == [(Part.POWER, False), (Part.POWER, True)]
    assert board.told[1][0] - board.told[0][0] == pytest.approx(CALM_S, abs=2)


def test_dips_that_come_again_and_again_are_one_trouble(board):
    for _ in range(50):
        board.see(vitals(undervolted=True), 2)
        board.see(WELL, CALM_S - 10)
    assert board.parts == [(Part.POWER, False)]


def test_a_moment_of_heat_is_not_told(board):
    board.see(vitals(celsius=83.0), 6)
    board.see(WELL, 60)
    assert board.told == []


@pytest.mark.parametrize(
    "edge, part",
    [
        ({"celsius": 77.0}, Part.HEAT),
        ({"free_bytes": 250e6}, Part.DISK),
        ({"memory_share": 0.08}, Part.MEMORY),
    ],
)
def test_between_two_limits_what_was_told_stays_and_what_was_not_is_not_told(board, edge, part):
    worse = {"celsius": 85.0, "free_bytes": 1e6, "memory_share": 0.01}
    board.see(vitals(**edge), 600)
    assert board.told == []
    board.see(vitals(**{name: worse[name] for name in edge}), 60)
    board.see(vitals(**edge), 600)
    assert board.parts == [(part, False)]
    board.see(WELL, CALM_S + 4)
    assert board.parts == [(part, False), (part, True)]


def test_a_weak_supply_that_slows_the_processor_is_not_told_as_heat(board):
    board.see(vitals(undervolted=True, slowed=True), 600)
    assert board.parts == [(Part.POWER, False)]


LOOKS = st.builds(
    Vitals,
    undervolted=st.sampled_from([None, False, True]),
    slowed=st.sampled_from([None, False, True]),
    celsius=st.one_of(st.none(), st.floats(20, 110)),
    free_bytes=st.one_of(st.none(), st.floats(0, 1e9)),
    read_only=st.sampled_from([None, False, True]),
    disk_errors=st.one_of(st.none(), st.integers(0, 9)),
    memory_share=st.one_of(st.none(), st.floats(0, 1)),
)


@given(st.lists(st.tuples(LOOKS, st.floats(0.1, 300)), max_size=40))
def test_of_each_part_bad_and_good_news_alternate_and_good_news_is_calm(story):
    vigil, now, news, wrong_at = BoardVigil(), 0.0, {part: [] for part in AILMENTS}, {}
    for look, s in story:
        vigil, events = vigil.look(look, now)
        for event in events:
            news[event.part].append(event.working)
            if event.working:
                assert now - wrong_at[event.part] >= CALM_S
        wrong_at |= dict.fromkeys(vigil.wrong(now), now)
        now += s
    for told in news.values():
        assert told == [index % 2 == 1 for index in range(len(told))]


def test_the_most_urgent_is_told_on_the_strip_and_the_door_goes_on():
    man = Doorman()
    for part in reversed(URGENT):
        man.tell(HealthChanged(part=part, working=False, why="x"))
        assert man.view.corner.ailing is part
    assert man.view.preview, "the door works"
    for part in URGENT:
        man.tell(HealthChanged(part=part, working=True))
    assert man.view.corner.ailing is None


def test_every_part_of_the_board_has_its_place_in_the_order():
    assert set(URGENT) == set(AILMENTS)


@pytest.mark.parametrize(
    "vital, well, ill, known_well, known_ill",
    [
        ("celsius", 79.9, 80.0, 74.9, 75.0),
        ("free_bytes", 200e6, 199.9e6, 300e6, 299.9e6),
        ("memory_share", 0.06, 0.0599, 0.10, 0.0999),
    ],
)
def test_a_trouble_begins_at_one_limit_and_ends_at_another(vital, well, ill, known_well, known_ill):
    [find] = [find for find in AILMENTS.values() if find(vitals(**{vital: ill}))]
    assert find(vitals(**{vital: well})) is None
    assert find(vitals(**{vital: known_ill})) is None, "whoever asks once does not know of it yet"
    assert find(vitals(**{vital: known_ill}), known=True) is not None
    assert find(vitals(**{vital: known_well}), known=True) is None


def test_how_long_it_has_lasted_counts_from_the_first_look_that_saw_it():
    vigil, told = BoardVigil(), []
    for mono in (1000.0, 1005.0, 1009.9, 1010.0):
        vigil, events = vigil.look(vitals(celsius=85.0), mono)
        told += [(mono, event.working) for event in events]
    for mono in (1129.9, 1130.0):
        vigil, events = vigil.look(WELL, mono)
        told += [(mono, event.working) for event in events]
    assert told == [(1010.0, False), (1130.0, True)]
