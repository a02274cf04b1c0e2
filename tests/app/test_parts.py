"""Parts that fail while visitors come: camera, keypad, gate, disk. The door says so, goes on, and mends itself."""

from __future__ import annotations

from kiosk.core.events import HealthChanged, Part
from kiosk.core.model import Colour
from kiosk.core.view import Page, Phrase


def working(house, part: Part) -> list[bool]:
    """What was told of a part, in order."""
    return [event.working for event in house.happened(HealthChanged) if event.part is part]


def test_a_keypad_that_was_pulled_is_told_once_and_works_again_when_it_is_plugged_in(house):
    house.keypad_plugged = False
    house.keypad.unplug()
    house.until(lambda: house.door.is_broken(Part.KEYPAD), "a missing keypad")
    house.until(lambda: house.keypads_tried >= 3, "two more attempts")
    assert working(house, Part.KEYPAD) == [False]
    house.admits()
    house.keypad_plugged = True
    house.until(lambda: not house.door.is_broken(Part.KEYPAD), "the keypad back")
    assert working(house, Part.KEYPAD) == [False, True]
    house.type(house.somebody(Colour.BLUE)[0])
    assert house.next_shown().outcome == "admitted"


def test_a_camera_that_goes_away_is_said_on_the_idle_page_and_comes_back(house):
    house.idle()
    assert (house.view.headline, house.view.preview) == (Phrase.SHOW_CODE, True)
    house.camera_plugged = False
    house.camera.close()
    house.until(lambda: house.view.headline is Phrase.USE_KEYPAD, "a hint to the keypad")
    assert (house.view.page, house.view.preview) == (Page.IDLE, False)
    house.type(house.somebody(Colour.GREEN)[0])
    assert house.next_shown().outcome == "admitted"
    house.camera_plugged = True
    house.until(lambda: not house.door.is_broken(Part.CAMERA), "the camera back")
    assert working(house, Part.CAMERA) == [False, True]
    house.admits()
