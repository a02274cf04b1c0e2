"""Runs a target under atheris: bytes that reach lines which none reached before are kept and changed further.

`python -m tests.fuzz.pass --seconds 60` looks for a finding; `python -m tests.fuzz.pass FILE` tries one again.
A finding is a file in tests/fuzz/found: name it, commit it with what mends it, and test_fuzz.py tries it for ever.
"""

import argparse
import base64
import contextlib
import importlib.util
import logging
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

FOUND = Path(__file__).parent / "found"
GRACE_S = 60
"""For the start, and for the last input. An input that takes longer than 10 s is a finding itself."""
NOT_HERE = "not fuzzed: atheris is not installed (requirements/dev.in has it for x86-64 Linux only)"


def installed() -> bool:
    return importlib.util.find_spec("atheris") is not None


def watched() -> contextlib.AbstractContextManager:
    """Import in this context what is to be fuzzed: its lines are then seen by the fuzzer."""
    if not installed() or "--inside" not in sys.argv:
        return contextlib.nullcontext()
    import atheris

    return atheris.instrument_imports(include=["kiosk", "base45"])


def main(target: Callable[[bytes], None], seeds: Iterable[bytes]) -> None:
    """The command line of a target. The target raises where it found something."""
    options = argparse.ArgumentParser()
    options.add_argument("files", nargs="*", type=Path, help="try these findings again, and fuzz nothing")
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    name = Path(sys.argv[0]).stem
    logging.disable()  # a line for each of a million answers
    if given.inside:
        _inside(target, seeds, name, given.inside, given.seconds)
    elif given.files:
        for file in given.files:
            target(file.read_bytes())
    elif installed():
        sys.exit(_outside(name, given.seconds))
    else:
        print(NOT_HERE)


def _inside(
    target: Callable[[bytes], None], seeds: Iterable[bytes], name: str, corpus: Path, seconds: int
) -> None:
    import atheris

    for number, seed in enumerate(seeds):
        (corpus / str(number)).write_bytes(seed)
    limits = [f"-max_total_time={seconds}", "-max_len=2000", "-timeout=10", "-rss_limit_mb=2048"]
    atheris.Setup(
        [sys.argv[0], *limits, f"-artifact_prefix={FOUND}/{name}-", "-print_final_stats=1", str(corpus)],
        target,
    )
    atheris.Fuzz()  # it ends the process


def _outside(name: str, seconds: int) -> int:
    """Fuzz in a process of its own, because libFuzzer ends it; print one line, or all where something was found."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as corpus:
        command = [sys.executable, "-m", f"tests.fuzz.{name}", "--inside", corpus, "--seconds", str(seconds)]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds + GRACE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            print(f"{name}: expected to end after {seconds} s, and did not")
            return 1
    tried = re.search(r"stat::number_of_executed_units:\s+(\d+)", done.stderr)
    if done.returncode or not tried:
        print(done.stdout, done.stderr, sep="\n")
        print(f"{name}: something was found; try it again with: python -m tests.fuzz.{name} FILE")
        return 1
    print(f"{name}: {int(tried[1]):,} inputs in {time.monotonic() - began:.0f} s, nothing found")
    return 0


def bodies(vectors: Iterable[dict]) -> list[bytes]:
    return [base64.b64decode(vector["body"]) for vector in vectors]
