"""A mutant dies of a test that notices it, and nothing of it is left behind: neither in a file nor in the next trial."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.mutants.__main__ import AS_IT_IS, CORE, ROOT, all_mutants, drawn, verdict
from tests.mutants.mutations import mutants_of
from tests.mutants.near import Calls, Nearness
from tests.mutants.survivors import FILE, explained, out_of_date, written
from tests.mutants.trials import Fate, in_a_child, module_of

RULE = '''def admits(age: int) -> bool:
    """Whether somebody of this age comes in."""
    return age >= 18


def greets(age: int) -> str:
    return "сәлем" if age >= 18 else "hi"


def shown(age: int) -> int:
    return max(age, 0)
'''
TESTS = """
from kiosk.core.rule import admits, shown

def test_admits():
    assert admits(18) and not admits(17)

def test_shown():
    assert shown(-1) == 0
"""
TRIED = """
import sys
from pathlib import Path
from tests.mutants.mutations import mutants_of
from tests.mutants.near import Nearness
from tests.mutants.trials import Trial, calls_noted, fate, in_a_child
tree = Path.cwd()
assert calls_noted(tree, "kiosk/core", tree / "calls.json", tree / "says.txt"), (tree / "says.txt").read_text()
near = Nearness.read(tree / "calls.json")
for mutant in mutants_of("kiosk/core/rule.py", (tree / "kiosk/core/rule.py").read_text()):
    tests = near.tests(mutant, 1.0)
    print(f"{mutant.after} | {fate(Trial(mutant=mutant, near=tests))} | {' '.join(test.partition('::')[2] for test in tests)}", flush=True)
