"""Camera and desk scanner at one door, at the same time: a text means the same from either, and one visit is one visit."""

import pytest

from kiosk.core.events import CodeRead, HealthChanged, Part
from kiosk.core.model import Colour, Direction, DoorKind, Via
from kiosk.core.screen.view import Page, Phrase
from tests.app.house import House


@pytest.fixture
def house(tmp_path, registry, clock):
    with House(tmp_path, registry, clock, scanner=True) as house:
        house.ready()
        house.until(lambda: house.scanner is not None, "the scanner opened")
        yield house


def test_one_pass_by_camera_and_the_next_by_scanner(house):
    house.admits()
    house.idle()
    house.scanner.scan(house.pass_of(Colour.BLUE))
    assert (house.next_shown().colour, house.view.page) == (Colour.BLUE, Page.RESULT)
    house.admits()
    house.delivered()
    assert [row["via"] for row in house.stored()] == [Via.CAMERA, Via.SCANNER, Via.CAMERA]
    assert len(house.gate.orders) == 3


def test_the_same_pass_before_both_at_once_is_one_visit(house):
    text = house.pass_of(Colour.GREEN)
    house.hold_up(text)
    house.scanner.scan(text)
    house.next_shown()
    house.until(house.camera.finished.is_set, "the code gone from the camera")
    house.scanner.scan(text)
    house.admits()
    house.delivered()
    assert len(house.stored()) == len(house.gate.orders) == 2


def test_the_barcode_of_a_card_is_a_way_in_by_the_scanner_too(house):
    iin, _ = house.somebody(Colour.GREEN)
    house.scanner.scan(iin)
    shown = house.next_shown()
    assert (shown.outcome, shown.colour) == ("admitted", Colour.GREEN)


@pytest.mark.parametrize(
    "text, says", [("AQ1:TORN", Phrase.CODE_DAMAGED), ("4601234567890", Phrase.CODE_UNKNOWN)]
)
def test_what_is_no_pass_gets_its_notice_and_no_visit(house, text, says):
    house.scanner.scan(text)
    house.until(lambda: house.view.headline is says, "the notice")
    assert house.witness.shown == []
    house.admits()


def test_half_a_scan_is_refused_and_said_so_to_the_journal_without_its_text(house, journal):
    house.scanner.scan("850601100010", end=False)
    house.until(lambda: house.view.headline is Phrase.CODE_DAMAGED, "the notice")
    assert "half-scan" in journal.text
    assert "850601" not in journal.text


CONTACT = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:TEST;T\r\nTEL:0\r\nEND:VCARD"


def test_one_code_of_five_lines_is_one_exit(tmp_path, registry, clock):
    with House(tmp_path, registry, clock, kind=DoorKind.EXIT, scanner=True) as house:
        house.ready()
        house.until(lambda: house.scanner is not None, "the scanner opened")
        house.scanner.scan(CONTACT)
        house.next_shown()
        house.idle()
        assert [event.via for event in house.happened(CodeRead)] == [Via.SCANNER]
        house.scanner.scan(house.pass_of(Colour.GREEN))
        house.next_shown()
        house.delivered()
        assert house.gate.orders == [Direction.EXIT] * 2
        assert len(house.stored()) == 2


def test_a_card_of_three_lines_is_read_by_the_scanner_as_by_the_camera(house):
    iin, _ = house.somebody(Colour.GREEN)
    zone = f"IDKAZ012345678{4}{iin}<<<\r\n8001014M2501011KAZ<<<<<<<<<<<6\r\nTEST<<TEST<<<<<<<<<<<<<<<<<<<<"
    house.scanner.scan(zone)
    assert house.next_shown().outcome == "admitted"
    assert len(house.happened(CodeRead)) == 1


def test_a_scanner_that_was_pulled_is_told_and_works_again_when_it_is_plugged_in(house):
    house.scanner.unplug()
    house.until(lambda: house.door.is_broken(Part.SCANNER), "a missing scanner")
    house.admits()
    house.until(lambda: not house.door.is_broken(Part.SCANNER), "the scanner back")
    told = [event.working for event in house.happened(HealthChanged) if event.part is Part.SCANNER]
    assert told == [False, True]
    house.idle()
    house.scanner.scan(house.pass_of(Colour.GREEN))
    assert house.next_shown().outcome == "admitted"


def test_where_the_camera_is_gone_the_idle_page_asks_for_the_scanner(house):
    house.camera_plugged = False
    house.camera.close()
    house.until(lambda: house.view.headline is Phrase.USE_SCANNER, "a hint to the scanner")
    house.scanner.scan(house.pass_of(Colour.GREEN))
    house.next_shown()
    assert [one.via for one in house.happened(CodeRead)] == [Via.SCANNER]
