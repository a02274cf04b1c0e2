"""Runs a target under atheris: bytes that reach lines which none reached before are kept and changed further.

`python -m tests.fuzz.pass --seconds 60` looks for a finding; `python -m tests.fuzz.pass FILE` tries one again. With `--count 1000000`
so many random changes of the seeds are tried without atheris, which does not see into libraries: the way for what they decode.
A finding is a file in tests/fuzz/found: name it, commit it with what mends it, and test_fuzz.py tries it for ever.
"""

import argparse
import base64
import contextlib
import hashlib
import importlib.util
import logging
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
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


def main(
    target: Callable[[bytes], None], seeds: Iterable[bytes], tally: Mapping[str, int] | None = None
) -> None:
    """The command line of a target. The target raises where it found something; `tally` is what it counted of itself."""
    options = argparse.ArgumentParser()
    options.add_argument("files", nargs="*", type=Path, help="try these findings again, and fuzz nothing")
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--count", type=int, help="try so many random changes instead")
    options.add_argument(
        "--seed", type=int, help="of the changes; without it 1 with --count, else another one each time"
    )
    options.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    name = Path(sys.argv[0]).stem
    logging.disable()  # a line for each of a million answers
    if given.inside:
        _inside(target, seeds, name, given.inside, given.seconds, given.seed or 0)
    elif given.files:
        for file in given.files:
            target(file.read_bytes())
    elif given.count:
        began = time.monotonic()
        found = at_random(target, list(seeds), given.count, given.seed or 1, name)
        print(
            f"{name}: {given.count:,} inputs in {time.monotonic() - began:.0f} s, {found or 'nothing'} found"
        )
        for what, times in sorted((tally or {}).items()):
            print(f"  {times:>9,} {what}")
        sys.exit(bool(found))
    elif installed():
        sys.exit(_outside(name, given.seconds, given.seed or 0))
    else:
        print(NOT_HERE)


def at_random(
    target: Callable[[bytes], None], seeds: list[bytes], count: int, seed: int, name: str | None = None
) -> int:
    """Try so many inputs, half of them seeds with a few bytes changed; return how many were findings, and keep these under `name`."""
    chance = random.Random(seed)
    found = 0
    for _ in range(count):
        octets = bytearray(
            chance.choice(seeds) if chance.random() < 0.5 else chance.randbytes(chance.randint(1, 40))
        )
        for _ in range(chance.randint(1, 4)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        try:
            target(bytes(octets))
        except Exception as finding:
            if name is None:
                raise
            found += 1
            file = FOUND / f"{name}-{hashlib.sha256(octets).hexdigest()[:16]}"
            file.write_bytes(octets)
            print(f"{file.name}: {finding!r}", flush=True)
    return found


def _inside(
    target: Callable[[bytes], None],
    seeds: Iterable[bytes],
    name: str,
    corpus: Path,
    seconds: int,
    chance: int,
) -> None:
    import atheris

    for number, seed in enumerate(seeds):
        (corpus / str(number)).write_bytes(seed)
    # -seed=0 is another one each time.
    limits = [
        f"-seed={chance}",
        f"-max_total_time={seconds}",
        "-max_len=2000",
        "-timeout=10",
        "-rss_limit_mb=2048",
    ]
    atheris.Setup(
        [sys.argv[0], *limits, f"-artifact_prefix={FOUND}/{name}-", "-print_final_stats=1", str(corpus)],
        target,
    )
    atheris.Fuzz()  # it ends the process


def _outside(name: str, seconds: int, chance: int) -> int:
    """Fuzz in a process of its own, because libFuzzer ends it; print one line, or all where something was found."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as corpus:
        given = ["--inside", corpus, "--seconds", str(seconds), "--seed", str(chance)]
        command = [sys.executable, "-m", f"tests.fuzz.{name}", *given]
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
