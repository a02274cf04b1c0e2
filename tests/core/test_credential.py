"""What a code that was read means: anything may be held before the camera, and only what is ours counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.model import Credential, Identifier, NotACredential, OwnVenueCode, Pass, TextFault
from kiosk.core.who.credential import LONGEST, bears_iin, precedence, understand
from kiosk.core.who.venue_code import code_at
from tests.factories import NOON, make_iin, make_pass, make_person

URL = "https://a.kz/v/"
IIN = make_iin()
WRONG = IIN[:11] + str((int(IIN[11]) + 1) % 10)


def nothing(_text: str) -> NotACredential:
    return NotACredential(reason=TextFault.WRONG_SIGNATURE)


def meaning(text: str, *, url: str = URL, door: str = "d01", says: Pass | None = None) -> Credential:
    return understand(text, verify=(lambda _text: says) if says else nothing, venue_url=url, door=door)


def reason(text: str) -> TextFault | None:
    found = meaning(text)
    return found.reason if isinstance(found, NotACredential) else None


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", TextFault.EMPTY),
        (" \n\t ", TextFault.EMPTY),
        ("1" * (LONGEST + 1), TextFault.TOO_LONG),
        ("AQ1:" + "A" * LONGEST, TextFault.TOO_LONG),
        ("85\x0006", TextFault.CONTROL_BYTES),
        ("\x1b[2J", TextFault.CONTROL_BYTES),
        ("hello\x7f", TextFault.CONTROL_BYTES),
        ("a\x9fb", TextFault.CONTROL_BYTES),
        ("https://example.kz/pay", TextFault.NOT_OURS),
        ("WIFI:S:gym;T:WPA;P:secret;;", TextFault.NOT_OURS),
        ("AQ1", TextFault.NOT_OURS),
        ("aq1:abc", TextFault.NOT_OURS),
        (WRONG, TextFault.BAD_IIN),
        (f"ИИН {WRONG}", TextFault.BAD_IIN),
        (IIN[:11], TextFault.NOT_OURS),
        (IIN + "0", TextFault.NOT_OURS),
        (IIN.translate(str.maketrans("0123456789", "０１２３４５６７８９")), TextFault.NOT_OURS),
    ],
)
def test_a_text_that_is_nobodys_is_refused_with_its_reason(text, expected):
    assert reason(text) is expected


@pytest.mark.parametrize(
    "text",
    [
        IIN,
        f" {IIN}\r\n",
        f"ЖСН {IIN}",
        f"ИИН: {IIN}",
        f"IIN={IIN}",
        f"ЖСН №{IIN}",
        f"IDKAZ0123456784{IIN}<<<",
    ],
)
def test_the_iin_is_found_where_a_card_may_bear_it(text):
    assert meaning(text) == make_person()


@pytest.mark.parametrize(
    "text",
    [
        f"https://example.kz/?iin={IIN}",
        f"https://example.kz/{IIN}",
        f"tel:+7{IIN}",
        f"order {IIN} paid",
        f"{IIN} {IIN}",
        f"x{IIN}",
        f'{{"iin": "{IIN}"}}',
    ],
)
def test_a_link_or_text_that_happens_to_hold_an_iin_is_nobodys_iin(text):
    assert reason(text) is TextFault.NOT_OURS


@pytest.mark.parametrize("text", ["AQ1:ABC", "AQ2:ABC", "AQ999:"])
def test_what_looks_like_a_pass_is_left_to_the_verifier(text):
    assert meaning(text, says=make_pass()) == make_pass()
    assert reason(text) is TextFault.WRONG_SIGNATURE


@pytest.mark.parametrize("text", [IIN, "https://a.kz/v/D01.X", "AQ:", "AQ1234:A", "xAQ1:A"])
def test_nothing_else_is_given_to_the_verifier(text):
    assert meaning(text, says=make_pass()) != make_pass()


@pytest.mark.parametrize("change", [str, str.lower])
def test_our_own_venue_code_is_known_in_either_case(change):
    assert meaning(change(code_at(URL, "d01", b"key", NOON))) == OwnVenueCode()


def test_a_photo_of_another_doors_venue_code_is_said_to_be_another_doors():
    assert reason(code_at(URL, "d02", b"key", NOON)) is TextFault.OTHER_DOOR


def test_a_link_of_the_venue_that_is_no_code_is_not_ours():
    assert reason(URL + "about") is TextFault.NOT_OURS


def test_without_a_venue_address_no_text_is_a_venue_code():
    assert meaning("D01.X", url="") == NotACredential(reason=TextFault.NOT_OURS)


@given(st.text(), st.sampled_from(["", "AQ1:", URL, "ИИН ", "IDKAZ"]))
def test_any_text_is_understood_or_refused_and_none_raises(text, start):
    found = meaning(start + text)
    assert isinstance(found, Identifier | Pass | NotACredential | OwnVenueCode)


@given(st.text())
def test_no_answer_holds_the_text_that_was_read(text):
    found = meaning(text)
    assert len(text) < 4 or text not in repr(found)
    assert IIN not in repr(meaning(IIN))


def test_of_codes_in_view_together_ours_come_first_and_our_own_screen_last():
    shown = [OwnVenueCode(), NotACredential(reason=TextFault.NOT_OURS), make_person(), make_pass()]
    assert sorted(shown, key=precedence) == [shown[2], shown[3], shown[1], shown[0]]


@pytest.mark.parametrize(
    "text, bears",
    [(make_iin(7), True), (make_iin(7)[:11] + "x", False), ("123456789012", False), ("hello", False)],
)
def test_a_card_bears_an_iin_whose_check_digit_is_right(text, bears):
    assert bears_iin(text) is bears


def test_a_text_is_as_long_as_it_may_be_and_not_a_sign_longer():
    found = [meaning("x" * length) for length in (1200, 1201)]
    assert found == [NotACredential(reason=TextFault.NOT_OURS), NotACredential(reason=TextFault.TOO_LONG)]
