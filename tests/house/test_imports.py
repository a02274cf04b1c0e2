"""The table of import_rules.py holds for every file, and the checker would notice if it did not."""

from pathlib import Path

import pytest

from tests.house.import_rules import FLOORS, ROOMS, climbs, floor_of, module_name, room_of, violations

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    str(path.relative_to(ROOT))
    for folder in ("kiosk", "drivers", "simulator", "ui", "registry")
    for path in (ROOT / folder).rglob("*.py")
)


def test_every_room_imports_only_what_it_may():
    found = [line for path in SOURCES for line in violations(path, (ROOT / path).read_text())]
    assert not found, "\n" + "\n".join(found)


def test_every_file_of_the_product_is_in_a_room():
    assert SOURCES, "found no source at all: this test looks in the wrong place"
    assert [path for path in SOURCES if room_of(module_name(path)) is None] == []


def test_no_room_imports_a_room_of_its_own_floor_or_above():
    found = [line for path in SOURCES for line in climbs(path, (ROOT / path).read_text())]
    assert not found, "\n" + "\n".join(found)


def test_every_file_is_on_a_floor_and_every_room_of_the_floors_is_there():
    modules = [module_name(path) for path in SOURCES]
    bare = {
        "kiosk",
        "kiosk.core",
        "drivers",
    }  # the folders that rooms lie in: their __init__ says what they are
    assert [module for module in modules if floor_of(module) is None and module not in bare] == []
    rooms = [room for floor in FLOORS for room in floor]
    assert len(rooms) == len(set(rooms))
    assert [
        room for room in rooms if not any(f"{module}.".startswith(f"{room}.") for module in modules)
    ] == []


@pytest.mark.parametrize(
    "path,source,rooms",
    [
        ("kiosk/core/model.py", "from kiosk.core.events import Event", "kiosk.core.events"),
        ("kiosk/core/who/passes.py", "from kiosk.core.rule import policy", "kiosk.core.rule"),
        (
            "kiosk/core/door/state.py",
            "def f():\n    from kiosk.core.screen.present import present",
            "kiosk.core.screen",
        ),
        ("kiosk/threads/worker.py", "from kiosk.workers.camera_work import scanning", "kiosk.workers"),
        ("kiosk/uplink/client.py", "from ..workers import bodies", "kiosk.workers"),
        ("drivers/gate/line.py", "from drivers.sound.sounder import Sounder", "drivers.sound"),
        ("simulator/lens/scene.py", "from simulator.outputs import FakeGate", "simulator"),
    ],
)
def test_an_import_that_climbs_is_found_with_both_floors_and_advice(path, source, rooms):
    [said] = climbs(path, "import dataclasses\n" + source)
    assert f"imports {rooms} (floor " in said
    assert "What to do: " in said


def test_an_import_of_a_lower_floor_or_of_the_own_room_is_none():
    source = "from kiosk.core.model import Visit\nfrom kiosk.core.door.state import Door\nimport logging"
    assert climbs("kiosk/core/door/table.py", source) == []


def test_no_row_of_the_table_is_out_of_reach():
    assert [room.name for room in ROOMS if room_of(room.modules[0]) is not room] == []


