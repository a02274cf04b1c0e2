"""Whatever holds a secret does not print it: every class of ours that has fields is made with a marked secret and printed."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

import drivers
import kiosk
import registry
import simulator
import ui

PACKAGES = (kiosk, drivers, simulator, ui, registry)
SECRET = re.compile(
    r"^(?!public_|root_)(\w+_)?(token|passphrase|password|secret|private|seed|key|iin|passport|digits|cells|value|hint|text"
    r"|body|content|payload|octets|item|why)$"
)
"""Names of fields that hold a secret, an identifier, or what a stranger wrote."""
MARK = "s3cret-850101300123"

HARMLESS = {
    "drivers.camera.profiles.Wish.value": "of a camera's control",
    "simulator.input_device.FakeInputEvent.value": "down or up, not which key",
    "simulator.lens.scene.Scene.seed": "of a made-up picture",
    "kiosk.core.events.GateFailed.why": "a driver's sentence about a wire",
    "kiosk.core.events.HealthChanged.why": "a driver's sentence about a part",
    "kiosk.core.events.HintChanged.hint": "how to hold a phone",
    "kiosk.core.events.RecordFailed.why": "the store's sentence about the disk",
    "kiosk.core.door.state.Door.hint": "how to hold a phone",
    "kiosk.core.screen.view.View.hint": "one of our own phrases",
    "kiosk.service.status_file.BrokenPart.why": "a driver's sentence about a part",
    "kiosk.settings.checks.Clash.text": "our own sentence; no setting is a secret",
    "kiosk.settings.reader.Mistake.text": "our own sentence; no setting is a secret",
    "registry.item_shapes.PseudonymousSubject.value": "a pass id: random",
    "registry.visits._Accepted.item": "prints itself, and is judged by itself",
    "ui.sheet.Button.key": "of a button that everybody sees",
    "ui.strip._Chip.text": "a word of the strip",
    "ui.theme.Theme.key": "a colour",
}
"""What may be printed all the same, and why."""
SKIPPED = {"registry.__main__", "kiosk.__main__", "registry.revisions.env"}
"""They run when they are imported."""


def modules() -> Iterator[Any]:
    for package in PACKAGES:
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name not in SKIPPED:
                yield importlib.import_module(found.name)


def classes() -> list[type]:
    """Return every class of ours that is made of named fields."""
    ours = {
        each
        for module in modules()
        for each in vars(module).values()
        if isinstance(each, type) and each.__module__ == module.__name__
    }
    return sorted((each for each in ours if fields_of(each)), key=lambda each: each.__qualname__)


def fields_of(each: type) -> list[str]:
    if dataclasses.is_dataclass(each):
        return [field.name for field in dataclasses.fields(each)]
    if issubclass(each, BaseModel):
        return list(each.model_fields)
    return list(getattr(each, "_fields", ())) if issubclass(each, tuple) else []


def made(each: type) -> Any:
    """Return one of a class with the mark in every field, without asking its constructor."""
    names = fields_of(each)
    if issubclass(each, BaseModel):
        return each.model_construct(**dict.fromkeys(names, MARK))
    if issubclass(each, tuple):
        return tuple.__new__(each, [MARK] * len(names))
    one = object.__new__(each)
    for name in names:
        object.__setattr__(one, name, MARK if SECRET.search(name) else None)
    return one


def told(each: type) -> list[str]:
    """Return the fields with a secret's name that the class would print."""
    if not any(SECRET.search(name) for name in fields_of(each)):
        return []
    text = f"{made(each)!r} {made(each)!s}"
    return [
        f"{each.__module__}.{each.__qualname__}.{name}"
        for name in fields_of(each)
        if SECRET.search(name) and re.search(rf"\b{name}=.?.?{MARK}", text)
    ]


def test_nothing_that_holds_a_secret_prints_it():
    found = [name for each in classes() for name in told(each)]
    assert [name for name in found if name not in HARMLESS] == []


def test_every_exception_to_the_rule_is_still_needed():
    found = {name for each in classes() for name in told(each)}
    assert [name for name in HARMLESS if name not in found] == []


def test_a_class_that_prints_its_secret_would_be_found():
    @dataclasses.dataclass(frozen=True, slots=True)
    class Loud:
        wifi_passphrase: str
        public_key: bytes

    @dataclasses.dataclass(frozen=True, slots=True)
    class Quiet:
        wifi_passphrase: str = dataclasses.field(repr=False)

    assert [name.rpartition(".")[2] for name in told(Loud)] == ["wifi_passphrase"]
    assert told(Quiet) == []
    assert len(classes()) > 100
