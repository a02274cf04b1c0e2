"""Every event of the door comes from somewhere, and everything that it says is listened to.

An event that nobody makes is a promise that the door cannot keep; a field that nobody reads can only do harm, because an
answer is thrown away where one field of it is out of shape.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

from kiosk.core.events import Event

ROOT = Path(__file__).resolve().parents[2]
EVENTS = {each.__name__: each for each in get_args(Event)}

WITHOUT_A_PRODUCER = {
    "StaffIdentified": "the panel of the front desk, issue 12",
    "StaffAdmitted": "the panel of the front desk, issue 12",
    # In a release of its own, after the first signed one that can send a correction (docs/decisions.md).
    "StaffCorrected": "the panel of the front desk, issue 12",
    "StaffDismissed": "the panel of the front desk, issue 12",
}
"""Events that only tests make so far, and which issue gives them a hand. Empty when that issue closes."""


def sources(*folders: str, without: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the source of every Python file in these folders; nothing below the folders of `without`."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not any(path.is_relative_to(ROOT / other) for other in without):
                yield path.read_text(encoding="utf-8")


def made_by(source: str) -> set[str]:
    """Return the events that a file makes. Only a name that it has from the events counts: other classes have the same names."""
    tree = ast.parse(source)
    here: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "kiosk.core.events":
            here |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "kiosk.core":
            modules = [alias.asname or alias.name for alias in node.names if alias.name == "events"]
            here |= {f"{module}.{name}": name for module in modules for name in EVENTS}
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {here[name] for name in called if name in here} & EVENTS.keys()


def read_in(source: str) -> set[tuple[str, str]]:
    """Return (event, field) for what a file reads of an event that it has by name.

    A function has an event by the annotation of an argument, by `isinstance` or by a `case`. Where several are possible
    the field counts as read of each: this test finds what is read nowhere, and does not follow every branch.
    """
    found: set[tuple[str, str]] = set()
    tree = ast.parse(source)
    unions = _unions(tree)
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.Lambda):
            continue
        holds: dict[str, set[str]] = {}
        for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs):
            if argument.annotation is not None:
                holds.setdefault(argument.arg, set()).update(_events_in(argument.annotation, unions))
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Name("isinstance"), args=[ast.Name(name), kind]):
                    holds.setdefault(name, set()).update(_events_in(kind, unions))
                case ast.Match(subject=ast.Name(name), cases=cases):
                    for case in cases:
                        holds.setdefault(name, set()).update(_events_in(case.pattern, unions))
                case ast.MatchClass(cls=kind, kwd_attrs=names):
                    found |= {(event, name) for event in _events_in(kind, unions) for name in names}
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found |= {(event, node.attr) for event in holds.get(node.value.id, ())}
    return found


def _unions(tree: ast.Module) -> dict[str, set[str]]:
    """Return the names that a file gives to several events: `Arrival = CodeRead | PhoneArrived`."""
    return {
        node.targets[0].id: _events_in(node.value, {})
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.BinOp)
    }


def _events_in(annotation: ast.AST, unions: dict[str, set[str]]) -> set[str]:
    names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
    return (names & EVENTS.keys()).union(*(unions.get(name, SHARED_UNIONS.get(name, ())) for name in names))


SHARED_UNIONS: dict[str, set[str]] = {}
for _source in sources("kiosk/core"):
    SHARED_UNIONS |= {name: events for name, events in _unions(ast.parse(_source)).items() if events}


def without_a_producer() -> set[str]:
    # The door itself, a demo and a simulator give nobody a hand for an event by making it.
    outside = sources("kiosk", "drivers", "ui", without=("kiosk/core/door", "kiosk/demo"))
    return EVENTS.keys() - set().union(*map(made_by, outside))


def test_every_event_is_made_somewhere_outside_the_door_and_the_tests():
    assert without_a_producer() - WITHOUT_A_PRODUCER.keys() == set()


def test_every_event_that_nobody_makes_yet_is_still_without_a_producer():
    assert WITHOUT_A_PRODUCER.keys() - without_a_producer() == set(), (
        "it has a producer: strike it off the list"
    )
    assert [why for why in WITHOUT_A_PRODUCER.values() if "issue" not in why] == []


def test_every_field_of_an_event_is_read_in_the_core():
    read = set().union(*map(read_in, sources("kiosk/core")))
    told = {(name, each.name) for name, event in EVENTS.items() for each in fields(event)}
    unread = {(name, field) for name, field in told - read if name not in WITHOUT_A_PRODUCER}
    assert unread == set(), "nothing depends on it: take it out of the event, and out of what makes it"


def test_an_event_that_only_bears_the_name_of_one_counts_as_nobodys():
    assert made_by("from kiosk.errors import DeviceRevoked\nraise DeviceRevoked('x')") == set()
    assert made_by("from kiosk.core.events import Tick, Passed\ncase = Passed\nput(Tick())") == {"Tick"}
    assert made_by("from kiosk.core import events as e\nput(e.Tick())") == {"Tick"}


def test_a_field_that_only_looks_read_would_be_found():
    assert read_in("def f(door: Door, event: HintChanged): return door.why, event.hint") == {
        ("HintChanged", "hint")
    }
    assert read_in("def f(x):\n    if isinstance(x, Recorded | Tick): return x.record_id") >= {
        ("Recorded", "record_id")
    }
    assert read_in("def f(x):\n    match x:\n        case Answered(status=s): return x.subject") == {
        ("Answered", "status"),
        ("Answered", "subject"),
    }
    assert read_in("def f(answer, event: Answered): return answer.hint, other.status") == set()
