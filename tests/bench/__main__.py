"""`make bench`: the whole door against the loop that every tutorial shows, on the same frames and the same registry, in one run.

It measures and says so; it must never pass or fail anything. What the numbers mean is in docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from tests.bench.machine import Others, machine
from tests.bench.measures import FULL, QUICK, Size, bench
from tests.bench.report import TOPICS, report


def measured(size: Size, topics: list[str], *, name: str) -> dict[str, Any]:
    """Return one run over these topics, as it is printed with --json."""
    began = time.monotonic()
    found: dict[str, Any] = {}
    with bench(size, say) as bench_:
        for topic in topics:
            others = Others()
            result = getattr(bench_, topic)()
            found[topic] = {"result": result, "others": others.share()}
    return {
        "machine": machine(),
        "size": name,
        "minutes": (time.monotonic() - began) / 60,
        "topics": found,
    }


def say(text: str) -> None:
    """Tell whoever waits what is going on, apart from the results."""
    print(f"... {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a fifth of everything: a few minutes")
    parser.add_argument(
        "--json", action="store_true", help="print every single measurement instead of tables"
    )
    parser.add_argument(
        "--only", choices=TOPICS, action="append", help="this topic alone; may be given again"
    )
    asked = parser.parse_args()
    size, name = (QUICK, "quick") if asked.quick else (FULL, "full")
    run = measured(size, asked.only or list(TOPICS), name=name)
    print(json.dumps(run, indent=1) if asked.json else report(run))


if __name__ == "__main__":
    main()
