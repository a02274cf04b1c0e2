"""Beats on a worker's clock: played from the first, in time, once or over and over, and let go whatever happens."""

import pytest

from drivers.pins.player import STEADY, Beat, Player, beat_at
from kiosk.errors import DriverError

pytestmark = pytest.mark.concurrent

BLINK = (Beat("on", 0.25), Beat("off", 0.75))


class Thing:
    """Remembers what was played on it, and refuses `broken`."""

    def __init__(self):
        self.played, self.freed, self.broken = [], 0, None

    def perform(self, what):
        if what == self.broken:
            raise DriverError("the wire is cut")
        self.played.append(what)

    def free(self):
        self.freed += 1
        raise OSError("it does not obey either")


@pytest.fixture
def thing():
    return Thing()


@pytest.fixture
def player(time, thing):
    player = Player("the thing", "thing", perform=thing.perform, free=(thing.free, thing.free), timing=time)
    yield player
    player.close()


def test_a_rhythm_repeats_without_drifting(player, thing, time):
    player.repeat(BLINK)
    time.advance(100)
    assert thing.played == ["on", "off"] * 100 + ["on"]


def test_the_same_rhythm_again_goes_on_and_another_begins_at_once(player, thing, time):
    player.repeat(BLINK)
    time.advance(0.3)
    player.repeat(BLINK)
    assert thing.played == ["on", "off"]
    player.repeat((Beat("other", STEADY),))
    time.advance(60)
    assert thing.played == ["on", "off", "other"]


def test_beats_are_played_once_and_the_last_one_stays(player, thing, time):
    player.once(BLINK)
    assert player.waits
    time.advance(60)
    assert thing.played == ["on", "off"]
    assert not player.waits


def test_the_same_beats_once_more_begin_anew(player, thing, time):
    player.once(BLINK)
    time.advance(0.1)
    player.once(BLINK)
    time.advance(0.2)
    assert thing.played == ["on", "on"]


def test_what_could_not_be_begun_is_begun_when_it_is_asked_for_again(player, thing):
    thing.broken = "on"
    with pytest.raises(DriverError, match="wire is cut"):
        player.repeat(BLINK)
    thing.broken = None
    player.repeat(BLINK)
    assert thing.played == ["on"]


def test_a_thing_that_breaks_in_its_rhythm_is_let_go_and_says_so(player, thing, time):
    thing.broken = "off"
    player.repeat(BLINK)
    time.advance(1)
    assert thing.freed == 2
    with pytest.raises(DriverError, match="the thing does not obey any more: restart the kiosk"):
        player.repeat(BLINK)


def test_a_beat_that_could_not_be_begun_does_not_keep_the_others_from_being_played(player, thing, time):
    thing.broken = "on"
    with pytest.raises(DriverError):
        player.once(BLINK)
    time.advance(1)
    assert thing.played == ["off"], (
        "a line that was switched and seemed not to follow comes to rest all the same"
    )


def test_a_mistake_of_ours_in_a_beat_lets_the_thing_go_too(thing, time):
    player = Player("the thing", "thing", perform={"on": 1}.__getitem__, free=(thing.free,), timing=time)
    player.repeat(BLINK)
    time.advance(1)
    assert thing.freed == 1
    with pytest.raises(DriverError, match="the thing has lost its worker"):
        player.repeat(BLINK)


def test_a_closed_one_is_let_go_once(player, thing):
    player.close()
    player.close()
    assert thing.freed == 2
    with pytest.raises(DriverError, match="the thing is closed"):
        player.once(BLINK)


@pytest.mark.parametrize(
    "s, what", [(0, "on"), (0.24, "on"), (0.25, "off"), (0.99, "off"), (1, "on"), (7.5, "off")]
)
def test_what_is_played_at_a_moment_is_known(s, what):
    assert beat_at(BLINK, s) == what


def test_a_steady_beat_is_played_for_ever():
    assert beat_at((Beat("on", STEADY),), 1e9) == "on"
