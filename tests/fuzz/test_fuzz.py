"""The fuzz targets hold for what was found once and for where they begin, and a short search finds nothing new."""

import importlib
import subprocess
import sys

import pytest

from tests.fuzz.runner import FOUND, NOT_HERE, installed

TARGETS = ("pass", "enrolment", "signed_document", "registry_reply")
FINDINGS = sorted(FOUND.iterdir())


@pytest.mark.parametrize("name", TARGETS)
def test_what_a_search_begins_with_holds(name):
    module = importlib.import_module(f"tests.fuzz.{name}")
    for seed in module.seeds():
        module.target(seed)


@pytest.mark.parametrize("file", FINDINGS, ids=lambda file: file.name)
def test_what_was_found_once_is_not_found_again(file):
    name = file.name.partition("-")[0]
    importlib.import_module(f"tests.fuzz.{name}").target(file.read_bytes())


@pytest.mark.slow
@pytest.mark.skipif(not installed(), reason=NOT_HERE)
@pytest.mark.parametrize("name", TARGETS)
def test_a_short_search_finds_nothing(name, root):
    command = [sys.executable, "-m", f"tests.fuzz.{name}", "--seconds", "2"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stdout
    assert "nothing found" in done.stdout


def test_no_target_is_forgotten_by_make_fuzz(root):
    assert f"for target in {' '.join(TARGETS)};" in (root / "Makefile").read_text()
