"""Runs checks one after the other and says what came of them, to eyes and to programs.

It knows no check: those are handed in. Nothing that a check does or raises stops the next one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass

from kiosk.doctor_finding import Finding, State, broken, warning
from kiosk.errors import KioskError, SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing to look at."""

    number: int
    name: str
    run: Callable[[], Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a check."""

    number: int
    name: str
    state: State
    says: str
    remedy: str


def examine(
    checks: Iterable[Check],
    *,
    only: frozenset[int] = frozenset(),
    begin: Callable[[Check], None] = lambda _check: None,
) -> Iterator[Result]:
    """Run the checks, or those with a number in `only`, and yield each result as it comes; `begin` hears of each before.

    A check that fails by itself is broken, with a sentence. Raises KioskError for a number that there is not.
    """
    chosen = {check.number: check for check in checks}
    if unknown := only - chosen.keys():
        numbers = ", ".join(str(number) for number in sorted(unknown))
        raise KioskError(
            f"expected the number of a check from {min(chosen)} to {max(chosen)}, found {numbers}"
        )
    for check in chosen.values():
        if only and check.number not in only:
            continue
        begin(check)
        try:
            found = check.run()
        except SettingsError:
            found = warning("not looked at: the configuration has mistakes", "first mend what check 2 says")
        except KioskError as wrong:
            found = broken(str(wrong), "mend that, then run this check again")
        except ImportError as wrong:
            found = broken(f"the library {wrong.name} is missing or does not load", "run install.sh again")
        except Exception as bug:
            found = broken(
                f"the check itself failed ({type(bug).__name__})", "report it with `kiosk version`"
            )
        yield Result(
            number=check.number, name=check.name, state=found.state, says=found.says, remedy=found.remedy
        )


def worst(results: Iterable[Result]) -> State:
    """Return the worst state among the results."""
    return max((result.state for result in results), key=list(State).index, default=State.OK)


def as_line(result: Result) -> str:
    """Return one result for eyes: a line, and one more with the remedy."""
    state = result.state if result.state is State.OK else result.state.upper()
    indent = "\n" + " " * 13
    line = f"{result.number:2} {state:8}  {result.name}: {result.says.replace(chr(10), indent)}"
    return f"{line}{indent}-> {result.remedy}" if result.remedy else line


def summary(results: list[Result]) -> str:
    """Return the last line for eyes."""
    counted = Counter(result.state for result in results)
    return (
        f"{len(results)} checks: "
        f"{counted[State.OK]} ok, {counted[State.WARNING]} with a warning, {counted[State.BROKEN]} broken"
    )


def as_json(results: list[Result]) -> str:
    """Return the results for a program."""
    return json.dumps(
        {"state": worst(results), "checks": [asdict(each) for each in results]}, ensure_ascii=False, indent=2
    )
