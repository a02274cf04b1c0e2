"""The pinned wheels for a device that is not this machine: `python -m scripts.wheels --python 3.13 --machine aarch64 [--to FOLDER]`.

Run it with a Python that has pip. Without a folder nothing is kept: it only proves that each pin of requirements/kiosk.txt,
exactly that version with one of its hashes, exists as a wheel for that Python, machine and C library. pip alone would judge
the pins' conditions by the machine that it runs on, and take an old release where a new one has no wheel.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement

PINS = Path(__file__).resolve().parents[1] / "requirements/kiosk.txt"
GLIBC = {"3.11": 36, "3.13": 41}
"""Python of a release of Debian -> minor version of its C library: bookworm has 2.36, trixie 2.41."""


def pins_for(text: str, *, python: str, machine: str) -> list[str]:
    """Return the pins that count there, with their hashes and without their conditions. Raises ValueError for one that is not exact."""
    there = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_machine": machine,
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    chosen = []
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        pin, *hashes = re.split(r"\s+(?=--hash=)", line.strip())
        if not pin or pin.startswith("#"):
            continue
        wanted = Requirement(pin)
        if not re.fullmatch(r"==[^*,]+", str(wanted.specifier)) or not hashes:
            raise ValueError(f"expected an exact version with hashes, found {pin}: run make lock")
        if wanted.marker is None or wanted.marker.evaluate(there):
            extras = f"[{','.join(sorted(wanted.extras))}]" if wanted.extras else ""
            chosen.append(" ".join([f"{wanted.name}{extras}{wanted.specifier}", *hashes]))
    return chosen


def platforms(*, machine: str, glibc: int) -> list[str]:
    """Return every tag that such a machine takes: pip expands none of the newer ones by itself."""
    return [f"manylinux_2_{minor}_{machine}" for minor in range(5, glibc + 1)] + [
        f"manylinux2014_{machine}",
        f"linux_{machine}",
    ]


def download(pins: list[str], to: Path, *, python: str, machine: str) -> subprocess.CompletedProcess[str]:
    """Fetch the wheels with pip into a folder."""
    tag = python.replace(".", "")
    options = [f"--python-version={python}", "--implementation=cp"]
    options += [f"--abi={abi}" for abi in (f"cp{tag}", "abi3", "none")]
    options += [f"--platform={name}" for name in platforms(machine=machine, glibc=GLIBC[python])]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(pins))
        listed.flush()
        return subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check",
             "--no-deps", "--only-binary=:all:", "--require-hashes", *options, "-r", listed.name, "-d", to],
            capture_output=True, text=True, check=False,
        )  # fmt: skip


def main() -> int:
    """Say how many there are; 1 and pip's words where one is missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--python", choices=sorted(GLIBC), required=True)
    parser.add_argument("--machine", choices=("aarch64", "x86_64"), required=True)
    parser.add_argument("--to", type=Path, metavar="FOLDER")
    asked = parser.parse_args()
    pins = pins_for(PINS.read_text(), python=asked.python, machine=asked.machine)
    where = f"{asked.machine}, Python {asked.python}"
    with tempfile.TemporaryDirectory() as folder:
        done = download(pins, asked.to or Path(folder), python=asked.python, machine=asked.machine)
    if done.returncode:
        print(f"FAILED  {where}: not every pin has a wheel\n{done.stderr.strip()}")
        return 1
    print(f"ok      {where}: {len(pins)} pins, each with a wheel of its exact version")
    return 0


if __name__ == "__main__":
    sys.exit(main())
