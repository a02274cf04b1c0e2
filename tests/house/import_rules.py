"""Who may import whom: design in one table, read from the source with `ast`.

`violations(module, source)` says everything wrong with one file. It looks at every import wherever it stands (also inside a
function and under TYPE_CHECKING: a type that is needed is a dependency too), and in kiosk.core at the few calls by which clock,
chance and disk come in without an import of their own.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass

OURS = frozenset({"kiosk", "drivers", "simulator", "ui", "registry", "tests", "scripts"})

# The part of the standard library that has no I/O, no clock, no thread and no chance in it.
PURE_STDLIB = frozenset(
    "__future__ abc base64 binascii bisect collections copy dataclasses datetime decimal enum fractions functools hashlib "
    "heapq hmac itertools json math operator re statistics string struct textwrap types typing unicodedata uuid".split()
)
# What the door pins in requirements/kiosk.in, by import name, and what Raspberry Pi OS brings.
KIOSK_LIBRARIES = frozenset(
    "numpy cv2 requests urllib3 sqlite_utils cryptography cbor2 base45 http_message_signatures segno tzdata".split()
)
DRIVER_LIBRARIES = frozenset(
    "numpy cv2 zxingcpp pyzbar gpiozero lgpio gpiod evdev picamera2 libcamera pygame segno".split()
)
UI_LIBRARIES = frozenset({"pygame", "segno", "numpy"})
REGISTRY_LIBRARIES = frozenset(
    "fastapi starlette pydantic pydantic_core sqlalchemy alembic uvicorn anyio cryptography cbor2 base45 http_message_signatures segno".split()
)
ROOTS = (
    "kiosk.root",
    "kiosk.commands.cli",
    "kiosk.commands.actions",
    "kiosk.commands.enrol",
    "kiosk.commands.gate_safe",
    "kiosk.doctor.readings",
    "kiosk.demo",
)
FLOORS: tuple[tuple[str, ...], ...] = (
    (
        "kiosk.core.model",
        "kiosk.core.ids",
        "kiosk.core.printable",
        "kiosk.core.hint",
        "kiosk.core.outbox",
        "kiosk.errors",
        "simulator.lens",
    ),
    (
        "kiosk.core.who",
        "kiosk.core.rule",
        "kiosk.core.inside",
        "kiosk.core.effects",
        "kiosk.clock",
        "kiosk.journal",
        "kiosk.machine",
        "drivers.pins",
    ),
    ("kiosk.core.events", "drivers.gate", "drivers.sound"),
    ("kiosk.core.crossings", "kiosk.core.strokes", "kiosk.core.health", "kiosk.threads", "drivers.input"),
    ("kiosk.core.door", "drivers.keypad", "drivers.lamp", "drivers.sensors"),
    ("kiosk.core.screen", "kiosk.service"),
    ("kiosk.core.enrolling", "kiosk.ports", "kiosk.trust"),
    (
        "kiosk.loop",
        "kiosk.reader",
        "kiosk.settings",
        "kiosk.store",
        "drivers.camera",
        "drivers.engine",
        "drivers.nothing",
        "drivers.scanner",
        "ui",
        "registry",
    ),
    ("kiosk.eyes", "kiosk.uplink", "kiosk.update", "simulator"),
    ("kiosk.workers",),
    ("kiosk.enrolment",),
    ("kiosk.root",),
    ("kiosk.doctor", "kiosk.demo"),
    ("kiosk.support",),
    ("kiosk.commands",),
    ("kiosk.__main__",),
)
"""The rooms of the house from the ground up. A room imports rooms of lower floors only, so there can be no circle of rooms.

A room is a folder; where files lie beside rooms (kiosk/, kiosk/core/, drivers/) each is a room by itself.
"""
IMPURE_CALLS = {
    "open": "I/O",
    "print": "I/O",
    "input": "I/O",
    "datetime.now": "the clock",
    "datetime.utcnow": "the clock",
    "datetime.today": "the clock",
    "date.today": "the clock",
    "uuid1": "the clock",
    "uuid4": "chance",
    "uuid.uuid1": "the clock",
    "uuid.uuid4": "chance",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One row of the table: the modules it speaks for, and what these may import."""

    name: str
    modules: tuple[str, ...]
    ours: tuple[str, ...]
    libraries: frozenset[str] | None
    """None: any."""
    stdlib: frozenset[str] = sys.stdlib_module_names
    advice: str


