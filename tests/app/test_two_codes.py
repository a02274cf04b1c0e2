"""Two codes in view: both are understood, one is told: of those that are ours the one nearest the middle."""

from __future__ import annotations

import pytest

from kiosk.core.events import CodeRead
from kiosk.core.model import Colour, OwnVenueCode, Pass
from kiosk.core.screen.view import Page, Phrase
from kiosk.ports import Grey
from tests.app.around import FRAME, HALL, HELD_FRAMES, HouseClock, open_registry
from tests.app.house import House
from tests.reader.codes import qr

FOREIGN = "https://a.kz/menu"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """One house for all of them: none may leave anything behind that stops the next."""
    clock = HouseClock()
    folder = tmp_path_factory.mktemp("house")
    with open_registry(clock) as registry, House(folder, registry, clock, venue_code=True) as house:
        yield house.ready()


def page(*, middle: str = "", edge: str = "") -> Grey:
    frame = HALL.copy()
    for text, x in ((middle, FRAME[1] // 2), (edge, 120)):
        if text:
            code = qr(text)
            top, left = FRAME[0] // 2 - len(code) // 2, x - len(code) // 2
            frame[top : top + len(code), left : left + len(code)] = code
    return frame


def show(house: House, *frames: Grey) -> None:
    house.idle()
    house.camera.play(list(frames))


def credentials(house: House, since: int) -> list:
    return [event.credential for event in house.happened(CodeRead)[since:]]


@pytest.mark.parametrize("nearer", [FOREIGN, "own"])
def test_a_pass_wins_over_a_code_that_is_none_of_ours_and_nearer_the_middle(house, nearer):
    house.idle()
    reads, told = len(house.happened(CodeRead)), len(house.told)
    other = house.view.venue_code if nearer == "own" else nearer
    show(house, *[page(middle=other, edge=house.pass_of(Colour.GREEN))] * HELD_FRAMES)
    assert house.next_shown().opened
    house.idle()
    assert [type(each) for each in credentials(house, reads)] == [Pass]
    assert house.told[told:] == []


def test_of_two_passes_the_one_nearer_the_middle_wins_and_the_other_comes_when_it_is_gone(house):
    first, second = house.pass_of(Colour.GREEN), house.pass_of(Colour.BLUE)
    show(house, *[page(middle=first, edge=second)] * 2 * HELD_FRAMES)
    assert house.next_shown().colour is Colour.GREEN
    house.idle()
    count = len(house.witness.shown)
    show(house, *[page(edge=second)] * HELD_FRAMES)
    assert house.next_shown().colour is Colour.BLUE
    assert len(house.witness.shown) == count + 1


def test_a_poster_in_view_is_no_news_when_the_visitor_has_gone(house):
    house.idle()
    reads = len(house.happened(CodeRead))
    both = page(middle=FOREIGN, edge=house.pass_of(Colour.GREEN))
    show(house, *[both] * HELD_FRAMES, *[page(middle=FOREIGN)] * 15)
    assert house.next_shown().opened
    house.idle()
    assert [type(each) for each in credentials(house, reads)] == [Pass]


def test_a_pass_that_is_read_a_moment_after_a_foreign_code_does_not_wait_for_its_notice(house):
    house.clock.skip(1)
    show(house, *[page(edge=FOREIGN)] * 3, *[page(edge=FOREIGN, middle=house.pass_of(Colour.GREEN))] * 3)
    house.until(lambda: house.view.headline is Phrase.CODE_UNKNOWN, "a notice")
    assert house.next_shown().opened
    reading = next(one for one in reversed(house.log) if isinstance(one.event, CodeRead))
    assert reading.effects  # it was dealt with when it was read


def test_our_own_code_alone_in_view_is_nobody(house):
    house.idle()
    reads, told = len(house.happened(CodeRead)), len(house.told)
    show(house, *[page(middle=house.view.venue_code)] * HELD_FRAMES)
    house.until(lambda: len(house.happened(CodeRead)) > reads, "our own code, read")
    house.idle()
    assert credentials(house, reads) == [OwnVenueCode()]
    assert house.told[told:] == []
    assert house.view.page is Page.IDLE
