"""The examples in the docstrings of the core hold: they are what a reader tries first."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    str(path.relative_to(ROOT)).removesuffix(".py").replace("/", ".")
    for path in sorted((ROOT / "kiosk" / "core").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_hold(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted > 0
    assert result.failed == 0


def test_there_are_examples():
    assert MODULES, "found none: this test looks in the wrong place"