"""


@pytest.fixture
def tree(tmp_path):
    """A checkout of one rule and its tests."""
    for name, text in {
        "kiosk/core/rule.py": RULE,
        "tests/core/test_rule.py": TESTS,
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = ["--import-mode=importlib"]\n',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "tests" / "mutants").symlink_to(ROOT / "tests" / "mutants")
    return tmp_path


@pytest.mark.concurrent
@pytest.mark.slow
def test_what_a_test_notices_is_killed_and_what_none_notices_survives(tree):
    before = {path: path.read_bytes() for path in tree.rglob("*.py")}
    done = subprocess.run(
        [sys.executable, "-c", TRIED], cwd=tree, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    said = [line.split(" | ") for line in done.stdout.splitlines()]
    fates = {after: (became, near) for after, became, near in said}
    assert fates["return age > 18"] == (Fate.NEAR, "test_admits")
    assert fates["return age >= 19"] == (Fate.NEAR, "test_admits")
    assert fates["return not (age >= 18)"] == (Fate.NEAR, "test_admits")
    assert fates['return "сәлем" if age > 18 else "hi"'] == (Fate.SURVIVED, "")
    assert fates["return min(age, 0)"] == (Fate.NEAR, "test_shown")
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.concurrent
def test_an_endless_mutant_is_ended_by_its_own_processor_time():
    def endless() -> int:
        while True:
            pass

    assert in_a_child(endless, most_s=1) in (-signal.SIGXCPU, -signal.SIGKILL)


@pytest.mark.concurrent
def test_a_trial_that_stumbles_is_not_taken_for_a_test_that_failed(tmp_path):
    says = tmp_path / "says"
    assert in_a_child(lambda: 1 // 0, says=str(says)) == 255


@pytest.mark.concurrent
def test_a_test_that_fails_with_all_its_examples_kills_no_mutant(tree):
    """It held while the calls were noted, with few of them: every survivor would have died of it."""
    (tree / "kiosk" / "core" / "__init__.py").touch()
    (tree / "tests" / "conftest.py").write_text(
        "import os\nfrom hypothesis import settings\nsettings.load_profile(os.environ['HYPOTHESIS_PROFILE'])\n"
    )
    (tree / "tests" / "core" / "test_many.py").write_text(
        "from hypothesis import settings\ndef test_many(): assert settings.default.max_examples < 20\n"
    )
    script = (
        "from pathlib import Path\nfrom tests.mutants.__main__ import all_mutants, tried\n"
        "print('code', tried(all_mutants(Path.cwd()), Path.cwd(), 1))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tree, capture_output=True, text=True, check=False, timeout=100
    )
    assert AS_IT_IS in done.stdout, done.stderr
    assert "code 1" in done.stdout
    assert "killed" not in done.stdout


def test_a_file_is_the_module_that_it_is():
    assert module_of("kiosk/core/door/table.py") == "kiosk.core.door.table"
    assert module_of("kiosk/core/door/__init__.py") == "kiosk.core.door"


def test_near_are_the_tests_that_call_the_function_the_quickest_first_and_at_least_one():
    [mutant] = [one for one in mutants_of("x.py", RULE) if one.after == "return age > 18"]
    calls = [
        Calls(test="slow", cost_s=9.0, called=frozenset({("x.py", 1)})),
        Calls(test="quick", cost_s=0.1, called=frozenset({("x.py", 1), ("x.py", 6)})),
        Calls(test="other function", cost_s=0.1, called=frozenset({("x.py", 6)})),
        Calls(test="other file", cost_s=0.1, called=frozenset({("y.py", 1)})),
    ]
    assert Nearness(calls).tests(mutant, 20.0) == ["quick", "slow"]
    assert Nearness(calls).tests(mutant, 1.0) == ["quick"]
    assert Nearness(calls[:1]).tests(mutant, 1.0) == ["slow"]


def test_near_to_what_is_imported_are_all_tests_of_the_module():
    [mutant] = mutants_of("x.py", "LIMIT = 3\n")
    calls = [Calls(test="any", cost_s=0.1, called=frozenset({("x.py", 40)}))]
    assert Nearness(calls).tests(mutant, 1.0) == ["any"]


def test_a_sample_is_drawn_again_by_its_seed():
    mutants = mutants_of("x.py", RULE)
    assert drawn(mutants, 3, 7) == drawn(mutants, 3, 7)
    assert len({mutant.source for mutant in drawn(mutants, 3, 7)}) == 3
    assert drawn(mutants, 0, 7) == drawn(mutants, 10_000, 7) == mutants


KILLED, SURVIVOR = mutants_of("x.py", "a < 3\n")


@pytest.mark.parametrize(
    "survivors, of, reasons, code",
    [
        (0, 100, set(), 0),
        (5, 100, {SURVIVOR.key}, 0),
        (1, 100, set(), 1),
        (6, 100, {SURVIVOR.key}, 1),
        (0, 0, set(), 1),
    ],
    ids=["all killed", "few, explained", "one, unexplained", "too many, explained", "none tried"],
)
def test_the_exit_code_says_whether_enough_died_and_every_survivor_is_explained(survivors, of, reasons, code):
    fates = [(SURVIVOR, Fate.SURVIVED)] * survivors + [(KILLED, Fate.NEAR)] * (of - survivors)
    found, said = verdict(fates, frozenset(reasons))
    assert found == code
    assert said[0].startswith(f"{of - survivors} of {of} killed")
    assert any(SURVIVOR.before in line for line in said) is bool(survivors and not reasons)


def test_what_is_printed_of_a_survivor_can_be_pasted_with_its_reason():
    for mutant in mutants_of("x.py", "a = \"'\" if b < 3 else 'c\\\\d'\n"):
        text = written(mutant).replace('because = ""', 'because = "so"')
        assert explained(text) == {mutant.key: "so"}


@pytest.mark.parametrize("broken", [written(SURVIVOR), 2 * (written(SURVIVOR).replace('""', '"so"') + "\n")])
def test_a_reason_is_given_and_given_once(broken):
    with pytest.raises(ValueError, match="expected"):
        explained(broken.replace("where = ''", "where = 'f'"))


def test_a_reason_whose_line_was_changed_is_found():
    reasons = {SURVIVOR.key: "so", ("gone", "a", "b"): "so"}
    assert out_of_date(reasons, [KILLED, SURVIVOR]) == [("gone", "a", "b")]


def test_every_reason_is_of_a_line_of_today():
    reasons = explained(FILE.read_text("utf-8"))
    assert out_of_date(reasons, all_mutants(ROOT)) == [], "think these over: their lines were changed"


def test_the_core_is_found_wherever_its_files_lie():
    paths = {mutant.path for mutant in all_mutants(ROOT)}
    assert len(paths) > 20
    assert all(path.startswith(CORE) for path in paths)
