"""What comes from outside is printed on its line, with nothing in it that a terminal obeys."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.printable import CONTINUED, printable, printable_lines

anything = st.text(st.characters(codec=None))


@given(anything)
def test_what_is_printed_is_one_line_of_printable_characters(text):
    assert printable(text).isprintable()


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S"))))
def test_what_can_be_printed_is_printed_as_it_is(text):
    assert printable(text) == text


@given(st.lists(anything, min_size=1))
def test_of_several_lines_only_the_first_can_look_like_another_texts_line(texts):
    first, *others = printable_lines("\n".join(texts)).split("\n")
    assert first.isprintable()
    assert all(line.startswith(CONTINUED) and line.isprintable() for line in others)
