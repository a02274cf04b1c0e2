"""What can be changed in a source, one small thing at a time: each change is a mutant, and some test has to notice it.

Changes are made in the text, at the place that `ast` names, so that a mutant shows itself as its author's line with one word
changed. Left alone is what says nothing about what the program does: annotations, decorators, documentation, texts.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: (r"<", "<="),
    ast.LtE: (r"<=", "<"),
    ast.Gt: (r">", ">="),
    ast.GtE: (r">=", ">"),
    ast.Eq: (r"==", "!="),
    ast.NotEq: (r"!=", "=="),
    ast.Is: (r"is", "is not"),
    ast.IsNot: (r"is\s+not", "is"),
    ast.In: (r"in", "not in"),
    ast.NotIn: (r"not\s+in", "in"),
}
"""The sign as it is found, and what it becomes."""
SAME_AS_NEGATED = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
"""A condition of one such comparison is negated by the comparison's own change."""
NO_BEHAVIOUR = frozenset({"strict", "repr", "default_factory"})
"""Keywords that check or show and decide nothing: `zip(strict=True)`, `field(repr=False)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of one source."""

    path: str
    line: int
    where: str
    """The function or class around it, with its class; "" outside of all."""
    around: tuple[int, int]
    """First and last line of the function around it; (0, 0) where it works while the module is imported."""
    before: str
    after: str
    """The line without and with the change, each space once."""
    source: str
    """The whole text with the change."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it in a list that has to outlive moves: no line number, and no path."""
        return self.where, self.before, self.after


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is."""

    where: str = ""
    around: tuple[int, int] = (0, 0)
    returns: str = ""


def mutants_of(path: str, text: str) -> list[Mutant]:
    """Return every mutant of a source, in the order of its lines."""
    return sorted(_Changes(path, text).all(), key=lambda each: each.line)


class _Changes:
    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._octets = text.encode()
        self._tree = ast.parse(text, path)
        self._starts = [0]  # ast counts columns in octets, and the core knows Kazakh
        for line in self._octets.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def all(self) -> Iterator[Mutant]:
        for place, begin, end, words in self._walk(self._tree, _Place()):
            yield self._mutant(place, begin, end, words)

    def _mutant(self, place: _Place, begin: int, end: int, words: str) -> Mutant:
        changed = self._octets[:begin] + words.encode() + self._octets[end:]
        first = self._octets.rfind(b"\n", 0, begin) + 1
        behind = len(self._octets[end:].partition(b"\n")[2])
        return Mutant(
            path=self._path,
            line=self._octets.count(b"\n", 0, begin) + 1,
            where=place.where,
            around=place.around,
            before=_line(self._octets[first : len(self._octets) - behind]),
            after=_line(changed[first : len(changed) - behind]),
            source=changed.decode(),
        )

    def _walk(self, node: ast.AST, place: _Place) -> Iterator[tuple[_Place, int, int, str]]:
        """Yield where, and from where to where which words are put in. Goes past what decides nothing."""
        place = _within(node, place)
        for begin, end, words in self._changes(node, place):
            yield place, begin, end, words
        for child in _deciding(node):
            yield from self._walk(child, place)

    def _changes(self, node: ast.AST, place: _Place) -> Iterator[tuple[int, int, str]]:
        match node:
            case ast.Compare(left=left, ops=ops, comparators=others):
                for one, operator, other in zip([left, *others[:-1]], ops, others, strict=True):
                    sign, words = COMPARISONS[type(operator)]
                    yield from self._between(one, other, rf"(?<![\w<>=!]){sign}(?![\w<>=])", words)
            case ast.BoolOp(op=operator, values=values):
                sign, words = (r"\band\b", "or") if isinstance(operator, ast.And) else (r"\bor\b", "and")
                for one, other in itertools.pairwise(values):
                    yield from self._between(one, other, sign, words)
            case ast.BinOp(left=one, op=ast.Add(), right=other):
                yield from self._between(one, other, r"\+", "-")
            case ast.BinOp(left=one, op=ast.Sub(), right=other):
                yield from self._between(one, other, r"-", "+")
            case ast.AugAssign(target=one, op=ast.Add(), value=other):
                yield from self._between(one, other, r"\+=", "-=")
            case ast.AugAssign(target=one, op=ast.Sub(), value=other):
                yield from self._between(one, other, r"-=", "+=")
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield self._begin(node), self._begin(operand), ""
            case ast.Constant(value=bool(value)):
                yield *self._span(node), str(not value)
            case ast.Constant(value=int(value)):
                yield *self._span(node), str(value + 1)
            case ast.Constant(value=float(value)):
                yield *self._span(node), repr(value * 1.5 or 1.0)
            case ast.Call(func=ast.Name(id="min" | "max" as name) as func):
                yield *self._span(func), "max" if name == "min" else "min"
            case ast.keyword(arg=str(name), value=value) if name not in NO_BEHAVIOUR and not _is_nothing(
                value
            ):
                yield *self._span(value), "None"
            case ast.Return(value=ast.expr() as value) if not _is_none(value):
                begin, end = self._span(value)
                negated = f"not ({self._octets[begin:end].decode()})"
                yield begin, end, negated if place.returns == "bool" else "None"
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                yield from self._negated(test)
            case ast.comprehension(ifs=tests):
                for test in tests:
                    yield from self._negated(test)
            case ast.match_case(guard=ast.expr() as test):
                yield from self._negated(test)

    def _negated(self, test: ast.expr) -> Iterator[tuple[int, int, str]]:
        """Turn a condition round, and so swap its branches; where no change of an operator does the same."""
        match test:
            case ast.UnaryOp(op=ast.Not()):
                return
            case ast.Compare(ops=[operator]) if isinstance(operator, SAME_AS_NEGATED):
                return
        begin, end = self._span(test)
        yield begin, end, f"not ({self._octets[begin:end].decode()})"

    def _between(
        self, one: ast.expr, other: ast.expr, sign: str, words: str
    ) -> Iterator[tuple[int, int, str]]:
        end, begin = self._span(one)[1], self._begin(other)
        gap = self._octets[end:begin].decode()
        bare = re.sub(r"#[^\n]*", lambda remark: " " * len(remark[0]), gap)
        found = re.search(sign, bare)
        if found is not None and bare.isascii():
            yield end + found.start(), end + found.end(), words

    def _begin(self, node: ast.expr) -> int:
        return self._span(node)[0]

    def _span(self, node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )


def _within(node: ast.AST, place: _Place) -> _Place:
    """Return the place inside a node."""
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return place
    where = f"{place.where}.{node.name}".lstrip(".")
    if isinstance(node, ast.ClassDef):
        return _Place(where=where, around=place.around)
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    assert node.end_lineno is not None
    returns = ast.unparse(node.returns) if node.returns else ""
    # A function inside another is met while the outer one runs: the tests of the outer one are its tests.
    return _Place(
        where=where,
        around=place.around if place.around != (0, 0) else (first, node.end_lineno),
        returns=returns,
    )


def _deciding(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the children that decide something."""
    if isinstance(node, ast.JoinedStr):  # its columns are wrong before Python 3.12
        return
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.keyword) and child.arg in NO_BEHAVIOUR:
                continue
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            if isinstance(child, ast.AST):
                yield child


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_nothing(value: ast.expr) -> bool:
    """Whether None would say the same: False, "", 0 and () count as nothing too, and True has its own change."""
    return (isinstance(value, ast.Constant) and (not value.value or value.value is True)) or ast.unparse(
        value
    ) == "()"


def _line(octets: bytes) -> str:
    return " ".join(octets.decode().split())