# First match wins.
ROOMS = (
    Room(
        name="the core is pure",
        modules=("kiosk.core",),
        ours=("kiosk.core",),
        libraries=frozenset(),
        stdlib=PURE_STDLIB,
        advice="hand time, ids and what was read in as arguments; what has to be done goes out as an effect",
    ),
    Room(
        name="ports and errors know the core only",
        modules=("kiosk.ports", "kiosk.errors"),
        ours=("kiosk.core",),
        libraries=frozenset({"numpy"}),
        advice="a port says what it needs in the core's words; put what is missing into kiosk/core",
    ),
    Room(
        name="composition roots name everything",
        modules=ROOTS,
        ours=("kiosk", "drivers", "simulator", "ui", "registry"),
        libraries=None,
        advice="no room may import the tests",
    ),
    Room(
        name="the application knows ports, not things",
        modules=("kiosk",),
        ours=("kiosk",),
        libraries=KIOSK_LIBRARIES,
        advice="take a port (kiosk/ports.py) as an argument and let kiosk/root hand the driver in; "
        "a new library goes into requirements/kiosk.in and into this table",
    ),
    Room(
        name="a driver knows its port and its thing",
        modules=("drivers",),
        ours=("kiosk.core", "kiosk.ports", "kiosk.errors", "drivers"),
        libraries=DRIVER_LIBRARIES,
        advice="what a driver needs of the application comes in as an argument of its constructor",
    ),
    Room(
        name="the simulator knows the things that it stands for",
        modules=("simulator",),
        ours=("kiosk.core", "kiosk.ports", "kiosk.errors", "drivers", "simulator"),
        libraries=DRIVER_LIBRARIES,
        advice="a fake obeys the physics of its thing; what it needs of the application comes in as an argument",
    ),
    Room(
        name="the screen knows the core's view",
        modules=("ui",),
        ours=("kiosk.core", "kiosk.ports", "kiosk.errors", "ui"),
        libraries=UI_LIBRARIES,
        advice="what the screen needs belongs into kiosk/core/screen/view.py",
    ),
    Room(
        name="the registry is the other end of a contract",
        modules=("registry",),
        # trust: names of claims, prefix and suite are the contract; two copies of them would drift.
        ours=("kiosk.core", "kiosk.trust", "registry"),
        libraries=REGISTRY_LIBRARIES,
        advice="share words (kiosk.core) and wire formats (kiosk.trust) only: a registry that uses the kiosk's client proves nothing about the contract",
    ),
)


def module_name(path: str) -> str:
    """Return the dotted name of a file.

    >>> module_name("kiosk/core/__init__.py"), module_name("simulator/outputs.py")
    ('kiosk.core', 'simulator.outputs')
    """
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def room_of(module: str) -> Room | None:
    """Return the first row that speaks for a module; None for what stands outside (tests, scripts)."""
    return next((room for room in ROOMS if any(_within(module, whole) for whole in room.modules)), None)


def violations(path: str, source: str) -> list[str]:
    """Return one line for each import, or call, that the file's room forbids."""
    module = module_name(path)
    room = room_of(module)
    if room is None:
        return []
    package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
    tree = ast.parse(source, path)
    found = [
        f"{path}:{line}: {module} imports {target}, but {room.name} ({_may(room)}). What to do: {room.advice}."
        for line, target in _imports(tree, package)
        if not _allowed(target, room)
    ]
    if room.stdlib is PURE_STDLIB:
        found += [
            f"{path}:{line}: {module} calls {call}(), which is {what}, but {room.name}. What to do: {room.advice}."
            for line, call, what in _impure_calls(tree)
        ]
    return found


def floor_of(module: str) -> int | None:
    """Return the number of the floor, the ground being 0, on which a module's room is; None: it is in no room.

    >>> floor_of("kiosk.core.model"), floor_of("simulator.lens.optics") < floor_of("simulator.outputs")
    (0, True)
    """
    room = _floor_room(module)
    return next((number for number, rooms in enumerate(FLOORS) if room in rooms), None)


def climbs(path: str, source: str) -> list[str]:
    """Return one line for each import of a room that is not on a lower floor."""
    module = module_name(path)
    room, floor = _floor_room(module), floor_of(module)
    if room is None or floor is None:
        return []
    package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
    found = []
    for line, target in _imports(ast.parse(source, path), package):
        other, above = _floor_room(target), floor_of(target)
        if other not in (None, room) and above is not None and above >= floor:
            found.append(
                f"{path}:{line}: {room} (floor {floor}) imports {other} (floor {above}), but a room imports lower floors only. "
                "What to do: hand it in as an argument, or move what both need to a lower floor (FLOORS)."
            )
    return found


def _floor_room(module: str) -> str | None:
    """Return the longest name in FLOORS that a module lies in."""
    rooms = [room for floor in FLOORS for room in floor if _within(module, room)]
    return max(rooms, key=len, default=None)


def _within(module: str, whole: str) -> bool:
    return module == whole or module.startswith(whole + ".")


def _allowed(target: str, room: Room) -> bool:
    top = target.partition(".")[0]
    if top in OURS:
        # `from kiosk import core` names kiosk.core; `import kiosk.core.who.iin` is within kiosk.core.
        return any(_within(target, whole) for whole in room.ours)
    if top in sys.stdlib_module_names:
        return top in room.stdlib
    return room.libraries is None or top in room.libraries


def _imports(tree: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                base = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [base])])
            if base in OURS:
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, base


def _impure_calls(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            # `datetime.datetime.now` counts as datetime.now: the last two names say it.
            call = ".".join(ast.unparse(node.func).split(".")[-2:])
            if call in IMPURE_CALLS:
                yield node.lineno, call, IMPURE_CALLS[call]
        elif isinstance(node, ast.Name) and node.id in {"__import__", "exec", "eval"}:
            yield node.lineno, node.id, "a way round every rule"


def _may(room: Room) -> str:
    libraries = "any library" if room.libraries is None else ", ".join(sorted(room.libraries)) or "no library"
    stdlib = "the pure part of the standard library" if room.stdlib is PURE_STDLIB else "the standard library"
    return f"it may import {', '.join(room.ours)}; {libraries}; {stdlib}"
