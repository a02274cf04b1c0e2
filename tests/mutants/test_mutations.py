"""Every kind of change is made, is shown as its author would read it, and what decides nothing is left alone."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.mutations import mutants_of


def changed(source: str) -> list[str]:
    """Return the changed lines of a source, in order."""
    return [mutant.after for mutant in mutants_of("kiosk/core/x.py", source)]


@pytest.mark.parametrize(
    "source, wanted",
    [
        ("a < b", ["a <= b"]),
        ("a <= b", ["a < b"]),
        ("a > b", ["a >= b"]),
        ("a >= b", ["a > b"]),
        ("a == b", ["a != b"]),
        ("a != b", ["a == b"]),
        ("a is b", ["a is not b"]),
        ("a is not b", ["a is b"]),
        ("a in b", ["a not in b"]),
        ("a not in b", ["a in b"]),
        ("a < b <= c", ["a <= b <= c", "a < b < c"]),
        ("island is inn", ["island is not inn"]),
        ("a and b and c", ["a or b and c", "a and b or c"]),
        ("a or b", ["a and b"]),
        ("a + b - c", ["a + b + c", "a - b - c"]),
        ("a += b", ["a -= b"]),
        ("a -= b", ["a += b"]),
        ("not a", ["a"]),
        ("True", ["False"]),
        ("32", ["33"]),
        ("2.0", ["3.0"]),
        ("0.0", ["1.0"]),
        ("min(a, b)", ["max(a, b)"]),
        ("max(a)", ["min(a)"]),
        ("f(a=b)", ["f(a=None)"]),
        ("a if b else c", ["a if not (b) else c"]),
        ("[a for a in b if c]", ["[a for a in b if not (c)]"]),
    ],
)
def test_a_change_is_one_word_of_the_line(source, wanted):
    assert changed(source) == wanted


@pytest.mark.parametrize(
    "source, wanted",
    [
        ("def f():\n    return a", "return None"),
        ("def f() -> bool:\n    return a", "return not (a)"),
        ("if a:\n    b()\nelse:\n    c()", "if not (a):"),
        ("while a:\n    b()", "while not (a):"),
        ("match a:\n    case b if c:\n        d()", "case b if not (c):"),
    ],
)
def test_what_is_returned_and_which_way_is_gone_is_changed(source, wanted):
    assert changed(source) == [wanted]


@pytest.mark.parametrize(
    "source",
    [
        '"""Says 3 < 4 and True."""',
        "a: Literal[3] = b",
        "def f(a: Literal[3]) -> Literal[4]: ...",
        "@dataclass(frozen=True, slots=True)\nclass A: ...",
        "if TYPE_CHECKING:\n    import a",
        "zip(a, b, strict=True)",
        "field(repr=False)",
        'f"{a + b}"',
        "f(a=None)",
        "def f():\n    return",
        "def f():\n    return None",
    ],
)
def test_what_decides_nothing_is_left_alone(source):
    assert changed(source) == []


@pytest.mark.parametrize("nothing", ["False", "True", '""', "0", "()"])
def test_a_keyword_that_says_nothing_is_not_made_to_say_none(nothing):
    assert not any("None" in after for after in changed(f"f(a={nothing})"))


def test_a_condition_of_one_operator_is_turned_round_once():
    assert changed("if a == b:\n    c()") == ["if a != b:"]
    assert changed("if not a:\n    c()") == ["if a:"]
    assert changed("if a < b:\n    c()") == ["if not (a < b):", "if a <= b:"]


SOURCE = '''"""Жылы сөз."""

LIMIT = 3


class Door:
    width = 2

    @cached
    def opens(self, way: str = "кіру") -> bool:
        """Whether it opens: "кіру" or not."""
        return (
            way == "кіру"  # < 3
            and self.width < LIMIT
        )


def outer():
    def inner():
        return 1

    return inner
'''


def test_a_mutant_says_where_it_is_and_keeps_the_rest_of_the_text():
    mutants = mutants_of("kiosk/core/x.py", SOURCE)
    [less] = [mutant for mutant in mutants if "<=" in mutant.after]
    assert (less.line, less.where, less.around) == (14, "Door.opens", (9, 15))
    assert (less.before, less.after) == ("and self.width < LIMIT", "and self.width <= LIMIT")
    assert less.source == SOURCE.replace("width < LIMIT", "width <= LIMIT")


def test_a_sign_in_a_remark_is_not_taken_for_the_operator():
    [both] = [mutant for mutant in mutants_of("x.py", SOURCE) if mutant.after.startswith("or self")]
    assert both.source == SOURCE.replace("and self", "or self")


def test_what_works_while_the_module_is_imported_has_no_function_around_it():
    around = {mutant.before: (mutant.where, mutant.around) for mutant in mutants_of("x.py", SOURCE)}
    assert around["LIMIT = 3"] == ("", (0, 0))
    assert around["width = 2"] == ("Door", (0, 0))
    assert around["return 1"] == ("outer.inner", (18, 22))


def test_every_mutant_of_a_text_compiles_and_differs_from_it():
    same = ast.dump(ast.parse(SOURCE))
    mutants = mutants_of("x.py", SOURCE)
    assert len({mutant.source for mutant in mutants}) == len(mutants) > 5
    assert all(ast.dump(ast.parse(mutant.source)) != same for mutant in mutants)


def test_the_key_outlives_a_move_within_the_file_and_to_another():
    [one] = [mutant.key for mutant in mutants_of("a.py", SOURCE) if "<=" in mutant.after]
    [other] = [mutant.key for mutant in mutants_of("b/c.py", "\n\n" + SOURCE) if "<=" in mutant.after]
    assert one == other
