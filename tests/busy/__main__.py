"""`make test-busy`: do the tests hold on a machine that is busy with something else? Runs them beside processes that only burn.

First the whole suite once, then three times the tests that start a thread, a process or a window: what a deadline decides
breaks here and not in somebody's build. Whatever follows `--` goes to pytest: some tests, for instance.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from tests.busy.burning import Burners

BURNERS = 8
ROUNDS = 3
ONE_TEST_S = 900
"""Eight times what `make test` gives a test before it takes it for hung."""


def main(arguments: Sequence[str]) -> int:
    """Run the rounds; return 1 where one of them broke, after all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.busy", description=__doc__.partition("\n")[0])
    parser.add_argument("--burners", type=int, default=BURNERS, help="how many processes only burn")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="how often the tests that start something run"
    )
    parser.add_argument("--jobs", default="2", help="how many tests run at a time")
    parser.add_argument("--skip-whole", action="store_true", help="without the run of the whole suite")
    parser.add_argument("pytest", nargs="*", help="what pytest is given, such as tests/app")
    given = parser.parse_args(arguments)
    kinds: list[list[str]] = [[]] * (not given.skip_whole) + [["-m", "concurrent"]] * given.rounds
    broke = 0
    with Burners(given.burners):
        for number, chosen in enumerate(kinds, start=1):
            load = os.getloadavg()[0]
            print(
                f"round {number} of {len(kinds)}: {'marked tests' if chosen else 'all tests'}, load {load:.0f}",
                flush=True,
            )
            began = time.monotonic()
            code = subprocess.run(
                command(given.jobs, [*chosen, *given.pytest]), env=environment(), check=False
            ).returncode
            broke += code != 0
            print(
                f"round {number}: {'broke' if code else 'held'}, {time.monotonic() - began:.0f} s", flush=True
            )
    print(f"{broke} of {len(kinds)} rounds broke" if broke else "every round held")
    return 1 if broke else 0


def command(jobs: str, arguments: Sequence[str]) -> list[str]:
    """Return how pytest is called: as `make test` does, with more patience for a test that only takes long."""
    return [
        sys.executable, "-m", "pytest", "-q", "-n", jobs, "--dist", "loadfile", f"--timeout={ONE_TEST_S}", *arguments,
    ]  # fmt: skip


def environment() -> dict[str, str]:
    """Return what it is called with: the hash seed of `make test`, so that a run can be repeated."""
    return os.environ | {"PYTHONHASHSEED": "0"}


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
