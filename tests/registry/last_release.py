"""The code of the last release, as git has it, and processes of it: what is at the doors while today's code is tried."""

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

LAST_RELEASE = "a6baa48"
"""The last commit before the number inside, the second version of the policy, and the revisions of the schema."""
PARTS = ["kiosk", "registry"]


def unpack(root, folder):
    """Put the last release's kiosk and registry into a folder and return it; skip where git does not have them."""
    packed = folder / "release.tar"
    command = ["git", "-C", str(root), "archive", "--output", str(packed), LAST_RELEASE, *PARTS]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except OSError as error:
        pytest.skip(f"the last release is taken from git, which is not here: {error}")
    if done.returncode:
        pytest.skip(f"the last release ({LAST_RELEASE}) is not in this checkout: {done.stderr.strip()}")
    subprocess.run(["tar", "-x", "-C", str(folder), "-f", str(packed)], check=True, timeout=60)
    return folder


def command_of(release, *arguments):
    """Return the command and the place of a process that can import the release's code and none of today's."""
    return [sys.executable, *arguments], {"cwd": release, "env": {"PYTHONPATH": str(release)}}


def run(release, *arguments, told=""):
    """Run Python with the release's code to its end and return what it printed."""
    command, how = command_of(release, *arguments)
    done = subprocess.run(
        command, input=told, capture_output=True, text=True, check=False, timeout=110, **how
    )
    assert done.returncode == 0, f"the last release failed:\n{done.stderr}"
    return done.stdout


@contextmanager
def serving(release, database: Path):
    """Run the release's `python -m registry serve` on loopback and yield its address."""
    command, how = command_of(release, "-u", "-m", "registry", "serve", "--port", "0", "--db", str(database))
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, bufsize=1, **how
    )
    try:
        yield _address(process.stderr)
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _address(lines):
    """Return the address that the process says, once it answers there: it says so a moment before it listens."""
    said = []
    for line in lines:
        said.append(line)
        address = line.partition("answers at ")[2].strip()
        if address:
            with requests.Session() as session:
                session.mount(
                    address, HTTPAdapter(max_retries=Retry(connect=30, backoff_factor=0.05, backoff_max=1))
                )
                session.get(address, timeout=30)
            return address
    raise AssertionError("the last release's registry did not start:\n" + "".join(said))
