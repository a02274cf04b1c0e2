"""Which tests are near to a line: those that call the function around it. Found by one run that notes every call.

The quickest of them come first: most mutants die of one of these, and what would take 20 s of all tests takes half a second.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.mutants.mutations import Mutant


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """What one test called, as path and first line of each function, and what it cost (s of the processor)."""

    test: str
    cost_s: float
    called: frozenset[tuple[str, int]]


class CallRecorder:
    """A plugin of pytest that notes which functions below a folder each test calls."""

    def __init__(self, tree: Path, folder: str) -> None:
        self._below, self._cut = str(tree / folder) + "/", len(str(tree)) + 1
        self._called: set[tuple[str, int]] = set()
        self.tests: list[Calls] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Run one test, with its fixtures."""
        self._called = set()
        began = time.process_time()
        sys.settrace(self._note)
        try:
            result = yield
        finally:
            sys.settrace(None)
        cost_s = time.process_time() - began
        self.tests.append(Calls(test=item.nodeid, cost_s=cost_s, called=frozenset(self._called)))
        return result

    def write(self, file: Path) -> None:
        """Keep what was noted, for the process that waits for this one."""
        file.write_text(json.dumps([[one.test, one.cost_s, sorted(one.called)] for one in self.tests]))

    def _note(self, frame: FrameType, _event: str, _argument: Any) -> None:
        """Is told of each call; returns nothing, so that it is told of no line."""
        code = frame.f_code
        if code.co_filename.startswith(self._below):
            self._called.add((code.co_filename[self._cut :], code.co_firstlineno))


class Nearness:
    """The tests of a run, by what they called."""

    def __init__(self, tests: list[Calls]) -> None:
        self._tests = sorted(tests, key=lambda one: one.cost_s)

    @classmethod
    def read(cls, file: Path) -> Nearness:
        """Return what a CallRecorder has written."""
        return cls(
            [
                Calls(test=test, cost_s=cost_s, called=frozenset((path, line) for path, line in called))
                for test, cost_s, called in json.loads(file.read_text())
            ]
        )

    def __len__(self) -> int:
        return len(self._tests)

    def tests(self, mutant: Mutant, most_s: float) -> list[str]:
        """Return the tests near to a mutant, the quickest first, for so much of the processor's time and at least one.

        What works while its module is imported is near to every test that calls anything of that module.
        """
        first, last = mutant.around
        near: list[str] = []
        left_s = most_s
        for one in self._tests:
            if not any(
                path == mutant.path and (not first or first <= line <= last) for path, line in one.called
            ):
                continue
            left_s -= one.cost_s
            if near and left_s < 0:
                break
            near.append(one.test)
        return near


def in_order(wanted: list[str]) -> OnlyThese:
    """Return a plugin of pytest that runs these tests and no others, in this order."""
    return OnlyThese({test: place for place, test in enumerate(wanted)})


class OnlyThese:
    """Chooses among the tests that pytest has collected: a thousand of them as arguments would take it seconds."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self._places = places

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave these, in this order."""
        items[:] = sorted(
            (item for item in items if item.nodeid in self._places),
            key=lambda item: self._places[item.nodeid],
        )
