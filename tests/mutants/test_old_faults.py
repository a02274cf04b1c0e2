"""The laws still see the faults that they were written for: each is put back in memory, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.mutants.old_faults import OldFault, old_faults

OTHER_SEEDS = ["1", "2", "3", "4", "5"]


def looked_for(root, *arguments: str) -> list[str]:
    """Return what is said of each old fault."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutants.old_faults", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert not done.stderr
    return done.stdout.splitlines()


@pytest.mark.concurrent
@pytest.mark.slow
def test_each_law_sees_the_fault_that_it_was_written_for(root):
    said = looked_for(root, "60")
    assert len(said) == len(old_faults())
    assert [line for line in said if not line.startswith("seen")] == []


@pytest.mark.concurrent
@pytest.mark.long
@pytest.mark.timeout(600)
def test_each_law_sees_it_whatever_examples_chance_brings(root):
    said = looked_for(root, "100", *OTHER_SEEDS)
    assert len(said) == len(old_faults()) * len(OTHER_SEEDS)
    assert [line for line in said if not line.startswith("seen")] == []


def test_a_fault_whose_line_is_gone_is_said_to_be_gone(tmp_path):
    (tmp_path / "door.py").write_text("a = 1\n")
    fault = OldFault(name="x", file="door.py", before="b = 2\n", after="b = 3\n", law="tests/core/test_x.py")
    with pytest.raises(ValueError, match="expected its line once"):
        fault.put_back(tmp_path)
