"""The fuzz targets hold for what was found once and for where they begin, and a short search finds nothing new."""

import importlib
import subprocess
import sys

import pytest

from tests.fuzz import reading
from tests.fuzz.runner import FOUND, NOT_HERE, at_random, installed

TARGETS = ("pass", "enrolment", "signed_document", "registry_reply", "reading")
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


def test_a_few_hundred_changed_texts_and_pictures_are_never_taken_for_what_nobody_showed():
    assert at_random(reading.target, reading.seeds(), count=600, seed=20261126) == 0
    assert reading.TALLY["pictures of a code, read"] > 5
    assert reading.TALLY["texts, taken for Pass"] > 5


@pytest.mark.concurrent
@pytest.mark.slow
@pytest.mark.skipif(not installed(), reason=NOT_HERE)
@pytest.mark.parametrize("name", TARGETS)
def test_a_short_search_finds_nothing(name, root):
    command = [sys.executable, "-m", f"tests.fuzz.{name}", "--seconds", "2", "--seed", "1"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stdout
    assert "nothing found" in done.stdout


def test_no_target_is_forgotten_by_make_fuzz(root):
    assert f"for target in {' '.join(TARGETS)};" in (root / "Makefile").read_text()
