"""Mutants that no test can kill, or none should: each with its reason, in explained.toml. A reason is given for one line.

The key is the function and the line itself, before and after, so that a moved or renamed file keeps its reasons, and a changed
line loses them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.mutants.mutations import Mutant

FILE = Path(__file__).with_name("explained.toml")
Explained = Mapping[tuple[str, str, str], str]


def explained(text: str) -> Explained:
    """Return the reasons by the keys of their mutants. Raises ValueError for one without a reason, or given twice."""
    reasons: dict[tuple[str, str, str], str] = {}
    for one in tomllib.loads(text).get("survivor", []):
        key = (one["where"], one["before"], one["after"])
        if key in reasons:
            raise ValueError(f"expected one reason for {key}, found two")
        if not one["because"].strip():
            raise ValueError(f"expected a reason for {key}, found none")
        reasons[key] = one["because"]
    return reasons


def written(mutant: Mutant) -> str:
    """Return a mutant as it would stand in explained.toml, for whoever has its reason."""
    quoted = [f"'{part}'" if "'" not in part else f"'''{part}'''" for part in mutant.key]
    where, before, after = quoted
    return f'[[survivor]]\nwhere = {where}\nbefore = {before}\nafter = {after}\nbecause = ""'


def out_of_date(reasons: Explained, mutants: Iterable[Mutant]) -> list[tuple[str, str, str]]:
    """Return the keys that no mutant of today has: their lines were changed, and their reasons are to be thought over."""
    keys = {mutant.key for mutant in mutants}
    return [key for key in reasons if key not in keys]
