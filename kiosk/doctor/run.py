"""Runs checks one after the other and says what came of them, to eyes and to programs.

It knows no check: those are handed in. Nothing that a check or a repair does or raises stops the next one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass

from kiosk.core.printable import printable, printable_lines
from kiosk.doctor.finding import CheckState, Finding, Fix, broken, warning
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
    state: CheckState
    says: str
    remedy: str
    fixable: tuple[str, ...] = ()
    """What `--fix` would do about it."""
    fixed: tuple[str, ...] = ()
    """What was done about it; `state` is how it is after that."""


def examine(
    checks: Iterable[Check],
    *,
    only: frozenset[int] = frozenset(),
    begin: Callable[[Check], None] = lambda _check: None,
    mend: Callable[[Check, Fix], None] | None = None,
    powers: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Iterator[Result]:
    """Run the checks, or those with a number in `only`, and yield each result as it comes; `begin` hears of each before.

    With `mend`, what can be repaired is repaired, under `powers`: `mend` hears of each repair before it is done, and the check
    runs again.
    A check that fails by itself is broken, with a sentence. Raises KioskError for a number that there is not.
    """
    chosen = {check.number: check for check in checks}
    if unknown := only - chosen.keys():
        raise KioskError(
            f"expected the number of a check from {min(chosen)} to {max(chosen)}{_without(chosen)}, "
            f"found {', '.join(map(str, sorted(unknown)))}: docs/doctor.md has them all"
        )
    for check in chosen.values():
        if only and check.number not in only:
            continue
        begin(check)
        finding = _outcome(check.run)
        fixed = list[str]()
        if mend is not None and finding.fixes:
            for fix in finding.fixes:
                mend(check, fix)
                with powers():
                    failure = _failure(fix)
                fixed.append(f"{fix.says}: failed, {failure}" if failure else fix.says)
            finding = _outcome(check.run)
        yield Result(
            number=check.number,
            name=check.name,
            state=finding.state,
            says=finding.says,
            remedy=finding.remedy,
            fixable=tuple(fix.says for fix in finding.fixes),
            fixed=tuple(fixed),
        )


def _without(numbers: Iterable[int]) -> str:
    """A number that is given no more is between the others: whoever has an old page, or counts, asks for it."""
    known = set(numbers)
    gone = [str(number) for number in range(min(known), max(known)) if number not in known]
    return f", without {', '.join(gone)}, which {'is' if len(gone) == 1 else 'are'} not given" if gone else ""


def must_be_root(uid: int) -> None:
    """Raise KioskError for anybody else: users, units and files of others are repaired."""
    if uid != 0:
        raise KioskError("expected root to repair what is broken: sudo kiosk doctor --fix")


def _outcome(run: Callable[[], Finding]) -> Finding:
    try:
        return run()
    except SettingsError:
        return warning("not looked at: the configuration has mistakes", "first mend what check 2 says")
    except KioskError as wrong:
        return broken(str(wrong), "mend that, then run this check again")
    except PermissionError as refused:
        what = refused.filename or "it"
        return warning(f"{what} is not yours to look at", "sudo kiosk doctor")
    except ImportError as wrong:
        return broken(f"the library {wrong.name} is missing or does not load", "run install.sh again")
    except Exception as bug:
        return broken(f"the check itself failed ({type(bug).__name__})", "report it with `kiosk version`")


def _failure(fix: Fix) -> str:
    try:
        fix.do()
    except KioskError as wrong:
        return str(wrong)
    except OSError as wrong:
        return wrong.strerror or type(wrong).__name__
    except Exception as bug:
        return f"by a mistake of its own ({type(bug).__name__})"
    return ""


def worst(results: Iterable[Result]) -> CheckState:
    """Return the worst state among the results."""
    return max((result.state for result in results), key=list(CheckState).index, default=CheckState.OK)


def as_line(result: Result) -> str:
    """Return one result for eyes: a line, and one more with the remedy, and with what was repaired."""
    state = result.state if result.state is CheckState.OK else result.state.upper()
    indent = "\n" + " " * 13
    says = printable_lines(result.says, indent.removeprefix("\n"))
    lines = [f"{result.number:2} {state:8}  {result.name}: {says}"]
    lines += [f"-> {printable(result.remedy)}"] if result.remedy else []
    lines += [f"-> `kiosk doctor --fix` does it: {'; '.join(result.fixable)}"] if result.fixable else []
    return indent.join(lines)


def summary(results: list[Result]) -> str:
    """Return the last line for eyes."""
    counted = Counter(result.state for result in results)
    return (
        f"{len(results)} checks: "
        f"{counted[CheckState.OK]} ok, {counted[CheckState.WARNING]} with a warning, {counted[CheckState.BROKEN]} broken"
    )


def as_json(results: list[Result]) -> str:
    """Return the results for a program."""
    return json.dumps({"state": worst(results), "checks": [asdict(each) for each in results]}, indent=2)
