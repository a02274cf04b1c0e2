"""Which tests start a thread, a process or a window: read from the sources, by what they name and what that names in turn.

A test names what stands in its body and the fixtures that it asks for; these name other definitions of ours, down to the
libraries' own starters. It is enough that something is named: whether it runs is not judged, and a type hint names nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from tests.house.definitions import Definition, Module

STARTERS = frozenset(
    {
        "threading.Thread",
        "threading.Timer",
        "concurrent.futures.ThreadPoolExecutor",
        "concurrent.futures.ProcessPoolExecutor",
        "subprocess.Popen",
        "subprocess.run",
        "subprocess.call",
        "subprocess.check_call",
        "subprocess.check_output",
        "multiprocessing.Pool",
        "multiprocessing.Process",
        "multiprocessing.get_context",
        "os.fork",
        "os.system",
        "pty.fork",
        "pygame.display.set_mode",
        "uvicorn.Server",
        "uvicorn.run",
        "fastapi.testclient.TestClient",
    }
)
"""What starts one, by the name that its library gives it."""


Place = tuple[Module, Mapping[str, Definition]]
"""Where fixtures stand: a module, and what is defined in it or in a class of it."""


class Sources:
    """Modules by their dotted names. Ask for `unmarked` and `needlessly_marked`."""

    def __init__(self, modules: Mapping[str, str], folders: Collection[str] = ()) -> None:
        """`modules` are sources by dotted names, the tests those in `tests`; every test in one of the `folders` is marked."""
        self._modules = {name: Module(name, source) for name, source in modules.items()}
        self._folders = folders
        self._quiet: set[tuple[str, str]] = set()
        """Definitions that are known to start nothing, by module and name."""

    def unmarked(self) -> list[str]:
        """Return every test that starts something and does not say so, with what it starts and by which way."""
        return [
            f"{module.name}::{test}: starts {why}"
            for module in self._tests()
            if not module.marked and module.name.split(".")[1] not in self._folders
            for test, definition, why in self._starting_tests(module)
            if not definition.marked
        ]

    def needlessly_marked(self) -> list[str]:
        """Return what is marked and starts nothing: a test, or a module as a whole."""
        found: list[str] = []
        for module in self._tests():
            starting = {definition.name for _, definition, _ in self._starting_tests(module)}
            if module.marked and not starting:
                found.append(module.name)
            found += [
                f"{module.name}::{definition.name}"
                for definition in module.definitions.values()
                if definition.marked and definition.name not in starting
            ]
        return found

    def _tests(self) -> Iterator[Module]:
        for name, module in self._modules.items():
            if name.startswith("tests.") and name.rpartition(".")[2].startswith("test_"):
                yield module

    def _starting_tests(self, module: Module) -> Iterator[tuple[str, Definition, str]]:
        around = list(self._around(module))
        for name, definition in module.definitions.items():
            if definition.is_test:
                tests = [(name, module, definition)]
                places = around
            elif name.startswith("Test"):
                family = list(self._family(module, definition))
                tests = [
                    (f"{name}::{part.name}", where, part)
                    for where, each in family
                    for part in each.parts.values()
                    if part.is_test
                ]
                places = [(where, each.parts) for where, each in family] + around
            else:
                continue
            for test, where, part in tests:
                why = self._why(where, part, places)
                if why:
                    yield test, definition, why

    def _family(self, module: Module, definition: Definition) -> Iterator[tuple[Module, Definition]]:
        """Yield a class and all that it inherits from."""
        yield module, definition
        for base in definition.bases:
            found = self._find(module, base)
            if found is not None:
                yield from self._family(*found)

    def _around(self, module: Module) -> Iterator[Place]:
        """Yield where the fixtures of a module may stand: in itself and in every conftest.py up from it."""
        yield module, module.definitions
        folder = module.name
        while folder := folder.rpartition(".")[0]:
            conftest = self._modules.get(f"{folder}.conftest")
            if conftest is not None:
                yield conftest, conftest.definitions

    def _why(self, module: Module, test: Definition, places: list[Place]) -> str:
        """Return what a test starts, itself or by one of its fixtures; "" for nothing."""
        asked = test.given | {name for _, each in places for name, one in each.items() if one.autouse}
        why = self._why_of_names(module, test.names)
        for name in sorted(asked):
            why = why or self._why_of_fixture(name, places)
        return why

    def _why_of_fixture(self, name: str, places: list[Place]) -> str:
        for at, (place, definitions) in enumerate(places):
            where, found = place, definitions.get(name)
            if found is None and name in place.imports:
                where, found = self._find(place, name) or (place, None)
            if found is None or not found.is_fixture:
                continue
            why = self._why_of_names(where, found.names)
            for given in sorted(found.given):
                # One that asks for its own name builds on the one further out.
                why = why or self._why_of_fixture(given, places[at + 1 :] if given == name else places)
            return why and f"{why}, by the fixture {name}"
        return ""

    def _why_of_names(self, module: Module, names: Iterable[str]) -> str:
        """Return the starter that one of these names comes down to, and where it stands; "" where none does."""
        ways = [(module, name) for name in sorted(names)]
        seen: set[tuple[str, str]] = set()
        while ways:
            where, name = ways.pop()
            starter = self._origin(where, name)
            if starter in STARTERS:
                return f"{starter} ({where.name})"
            found = self._find(where, name)
            if found is None:
                continue
            there, definition = found
            key = (there.name, definition.name)
            if key not in seen and key not in self._quiet:
                seen.add(key)
                parts = frozenset().union(*(part.names for part in definition.parts.values()))
                ways += [(there, each) for each in sorted(definition.names | parts | {*definition.bases})]
        self._quiet |= seen  # all that these lead to was looked at, and nothing of it starts anything
        return ""

    def _origin(self, module: Module, name: str) -> str:
        """Return what a name is called where it comes from."""
        first, _, rest = name.partition(".")
        return f"{module.imports.get(first, first)}.{rest}".rstrip(".")

    def _find(self, module: Module, name: str) -> tuple[Module, Definition] | None:
        """Return one of our definitions by its name in a module."""
        first = name.partition(".")[0]
        if first in module.definitions:
            return module, module.definitions[first]
        if first not in module.imports:
            return None
        dotted = self._origin(module, name).split(".")
        for cut in range(len(dotted) - 1, 0, -1):
            other = self._modules.get(".".join(dotted[:cut]))
            if other is not None:
                return self._find(other, dotted[cut]) if other is not module else None
        return None
