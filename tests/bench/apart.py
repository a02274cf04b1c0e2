"""Runs a part of the benchmark in a process of its own, so that no measure sees another's imports, threads or memory.

`python -m tests.bench.apart tutorial.idle` reads its order as JSON on standard input and writes its answer as JSON to standard
output. It imports nothing of the house before it knows what to run: one of the measures is how long that takes.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

LIMIT_S = 1200.0
"""Wall-clock, for the longest part on the slowest machine; a part that takes longer hangs."""
QUIETLY = {
    "PYGAME_HIDE_SUPPORT_PROMPT": "1",
    "SDL_AUDIODRIVER": "dummy",
    "PYTHONWARNINGS": "ignore",
}


def apart(part: str, *, tree: Path | None = None, **order: Any) -> dict[str, Any]:
    """Run `module.function` of this package with an order and return its answer. Raises RuntimeError with what it said.

    `tree`: the folder of another commit of the house, whose own package is then the one that runs.
    """
    order["started_at"] = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.apart", part],
        input=json.dumps(order),
        env=os.environ | QUIETLY,
        capture_output=True,
        text=True,
        check=False,
        cwd=tree,
        timeout=LIMIT_S,
    )
    if done.returncode != 0:
        raise RuntimeError(
            f"expected an answer from {part}, it ended with {done.returncode}:\n{done.stderr[-4000:]}"
        )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Be that process."""
    module, _, function = sys.argv[1].partition(".")
    order = json.load(sys.stdin)
    logging.getLogger("kiosk").setLevel(logging.CRITICAL)
    answer = getattr(importlib.import_module(f"tests.bench.{module}"), function)(order)
    print(json.dumps(answer), flush=True)
    # A worker that hangs in a call to a silent registry is not waited for: what was measured has been said.
    os._exit(0)


if __name__ == "__main__":
    main()
