"""A class has one name, and no other class has it: who reads `State` in a file must not have to look up which.

And nothing is called by a word that could stand for anything: who reads `readings` knows what it holds.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("kiosk", "drivers", "simulator", "ui")
THE_REGISTRYS = "registry"
SAME_AT_BOTH_ENDS = {
    "Device": "who a registry has enrolled; here its folder, there its row",
    "Documents": "what a registry signs; here fetched, there kept",
    "Door": "here its state, there its row",
    "Initialize": "the call of an enrolment, made here and answered there",
    "Mistake": "in a text that came from outside: a configuration here, a body there",
    "Occupancy": "how many are inside: a door's count here, a venue's there",
    "Open": "an effect here, the opened database of a command there",
    "Origin": "which door made a record",
    "Place": "a place in a venue near to full, asked for here and kept there",
    "Reports": "what can be read of a store of visits",
    "Sealed": "an identifier that only the registry can open",
    "Shape": "a pictogram here, what a body has to look like there",
    "VenueCode": "the code that a visitor scans at the entrance",
    "VenueNumber": "the number inside, heard here and told there",
    "Verdict": "the registry's word on one record",
}
"""The kiosk does not import the registry, so no file of either meets both."""
SAY_NOTHING = {"told", "found", "one"}
"""They say that something was told or found, and not what: with a leading underscore or without."""


def names(source: str) -> set[str]:
    """Return the classes of a file, and the names that it gives to types: `Step = tuple[Door, ...]`."""
    tree = ast.parse(source)
    found = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            given = [target.id for target in node.targets if isinstance(target, ast.Name)]
            found |= {name for name in given if name[:1].isupper() and not name.isupper()}
    return found


def twice(files: Mapping[str, str]) -> dict[str, list[str]]:
    """Return each name that more than one of these files (path -> source) gives, with the files."""
    given: dict[str, list[str]] = defaultdict(list)
    for path, source in files.items():
        for name in names(source):
            given[name].append(path)
    return {name: sorted(paths) for name, paths in given.items() if len(paths) > 1}


def sources(folders: Iterable[str]) -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def test_no_two_classes_of_the_door_have_one_name():
    assert twice(sources(OURS)) == {}


def test_the_registry_has_a_name_of_the_doors_only_for_the_same_thing_at_its_other_end():
    assert twice(sources((*OURS, THE_REGISTRYS))).keys() == SAME_AT_BOTH_ENDS.keys()


def test_a_name_that_stands_twice_would_be_found():
    files = {
        "kiosk/a.py": "class State: ...\nclass Stage: ...",
        "kiosk/b.py": "def f():\n    class State: ...",
        "ui/c.py": "Stage = tuple[int, int]\nSTAGE = 3",
        "ui/d.py": "STAGE = 4",
    }
    assert twice(files) == {"State": ["kiosk/a.py", "kiosk/b.py"], "Stage": ["kiosk/a.py", "ui/c.py"]}


def called(source: str) -> Iterator[str]:
    """Yield what a file names itself, each time: functions, parameters, fields, attributes and variables."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case (
                ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name))
            ):
                yield name
            case ast.ExceptHandler(name=str(name)) | ast.alias(asname=str(name)):
                yield name


def saying_nothing(files: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the files (path -> source) that call something by such a word, with each word as it stands there."""
    words = {
        path: sorted(name for name in called(source) if name.lstrip("_") in SAY_NOTHING)
        for path, source in files.items()
    }
    return {path: names for path, names in words.items() if names}


def test_every_name_says_what_it_holds():
    files = sources((*OURS, THE_REGISTRYS))
    assert len(files) > 100
    assert saying_nothing(files) == {}


@pytest.mark.parametrize(
    "source",
    [
        "def {}(): ...",
        "async def {}(): ...",
        "def look({}): ...",
        "def look(*, {}=None): ...",
        "def look(*{}): ...",
        "look = lambda {}: None",
        "class Seen:\n    {}: int = 0",
        "self.{} = 0",
        "self.{}: int = 0",
        "{} = 0",
        "{}: int = 0",
        "first, *{} = seen",
        "if {} := seen: ...",
        "for {} in seen: ...",
        "seen = [{} for {} in seen]",
        "with seen as {}: ...",
        "try: ...\nexcept OSError as {}: ...",
        "import seen as {}",
        "match seen:\n    case [int() as {}]: ...",
        "match seen:\n    case [*{}]: ...",
        "match seen:\n    case {{**{}}}: ...",
    ],
)
@pytest.mark.parametrize("word", ["told", "_told", "found", "one", "_one"])
def test_a_name_that_says_nothing_would_be_found(source, word):
    assert saying_nothing(
        {"kiosk/a.py": source.replace("{}", word).replace("{{", "{").replace("}}", "}")}
    ) == {"kiosk/a.py": [word]}


def test_a_word_of_which_it_is_a_part_and_what_others_call_so_may_stand():
    source = "found_at = 0\nanyone = seen.found\nlook(told=3)\nsays = 'one'\nclass Told: ...\n"
    assert saying_nothing({"kiosk/a.py": source}) == {}
