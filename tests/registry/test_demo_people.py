"""Made-up people: valid by every rule, and nobody's."""

import pytest

from kiosk.core.model import Colour, IdentifierKind
from kiosk.core.who import iin
from registry.demo_people import DEMO_PEOPLE, made_up_iin

NUMBERS = [person.identifier.value for person in DEMO_PEOPLE if person.identifier.kind is IdentifierKind.IIN]


def test_there_is_somebody_of_every_colour_and_a_foreigner():
    assert {person.colour for person in DEMO_PEOPLE} == set(Colour)
    assert any(person.identifier.kind is IdentifierKind.PASSPORT for person in DEMO_PEOPLE)


@pytest.mark.parametrize("number", NUMBERS)
def test_their_numbers_are_valid_and_usual(number):
    assert iin.is_valid(number)
    assert iin.hints(number) == frozenset()


@pytest.mark.parametrize("number", NUMBERS)
def test_their_numbers_are_of_people_who_are_not_born_yet(number):
    assert number.startswith("991231")
    assert number[6] in "56"


def test_no_two_of_them_are_one():
    assert len(set(NUMBERS)) == len(NUMBERS)


def test_a_serial_number_without_a_check_digit_is_passed_over():
    made = {made_up_iin(serial) for serial in range(300)}
    assert all(iin.is_valid(number) for number in made)
    assert len(made) < 300


def test_there_is_an_end_to_serial_numbers():
    with pytest.raises(ValueError, match="below 10000"):
        made_up_iin(10_000)


def test_they_do_not_print_their_numbers():
    assert not any(person.identifier.value in repr(person) for person in DEMO_PEOPLE)
