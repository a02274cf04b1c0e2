"""Tries mutants: each in a process of its own that has pytest warm and the changed module in memory only.

A process that has imported pytest and hypothesis, and nothing of ours, is forked for each trial: it imports the core anew, with
one module compiled from the mutant's text. So nothing is written for a mutant, no trial sees another's change, and what a
module takes over from a changed one by name is changed too.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import CodeType, ModuleType

import hypothesis
import hypothesis.strategies
import pytest

from tests.mutants.mutations import Mutant
from tests.mutants.near import CallRecorder, in_order

TESTS = "tests/core"
FEW_EXAMPLES = 10
"""For the near tests; what outlives them meets all tests with as many examples as `make test` has."""
ALL_EXAMPLES = 60
NEAR_MOST_S, MOST_S = 20, 120
"""Of the processor's time, so that a busy machine kills no mutant: ten times what the near tests may take, four times what all
take. Longer is an endless loop."""
_WARM = "ignore::pytest.PytestAssertRewriteWarning"
"""That hypothesis was imported before pytest could rewrite it is what we want."""
_QUIET = ["-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", _WARM]
_DIED = (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
"""The second: a module cannot even be imported."""


class Fate(StrEnum):
    """What became of a mutant."""

    NEAR = "killed"
    """By one of the tests near to it."""
    FAR = "killed far away"
    """By a test that does not call the changed function, or not among the quickest."""
    ENDLESS = "killed: it never ends"
    SURVIVED = "SURVIVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A mutant, and the tests that it meets first."""

    mutant: Mutant
    near: Sequence[str]


def fate(trial: Trial) -> Fate:
    """Return what becomes of a mutant: first the near tests, then all that there are."""
    near = (Fate.NEAR, trial.near, FEW_EXAMPLES, NEAR_MOST_S)
    everything: tuple[Fate, Sequence[str], int, int] = (Fate.FAR, (), ALL_EXAMPLES, MOST_S)
    for died, tests, examples, most_s in [near, everything] if trial.near else [everything]:
        code = in_a_child(partial(_tested, trial.mutant, tests, examples), most_s=most_s)
        if code < 0:
            return Fate.ENDLESS
        if code in _DIED:
            return died
        if code != pytest.ExitCode.OK:
            raise RuntimeError(
                f"expected pytest to pass or fail, found exit code {code} at {trial.mutant.key}"
            )
    return Fate.SURVIVED


def was_killed(mutant: Mutant, test: str, examples: int, seed: int | None = None) -> bool:
    """Return whether one test notices a change, with so many random examples of a seed (None: the one of `make test`).

    Raises RuntimeError where it neither passes nor fails, as where there is no such test.
    """
    seeded: tuple[object, ...] = () if seed is None else (Seeded(seed),)
    code = in_a_child(partial(_tested, mutant, [test], examples, *seeded))
    if code not in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.OK):
        raise RuntimeError(f"expected {test} to pass or fail, found exit code {code}")
    return code == pytest.ExitCode.TESTS_FAILED


class Seeded:
    """A plugin of pytest that has hypothesis draw other examples than those of `make test`."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Give each test this seed."""
        for item in items:
            if isinstance(item, pytest.Function):
                hypothesis.seed(self._seed)(item.function)


def calls_noted(tree: Path, folder: str, into: Path, says: Path) -> bool:
    """Run all tests once and write down what each of them calls; False where one fails as it is: `says` tells which."""

    def noted() -> int:
        recorder = CallRecorder(tree, folder)
        code = _pytest([], FEW_EXAMPLES, recorder)
        recorder.write(into)
        return code

    return in_a_child(noted, says=str(says)) == pytest.ExitCode.OK


def in_a_child(work: Callable[[], int], *, most_s: int = MOST_S, says: str = os.devnull) -> int:
    """Return what work returned in a process of its own, or minus the signal that ended it, as that of too long a time."""
    child = os.fork()
    if child == 0:
        code = 255
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (most_s, most_s))
            said = os.open(says, os.O_WRONLY | os.O_CREAT)
            os.dup2(said, 1)
            os.dup2(said, 2)
            code = work()
        finally:
            os._exit(code)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise


def module_of(path: str) -> str:
    """Return the module of a file.

    >>> module_of("kiosk/core/outbox.py"), module_of("kiosk/core/__init__.py")
    ('kiosk.core.outbox', 'kiosk.core')
    """
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _tested(mutant: Mutant, tests: Sequence[str], examples: int, *plugins: object) -> int:
    sys.meta_path.insert(0, _Changed(mutant))
    return _pytest(tests, examples, *plugins)


def _pytest(tests: Sequence[str], examples: int, *plugins: object) -> int:
    # tests/conftest.py loads the profile that the environment names, among those that there are by then.
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"
    hypothesis.settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=examples,
        # That it fails is all that is asked: no smaller example is looked for.
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    files = sorted({test.partition("::")[0] for test in tests}) or [TESTS]
    chosen = [in_order(list(tests))] if tests else []
    return int(pytest.main([*_QUIET, *files], plugins=[*plugins, *chosen]))


class _Changed(importlib.abc.MetaPathFinder):
    """Finds one module in a mutant's text instead of its file."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._module = module_of(mutant.path)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._module:
            return None
        file = str(Path(self._mutant.path).absolute())
        loader = _Loader(fullname, file, self._mutant.source)
        return importlib.util.spec_from_file_location(fullname, file, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a file as if it had another text. It must never write what it compiled: the cache is the untouched module's."""

    def __init__(self, module: str, file: str, source: str) -> None:
        super().__init__(module, file)
        self._file, self._source = file, source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self._file, "exec", dont_inherit=True)
