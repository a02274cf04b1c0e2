"""`make mutants`: is everything that the core does asked for by a test? Changes it in one small place at a time, and looks.

    python -m tests.mutants --count 100 --seed 7
    python -m tests.mutants --only waiting_line.py --count 0      every mutant of one file

A sample is drawn by a seed, so that it can be drawn again. Exit code 1 where fewer than 95 % were killed, or where one survived
whose reason is not in explained.toml. Works on a copy: what is changed meanwhile in the checkout is not seen, nor is it changed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.mutants.mutations import Mutant, mutants_of
from tests.mutants.near import Nearness
from tests.mutants.survivors import FILE, explained, written
from tests.mutants.trials import Fate, Trial, calls_noted, fate

ROOT = Path(__file__).resolve().parents[2]
CORE = "kiosk/core"
ENOUGH = 0.95
AS_IT_IS = "the tests fail on a copy of the tree as it is: mend that first (make test T=tests/core)"
NEAR_S = 2.0
"""So much of the processor's time the near tests of a mutant may take before all tests are asked."""


def main() -> int:
    """Try a sample, and say what survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=100, help="how many mutants are drawn; 0: all")
    parser.add_argument(
        "--seed", type=int, default=None, help="draws the same ones again; without it another one each time"
    )
    parser.add_argument("--jobs", type=int, default=2, help="how many are tried at a time")
    parser.add_argument("--only", default="", help="of files whose path has this in it")
    parser.add_argument("--copy", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.copy is None:
        return _in_a_copy(sys.argv[1:])
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1_000_000)
    found = [mutant for mutant in all_mutants(given.copy) if given.only in mutant.path]
    sample = drawn(found, given.count, seed)
    print(f"{len(sample)} of {len(found)} mutants of {CORE}, drawn by SEED={seed}", flush=True)
    return tried(sample, given.copy, given.jobs)


def all_mutants(root: Path) -> list[Mutant]:
    """Return every mutant of every file of the core, wherever it lies in there."""
    files = sorted((root / CORE).rglob("*.py"))
    return [
        mutant
        for file in files
        for mutant in mutants_of(str(file.relative_to(root)), file.read_text("utf-8"))
    ]


def untouched(root: Path) -> Mutant:
    """Return what is no mutant: whatever fails with it fails without."""
    path = f"{CORE}/__init__.py"
    return Mutant(
        path=path, line=0, where="", around=(0, 0), before="", after="", source=(root / path).read_text("utf-8")
    )  # fmt: skip


def drawn(mutants: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """Return so many of them, all different, by chance; all of them where `count` is 0 or more than there are."""
    if not 0 < count < len(mutants):
        return mutants
    return random.Random(seed).sample(mutants, count)


def verdict(
    fates: list[tuple[Mutant, Fate]], reasons: frozenset[tuple[str, str, str]]
) -> tuple[int, list[str]]:
    """Return the exit code, and what is to be said at the end."""
    survivors = [mutant for mutant, became in fates if became is Fate.SURVIVED]
    unexplained = [mutant for mutant in survivors if mutant.key not in reasons]
    share = 1 - len(survivors) / len(fates) if fates else 0.0
    counts = Counter(became for _, became in fates)
    said = [
        f"{len(fates) - len(survivors)} of {len(fates)} killed ({share:.1%}): "
        + ", ".join(f"{counts[became]} {became}" for became in Fate),
        f"{len(survivors)} survived, {len(survivors) - len(unexplained)} of them explained",
    ]
    if share < ENOUGH:
        said.append(f"expected at least {ENOUGH:.0%} killed")
    if unexplained:
        said.append(
            f"write a test that kills each of these, or its reason into {FILE.parent.name}/{FILE.name}:"
        )
        said += [f"\n# {mutant.path}:{mutant.line}\n{written(mutant)}" for mutant in unexplained]
    return (1 if share < ENOUGH or unexplained else 0), said


def _in_a_copy(arguments: list[str]) -> int:
    """Run this program again on a copy of the tree, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder).resolve() / "checkout"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        command = [sys.executable, "-m", "tests.mutants", *arguments, "--copy", str(copy)]
        return subprocess.run(
            command, cwd=copy, env=os.environ | {"PYTHONHASHSEED": "0"}, check=False
        ).returncode


def tried(sample: list[Mutant], copy: Path, jobs: int) -> int:
    """Try these on a copy of the tree, and say what became of each; return the exit code."""
    began = time.monotonic()
    noted, says = copy.parent / "calls.json", copy.parent / "pytest.txt"
    if not calls_noted(copy, CORE, noted, says):
        print(says.read_text("utf-8") + AS_IT_IS)
        return 1
    near = Nearness.read(noted)
    print(f"{len(near)} tests, what each calls was noted in {time.monotonic() - began:.0f} s", flush=True)
    trials = [Trial(mutant=mutant, near=near.tests(mutant, NEAR_S)) for mutant in sample]
    fates: list[tuple[Mutant, Fate]] = []
    with multiprocessing.get_context("fork").Pool(max(1, jobs)) as pool:
        results = pool.imap(fate, [Trial(mutant=untouched(copy), near=()), *trials])
        if next(results) is not Fate.SURVIVED:  # else whatever came so far would count as killed
            print(AS_IT_IS)
            return 1
        for trial, became in zip(trials, results, strict=True):
            mutant = trial.mutant
            fates.append((mutant, became))
            print(
                f"{became}  {mutant.path}:{mutant.line}\n    {mutant.before}\n    {mutant.after}", flush=True
            )
    code, said = verdict(fates, frozenset(explained(FILE.read_text("utf-8"))))
    print("\n" + "\n".join(said) + f"\nin {time.monotonic() - began:.0f} s")
    return code


if __name__ == "__main__":
    sys.exit(main())
