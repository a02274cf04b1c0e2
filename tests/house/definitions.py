"""What a file of ours defines, and what each definition names, read with `ast`: enough to follow a name from file to file.

A type hint names nothing, because nothing comes of it when the program runs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

MARK = "concurrent"
"""The mark of pytest that is looked for."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, a class or a value of a module: what it names, and, where it is a function, what it is given."""

    name: str
    names: frozenset[str]
    """Dotted, as they stand in the source."""
    given: frozenset[str] = frozenset()
    """Arguments by name; of a test and of a fixture they are fixtures."""
    is_test: bool = False
    is_fixture: bool = False
    autouse: bool = False
    marked: bool = False
    parts: Mapping[str, Definition] = field(default_factory=dict)
    """The methods of a class."""
    bases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Module:
    """One file, as far as this question goes."""

    name: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, self.name)

    @cached_property
    def imports(self) -> dict[str, str]:
        """Names that came from elsewhere, wherever in the file, with what they are there."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    found[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        return found

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """What stands at the top of the file, by name."""
        found: dict[str, Definition] = {}
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found[node.name] = _definition(node)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for name in _bound(targets):
                    found[name] = Definition(name=name, names=frozenset(_named(node)))
        return found

    @property
    def marked(self) -> bool:
        """Whether all its tests are marked at once: `pytestmark = pytest.mark.concurrent`, or a list with it."""
        marks = self.definitions.get("pytestmark")
        return marks is not None and f"pytest.mark.{MARK}" in marks.names


def _definition(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Definition:
    decorators = {name for each in node.decorator_list for name in _named(each)}
    marked = f"pytest.mark.{MARK}" in decorators
    if isinstance(node, ast.ClassDef):
        parts = {
            part.name: _definition(part)
            for part in node.body
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        own = {name for part in node.body if not isinstance(part, ast.FunctionDef) for name in _named(part)}
        bases = tuple(name for base in node.bases for name in _named(base))
        return Definition(name=node.name, names=frozenset(own), parts=parts, bases=bases, marked=marked)
    fixture = any(name.rpartition(".")[2] == "fixture" for name in decorators)
    arguments = node.args
    given = {each.arg for each in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}
    asked = {
        text.value
        for each in node.decorator_list
        if "usefixtures" in ast.unparse(each)
        for text in ast.walk(each)
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    }
    return Definition(
        name=node.name,
        names=frozenset(name for each in [*node.body, *node.decorator_list] for name in _named(each)),
        given=frozenset(given | asked),
        is_test=node.name.startswith("test_"),
        is_fixture=fixture,
        autouse=fixture and any("autouse=True" in ast.unparse(each) for each in node.decorator_list),
        marked=marked,
    )


def _named(node: ast.AST) -> Iterator[str]:
    """Yield every name in a piece of source, dotted ones whole, and what each begins with."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
        whole = ast.unparse(node)
        if whole.replace(".", "").isidentifier():
            yield whole
            return
    if isinstance(node, ast.Name):
        yield node.id
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _named(child)


def _bound(targets: Iterable[ast.expr]) -> Iterator[str]:
    for target in targets:
        yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
