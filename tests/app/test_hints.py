"""Who holds up what cannot be read is told what would help: from the frames of the lens to the words on the screen."""

from __future__ import annotations

import itertools

import pytest

from kiosk.core.events import HintChanged, Key
from kiosk.core.hint import Hint
from kiosk.core.model import Colour
from kiosk.core.screen.view import Page, Phrase
from simulator.lens import Scene, approach, people_walking
from tests.app.house import House

CODE = "AQ1:" + "7BX/M-NC*" * 16
FAR = Scene(text=CODE, nearest_m=0.55, farthest_m=0.56, bystanders=0)


@pytest.fixture(scope="module")
def far() -> list:
    """A phone that is held too far away; then, the last frames, it is taken away."""
    return list(approach(FAR, 60))


def hints(house: House) -> list[Phrase | None]:
    """What was said on the idle page, in order."""
    return [hint for hint, _ in itertools.groupby(v.hint for v in house.screen.views if v.page is Page.IDLE)]


def test_a_phone_too_far_away_is_told_to_come_nearer_until_it_is_gone(house, far):
    house.idle()
    house.camera.play(far)
    house.until(lambda: house.view.hint is Phrase.COME_NEARER, "a word to come nearer")
    house.until(lambda: house.view.hint is None, "silence when it has gone")
    assert hints(house) == [None, Phrase.COME_NEARER, None]


def test_the_hint_gives_way_to_who_types_meanwhile_and_to_the_code_that_is_read(house, far):
    house.idle()
    house.camera.play(far[20:48] * 3)
    house.until(lambda: house.view.hint is Phrase.COME_NEARER, "a word to come nearer")
    house.keypad.press(Key.CONFIRM)
    house.until(lambda: house.view.page is Page.KEYPAD, "the keypad's page")
    assert house.view.hint is None
    house.keypad.press(Key.CANCEL)
    house.until(lambda: house.view.page is Page.IDLE, "the idle page")
    house.hold_up(house.pass_of(Colour.GREEN))
    assert house.next_shown().outcome == "admitted"
    house.idle()
    assert house.view.hint is None
    assert house.happened(HintChanged)[-1].hint is None


def test_nobody_is_spoken_to_who_walks_by(house):
    house.idle()
    house.camera.play(people_walking(6, (800, 640), frames=40))
    house.until(house.camera.finished.is_set, "an empty hall")
    assert house.happened(HintChanged) == []


def test_a_camera_that_goes_away_takes_its_hint_along(house, far):
    house.idle()
    house.camera.play(far[20:48] * 3)
    house.until(lambda: house.view.hint is Phrase.COME_NEARER, "a word to come nearer")
    house.camera_plugged = False
    house.camera.close()
    house.until(lambda: house.view.headline is Phrase.USE_KEYPAD, "a word about the keypad")
    assert house.view.hint is None
    assert [one.hint for one in house.happened(HintChanged)] == [Hint.COME_NEARER, None]