FORBIDDEN = [
    ("kiosk/core/door/table.py", "import time", "time"),
    ("kiosk/core/door/table.py", "from threading import Lock", "threading"),
    ("kiosk/core/door/table.py", "import os.path", "os.path"),
    ("kiosk/core/door/table.py", "from pathlib import Path", "pathlib"),
    ("kiosk/core/door/table.py", "import requests", "requests"),
    ("kiosk/core/door/table.py", "from kiosk.store.store import Store", "kiosk.store.store"),
    ("kiosk/core/door/table.py", "from kiosk import ports", "kiosk.ports"),
    ("kiosk/core/model.py", "from ..store.store import Store", "kiosk.store.store"),
    ("kiosk/core/model.py", "from .. import ports", "kiosk.ports"),
    ("kiosk/core/__init__.py", "from ..ports import Gate", "kiosk.ports"),
    ("kiosk/core/door/table.py", "def f():\n    import random", "random"),
    (
        "kiosk/core/door/table.py",
        "if TYPE_CHECKING:\n    from simulator.outputs import FakeGate",
        "simulator.outputs",
    ),
    ("kiosk/ports.py", "from kiosk.settings import Settings", "kiosk.settings"),
    ("kiosk/errors.py", "import sqlite_utils", "sqlite_utils"),
    ("kiosk/loop.py", "from drivers.gate.gpio_gate import GpioGate", "drivers.gate.gpio_gate"),
    ("kiosk/loop.py", "from ui import screen", "ui.screen"),
    ("kiosk/uplink/client.py", "from registry.api import app", "registry.api"),
    ("kiosk/uplink/client.py", "import fastapi", "fastapi"),
    ("kiosk/reader/gate.py", "import zxingcpp", "zxingcpp"),
    ("kiosk/application.py", "import drivers", "drivers"),
    ("kiosk/root/app.py", "from tests.factories import a_visit", "tests.factories"),
    ("drivers/gate/gpio_gate.py", "from kiosk.settings import Settings", "kiosk.settings"),
    ("drivers/gate/gpio_gate.py", "from ui.theme import GREEN", "ui.theme"),
    ("drivers/gate/gpio_gate.py", "import requests", "requests"),
    ("ui/paint.py", "from simulator.outputs import FakeScreen", "simulator.outputs"),
    ("ui/paint.py", "import cv2", "cv2"),
    ("registry/api.py", "from kiosk.uplink.client import parse", "kiosk.uplink.client"),
    ("registry/api.py", "import pygame", "pygame"),
]


@pytest.mark.parametrize("path,source,target", FORBIDDEN, ids=[f"{p}: {t}" for p, _, t in FORBIDDEN])
def test_a_forbidden_import_is_found_with_file_line_rule_and_advice(path, source, target):
    [said] = violations(path, "import dataclasses\n" + source)
    line = source.count("\n") + 2
    assert said.startswith(f"{path}:{line}: ")
    assert f"imports {target}, but" in said
    assert "What to do: " in said


@pytest.mark.parametrize(
    "path,source",
    [
        (
            "kiosk/core/door/table.py",
            "from kiosk.core import iin\nfrom . import rules\nfrom .model import Visit\nimport hashlib",
        ),
        (
            "kiosk/core/door/table.py",
            "from collections.abc import Callable\nfrom datetime import UTC, datetime",
        ),
        ("kiosk/ports.py", "import numpy as np\nfrom kiosk.core.events import Event"),
        ("kiosk/loop.py", "import time, threading\nfrom kiosk.ports import Gate\nimport requests"),
        ("kiosk/root/app.py", "from simulator.outputs import FakeGate\nfrom ui.screen import Window"),
        ("kiosk/demo/street.py", "from registry.api import app\nimport uvicorn"),
        (
            "drivers/gate/gpio_gate.py",
            "from gpiozero import LED\nfrom kiosk.ports import Gate\nfrom drivers import board",
        ),
        ("ui/paint.py", "import pygame, segno\nfrom kiosk.core.screen.view import View"),
        (
            "registry/api.py",
            "from fastapi import FastAPI\nfrom kiosk.core.model import Status\nfrom .tables import Visit",
        ),
        ("tests/factories.py", "from kiosk.root.app import main"),
    ],
)
def test_what_a_room_needs_it_may_import(path, source):
    assert violations(path, source) == []


@pytest.mark.parametrize(
    "source,call",
    [
        ("x = datetime.now(UTC)", "datetime.now"),
        ("x = datetime.datetime.now(UTC)", "datetime.now"),
        ("def f(at=date.today()): ...", "date.today"),
        ("x = uuid4()", "uuid4"),
        ("x = uuid.uuid4().hex", "uuid.uuid4"),
        ("print(1)", "print"),
        ("with open('x') as f: ...", "open"),
        ("x = __import__('time').time()", "__import__"),
    ],
)
def test_the_core_does_not_call_clock_chance_or_disk(source, call):
    [said] = violations("kiosk/core/door/table.py", source)
    assert f"calls {call}()" in said
    assert violations("kiosk/loop.py", source) == []


def test_a_word_that_only_looks_like_a_clock_is_no_violation():
    assert (
        violations("kiosk/core/door/table.py", "x = case.now\ny = door.open(at=now)\nz = window.today(now)")
        == []
    )
