"""What is said of the camera's view, when, and what is never said: visitors, phones and nights are no faults."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.events import HealthChanged, Part
from kiosk.core.health.camera_view import (
    FORGIVES,
    RULES,
    WHY,
    Glance,
    ViewTrouble,
    ViewVigil,
    seen_in,
    trouble_of,
)
from tests.core.doorman import Doorman

GOOD = Glance(
    bright=180.0, burnt=0.02, same=False, still=True, structure=60.0, sharpness=0.45, likeness=0.9,
    usual_structure=65.0, usual_sharpness=0.47,
)  # fmt: skip
BAD = {
    ViewTrouble.FROZEN: replace(GOOD, same=True),
    ViewTrouble.DARK: replace(GOOD, bright=15.0, structure=2.0, likeness=0.1),
    ViewTrouble.BURNT: replace(GOOD, burnt=0.8, structure=5.0, likeness=0.2),
    ViewTrouble.COVERED: replace(GOOD, structure=3.0, likeness=0.05),
    ViewTrouble.BLURRED: replace(GOOD, sharpness=0.2, likeness=0.8),
    ViewTrouble.TURNED: replace(GOOD, likeness=0.3),
}
MOVING = replace(
    GOOD,
    still=False,
    structure=None,
    sharpness=None,
    likeness=None,
    usual_structure=None,
    usual_sharpness=None,
)


def after(*glances: Glance, vigil: ViewVigil | None = None, is_open: bool = True) -> ViewVigil:
    known = vigil or ViewVigil()
    for glance in glances:
        known = known.after(glance, is_open=is_open)
    return known


@pytest.mark.parametrize("trouble", ViewTrouble)
def test_each_trouble_is_told_as_itself_when_it_has_lasted_and_not_before(trouble):
    looks = RULES[trouble].looks
    assert after(*[BAD[trouble]] * (looks - 1)).known is None
    assert after(*[BAD[trouble]] * looks).known is trouble
    assert seen_in(BAD[trouble]) is trouble
    assert seen_in(GOOD) is None


@pytest.mark.parametrize("trouble", ViewTrouble)
def test_it_is_taken_back_after_a_few_good_looks_and_not_at_the_first(trouble):
    told = after(*[BAD[trouble]] * RULES[trouble].looks)
    assert after(GOOD, vigil=told).known is trouble
    assert after(*[GOOD] * (FORGIVES + 2), vigil=told).known is None


@pytest.mark.parametrize("trouble", sorted(set(ViewTrouble) - {ViewTrouble.FROZEN}))
def test_outside_the_opening_hours_only_a_frozen_picture_is_a_fault(trouble):
    assert after(*[BAD[trouble]] * 200, is_open=False).known is None
    told = after(*[BAD[trouble]] * RULES[trouble].looks)
    assert after(BAD[trouble], vigil=told, is_open=False).known is None


def test_a_frozen_picture_is_a_fault_at_night_too():
    assert after(*[BAD[ViewTrouble.FROZEN]] * 20, is_open=False).known is ViewTrouble.FROZEN


@pytest.mark.parametrize("trouble", [ViewTrouble.COVERED, ViewTrouble.BLURRED, ViewTrouble.TURNED])
def test_what_needs_a_still_picture_is_not_judged_while_somebody_moves(trouble):
    looks = RULES[trouble].looks
    assert after(*[BAD[trouble]] * (looks - 1), *[MOVING] * 500).known is None
    assert after(*[BAD[trouble]] * (looks - 1), *[MOVING] * 500, BAD[trouble]).known is trouble


def test_a_visitor_who_stands_close_for_half_a_minute_is_no_trouble():
    coat = replace(MOVING, bright=60.0)
    phone = replace(MOVING, burnt=0.9, bright=255.0)
    assert after(*[coat] * 30, *[phone] * 30, GOOD, *[coat] * 30, *[phone] * 30).known is None


def test_a_hall_that_is_a_plain_wall_is_not_covered_once_it_is_known():
    wall = replace(GOOD, structure=3.0, usual_structure=3.2)
    assert after(*[wall] * 100).known is None
    assert after(*[replace(wall, usual_structure=None)] * 100).known is ViewTrouble.COVERED


def test_nothing_is_told_of_blur_or_aim_before_the_hall_was_learned():
    new = replace(GOOD, likeness=None, usual_structure=None, usual_sharpness=None, sharpness=0.1)
    assert after(*[new] * 300).known is None


def test_a_worse_trouble_takes_the_place_of_a_lesser_one():
    told = after(*[BAD[ViewTrouble.TURNED]] * RULES[ViewTrouble.TURNED].looks)
    assert (
        after(*[BAD[ViewTrouble.DARK]] * RULES[ViewTrouble.DARK].looks, vigil=told).known is ViewTrouble.DARK
    )


@given(st.lists(st.tuples(st.sampled_from([GOOD, MOVING, *BAD.values()]), st.booleans()), max_size=150))
def test_whatever_is_seen_what_is_told_had_enough_looks(story):
    vigil = ViewVigil()
    seen = dict.fromkeys(ViewTrouble, 0)
    for glance, is_open in story:
        vigil = vigil.after(glance, is_open=is_open)
        for trouble, rule in RULES.items():
            seen[trouble] += bool(rule.seen(glance))
            assert 0 <= vigil.looks[trouble] <= min(rule.looks, seen[trouble])
        if vigil.known is not None:
            assert seen[vigil.known] >= RULES[vigil.known].looks
            assert vigil.looks[vigil.known] > 0


@pytest.mark.parametrize("trouble", ViewTrouble)
def test_the_corner_says_it_in_words_and_as_a_number_and_the_door_stays_open(trouble):
    man = Doorman()
    man.tell(HealthChanged(part=Part.VIEW, working=False, why=WHY[trouble]))
    assert (man.view.corner.ailing, man.view.corner.faults) == (trouble, (37,))
    assert man.view.preview
    man.tell(HealthChanged(part=Part.VIEW, working=True))
    assert (man.view.corner.ailing, man.view.corner.faults) == (None, ())


def test_every_sentence_says_what_is_wrong_and_what_to_do_and_leads_back_to_its_trouble():
    assert all(": " in why for why in WHY.values())
    assert [trouble_of(why) for why in WHY.values()] == list(WHY)
    assert trouble_of("unplugged") is trouble_of(None) is None


@pytest.mark.parametrize(
    "well, ill, trouble",
    [
        ({"bright": 40.0}, {"bright": 39.9}, ViewTrouble.DARK),
        ({"burnt": 0.5}, {"burnt": 0.51}, ViewTrouble.BURNT),
        (
            {"structure": 4.0, "usual_structure": None},
            {"structure": 3.9, "usual_structure": None},
            ViewTrouble.COVERED,
        ),
        (
            {"structure": 10.0, "usual_structure": 40.0},
            {"structure": 9.9, "usual_structure": 40.0},
            ViewTrouble.COVERED,
        ),
        (
            {"structure": 1.0, "usual_structure": 2.0},
            {"structure": 0.9, "usual_structure": 2.0},
            ViewTrouble.COVERED,
        ),
        (
            {"sharpness": 0.3, "usual_sharpness": 0.5},
            {"sharpness": 0.29, "usual_sharpness": 0.5},
            ViewTrouble.BLURRED,
        ),
        ({"likeness": 0.45}, {"likeness": 0.44}, ViewTrouble.TURNED),
        ({"sharpness": 0.1, "likeness": 0.44}, {"sharpness": 0.1, "likeness": 0.45}, ViewTrouble.BLURRED),
    ],
)
def test_each_trouble_begins_where_the_pictures_of_the_halls_said(well, ill, trouble):
    """Measured limits: whoever moves one tries the pictures again (tests/reader/test_lookout.py)."""
    assert seen_in(replace(GOOD, **well)) is not trouble
    assert seen_in(replace(GOOD, **ill)) is trouble


def test_each_trouble_has_to_last_for_so_many_looks():
    assert {trouble: rule.looks for trouble, rule in RULES.items()} == {
        ViewTrouble.FROZEN: 10,
        ViewTrouble.DARK: 30,
        ViewTrouble.BURNT: 45,
        ViewTrouble.COVERED: 12,
        ViewTrouble.BLURRED: 24,
        ViewTrouble.TURNED: 24,
    }


@pytest.mark.parametrize("edge", [{"bright": 40.0}, {"burnt": 0.5}], ids=str)
def test_at_the_edge_of_dark_and_of_burnt_out_the_rest_is_still_looked_at(edge):
    assert seen_in(replace(GOOD, **edge, likeness=0.1)) is ViewTrouble.TURNED


@pytest.mark.parametrize("unknown", ["sharpness", "usual_sharpness", "likeness"])
def test_of_a_picture_that_is_not_known_well_enough_nobody_says_that_it_is_blurred(unknown):
    assert seen_in(replace(BAD[ViewTrouble.BLURRED], **{unknown: None})) is None


def test_when_the_cover_is_off_it_is_told_that_the_camera_was_turned_under_it():
    both = replace(BAD[ViewTrouble.COVERED], likeness=0.1)
    told = after(*[both] * RULES[ViewTrouble.TURNED].looks)
    assert told.known is ViewTrouble.COVERED
    assert after(*[BAD[ViewTrouble.TURNED]] * (FORGIVES + 2), vigil=told).known is ViewTrouble.TURNED
