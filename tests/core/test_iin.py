"""The IIN: the check digit is the only rule, everything else is a hint (docs/facts.md#the-iins-check-digit)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from idnumbers.nationalid import KAZ

from kiosk.core.who import iin
from kiosk.core.who.iin import Oddness
from tests.factories import make_iin

prefixes = st.text("0123456789", min_size=11, max_size=11)
dated_prefixes = st.builds(
    lambda day, century, serial: f"{day:%y%m%d}{century}{serial:04d}",
    st.dates(date(1900, 1, 1), date(1999, 12, 31)),
    st.integers(3, 4),
    st.integers(0, 9999),
)


@given(dated_prefixes, st.integers(0, 9))
def test_where_both_have_an_opinion_another_implementation_agrees(prefix, last):
    number = f"{prefix}{last}"
    assert iin.is_valid(number) == KAZ.IndividualIDNumber.validate(number)


@given(prefixes)
def test_exactly_one_last_digit_is_right_or_none_where_the_number_is_never_issued(prefix):
    right = [digit for digit in "0123456789" if iin.is_valid(prefix + digit)]
    burned = iin.check_digit(prefix) is None
    assert len(right) == (0 if burned else 1)


@pytest.mark.parametrize("prefix", ["82121424009", "00081315989", "89040231584"])
def test_a_burned_prefix_has_no_check_digit(prefix):
    assert iin.check_digit(prefix) is None
    assert not any(iin.is_valid(f"{prefix}{digit}") for digit in range(10))


def test_a_prefix_whose_first_pass_gives_ten_is_checked_by_the_second():
    prefix = next(
        text
        for text in (f"8506151{serial:04d}" for serial in range(10_000))
        if sum(int(digit) * weight for digit, weight in zip(text, iin.FIRST_PASS, strict=True)) % 11 == 10
    )
    second = sum(int(digit) * weight for digit, weight in zip(prefix, iin.SECOND_PASS, strict=True)) % 11
    assert iin.check_digit(prefix) == (second if second < 10 else None)


@given(prefixes, st.integers(0, 9), st.integers(0, 9))
def test_a_wrong_eleventh_digit_mostly_passes_so_a_typed_number_is_always_confirmed(prefix, one, other):
    """Not a wish but the standard: weight 11 is 0 modulo 11, so the first pass does not see this digit."""
    first, second = prefix[:10] + str(one), prefix[:10] + str(other)
    if all(
        sum(int(d) * w for d, w in zip(text, iin.FIRST_PASS, strict=True)) % 11 < 10
        for text in (first, second)
    ):
        assert iin.check_digit(first) == iin.check_digit(second)


@given(prefixes, st.integers(0, 8))
def test_a_wrong_last_digit_never_passes(prefix, other):
    digit = iin.check_digit(prefix)
    if digit is not None:
        wrong = other if other < digit else other + 1
        assert not iin.is_valid(f"{prefix}{wrong}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        make_iin()[:-1],
        make_iin() + "0",
        make_iin() + "\n",
        " " + make_iin(),
        make_iin()[:6] + " " + make_iin()[6:],
        make_iin().translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        make_iin()[:10] + "٢" + make_iin()[11],
        make_iin()[:-1] + "²",
    ],
    ids=["empty", "eleven", "thirteen", "newline", "space", "gap", "full-width", "arabic", "superscript"],
)
def test_only_twelve_ascii_digits_are_a_number(text):
    assert not iin.is_valid(text)


@given(st.text())
def test_any_text_is_judged_without_an_exception(text):
    assert iin.is_valid(text) in (True, False)


@pytest.mark.parametrize(
    "number, hints",
    [
        (make_iin(), set()),
        ("940140000385", {Oddness.COMPANY, Oddness.DATE, Oddness.SEVENTH_DIGIT}),
        ("950341000052", {Oddness.COMPANY, Oddness.DATE, Oddness.SEVENTH_DIGIT}),
    ],
)
def test_what_is_unusual_about_a_valid_number_is_a_hint(number, hints):
    assert iin.is_valid(number)
    assert iin.hints(number) == hints


@pytest.mark.parametrize(
    "digits, hint",
    [
        ("850015", Oddness.DATE), ("851315", Oddness.DATE), ("850600", Oddness.DATE),
        ("850631", Oddness.DATE), ("850230", Oddness.DATE), ("850651", Oddness.COMPANY),
    ],
)  # fmt: skip
def test_an_odd_date_is_hinted_at(digits, hint):
    assert hint in iin.hints(f"{digits}100000")


DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@pytest.mark.parametrize("month", range(1, 13))
def test_a_month_goes_from_its_first_to_its_last_day(month):
    odd = [day for day in range(60) if Oddness.DATE in iin.hints(f"85{month:02d}{day:02d}100000")]
    assert odd == [day for day in range(60) if not 1 <= day <= DAYS[month - 1]]


def test_the_twenty_ninth_of_february_is_no_odd_date_because_the_century_is_no_rule():
    assert iin.hints("850229100000") == set()


@pytest.mark.parametrize("seventh, odd", [("0", True), ("1", False), ("6", False), ("7", True)])
def test_a_seventh_digit_outside_one_to_six_is_hinted_at(seventh, odd):
    assert (Oddness.SEVENTH_DIGIT in iin.hints(f"850615{seventh}00000")) is odd


@given(st.integers(0, 9999))
def test_the_numbers_of_these_tests_are_valid_and_belong_to_nobody_alive(number):
    made = make_iin(number)
    assert iin.is_valid(made)
    assert made[6] == "1"
