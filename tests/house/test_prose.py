"""Pages can be read in a diff and on a telephone: no line of prose is too long, and no table holds a paragraph."""

from pathlib import Path

import pytest

from scripts.wrap_prose import WIDTH, table_rows, too_long, wrapped

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LONGEST_ROW = 200
"""Characters. What says more is a list, or a section."""


def names(page):
    return str(page.relative_to(ROOT))


WRAPPED = PAGES


@pytest.mark.parametrize("page", WRAPPED, ids=names)
def test_no_line_of_prose_is_too_long(page):
    assert too_long(page.read_text(encoding="utf-8")) == [], "run: python -m scripts.wrap_prose PAGE"


@pytest.mark.parametrize("page", WRAPPED, ids=names)
def test_no_row_of_a_table_is_a_paragraph(page):
    long = [row for row in table_rows(page.read_text(encoding="utf-8")) if len(row) > LONGEST_ROW]
    assert long == [], "make it a list or a section"


def test_a_long_line_and_a_long_row_would_be_found():
    long = "word " * 30
    page = f"# {long}\n\n{long}\n\n* {long}\n\n| {long * 2} |\n\n```sh\n{long}\n```\n\nshort\n"
    assert too_long(page) == [long, f"* {long}"]
    assert table_rows(page) == [f"| {long * 2} |"]


class TestWrapping:
    def test_only_a_paragraph_with_a_long_line_is_touched(self):
        page = "one\ntwo\n\n" + "word " * 30 + "\nthe end\n\nthree\nfour\n"
        assert wrapped(page).splitlines()[:3] == ["one", "two", ""]
        assert wrapped(page).splitlines()[-2:] == ["three", "four"]
        assert "word word the end" in wrapped(page)

    def test_an_item_of_a_list_goes_on_below_its_own_first_word(self):
        first, second = wrapped("  * " + "word " * 30).splitlines()
        assert (first[:6], second[:6]) == ("  * wo", "    wo")

    def test_what_stands_in_backticks_and_an_address_stay_on_one_line(self):
        page = "word " * 22 + "`kiosk queue list --parked` and [a link](docs/install.md) " + "word " * 20
        assert all(line.count("`") in (0, 2) for line in wrapped(page).splitlines())
        assert "](docs/install.md)" in wrapped(page)

    @pytest.mark.parametrize("sign", ["+", "-", "*", "#", "1.", "|"])
    def test_no_word_comes_to_begin_a_line_that_would_make_it_a_list(self, sign):
        page = "word " * 24 + f"{sign} word " * 8
        assert not any(line.startswith(f"{sign} ") for line in wrapped(page).splitlines())

    @pytest.mark.parametrize("page", PAGES, ids=names)
    def test_it_changes_no_word_and_is_done_when_it_was_done(self, page):
        text = page.read_text(encoding="utf-8")
        assert wrapped(text).split() == text.split()
        assert wrapped(wrapped(text)) == wrapped(text)

    def test_no_line_of_a_wrapped_page_is_too_long(self):
        assert max(map(len, wrapped("word " * 200).splitlines())) <= WIDTH
