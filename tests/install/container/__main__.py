"""`python -m tests.install.container [bookworm] [trixie]`: install the kiosk on clean machines, see it live, and remove it.

`make test-install` runs this. As root, on Debian, with mmdebstrap and systemd-container. One line a check; exit code 1 when
one failed. The machines are containers below the system's folder for large temporary files and go when they are done.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from tests.install.container import checks, root
from tests.install.container.machine import LENT, Failed, Machine, island
from tests.install.container.office import TREE, Office

_printing = threading.Lock()


def say(text: str) -> None:
    """Print a line, whole."""
    with _printing:
        print(text, flush=True)


class Course:
    """All checks of one root, in order. One that fails is said, and the others go on: the next often tells why."""

    def __init__(self, suite: str) -> None:
        self.suite, self.passed, self.failed = suite, 0, 0

    def run(self, folder: Path, bundles: Future[Path]) -> None:
        """Build the root, install, live, uninstall."""
        begun = time.monotonic()
        machine_root = folder / "root"
        root.unpack(self.suite, machine_root)
        _copy_tree(machine_root / "srv/release")
        say(f"        {self.suite:9} a clean root, {time.monotonic() - begun:.0f} s")
        lend = tuple(path for path in LENT if Path(path).exists())
        machine = Machine(machine_root, network=None, log=folder / "console-1.log", lend=lend)
        site = checks.Site(self.suite, machine_root, machine)
        try:
            self._look(site, checks.WITH_NETWORK)
        finally:
            machine.stop()
        with island() as network:
            site.machine = Machine(machine_root, network=network, log=folder / "console-2.log")
            try:
                site.office = Office(folder, network)
                site.bundle = lambda: _unpacked(bundles.result(), machine_root)
                self._look(site, checks.WITHOUT_NETWORK)
            finally:
                if site.office:
                    site.office.close()
                site.machine.stop()
        say(f"        {self.suite:9} done after {time.monotonic() - begun:.0f} s")

    def _look(self, site: checks.Site, each: Sequence[Callable[[checks.Site], str | None]]) -> None:
        for check in each:
            name, begun, detail = check.__name__.replace("_", " "), time.monotonic(), ""
            try:
                told = check(site)
                state, self.passed = "ok", self.passed + 1
                name += f" ({told})" if told else ""
            except Exception as wrong:
                state, self.failed = "FAILED", self.failed + 1
                detail = f"\n{wrong if isinstance(wrong, Failed) else traceback.format_exc()}"
            say(f"{state:7} {self.suite:9} {name}, {time.monotonic() - begun:.1f} s{detail}")


def _copy_tree(to: Path) -> None:
    """Copy what a device gets, as a release would bring it."""
    to.mkdir(parents=True)
    script = f'. ./install.sh; release_files . | tar -c -T - -f - | tar -x --no-same-owner -C "{to}"'
    subprocess.run(["bash", "-c", script], cwd=TREE, check=True)


def _bundle(suite: str) -> Path:
    """Return a bundle for the suite, made anew where what it brings along has changed."""
    brings = [
        TREE / name
        for name in ("requirements/kiosk.txt", "scripts/install/packages.bash", "scripts/bundle.sh")
    ]
    recipe = hashlib.sha256(b"".join(path.read_bytes() for path in brings)).hexdigest()[:8]
    bundle = root.cache() / f"bundle-{suite}-{recipe}.tar"
    if not bundle.exists() or time.time() - bundle.stat().st_mtime > root.OLDEST_S:
        begun = time.monotonic()
        done = subprocess.run(
            [TREE / "scripts/bundle.sh", "--suite", suite, bundle],
            check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            raise Failed(f"no bundle: {done.stdout}{done.stderr}")
        say(
            f"        {suite:9} a bundle of {bundle.stat().st_size / 1e6:.0f} MB, {time.monotonic() - begun:.0f} s"
        )
    return bundle


def _unpacked(bundle: Path, machine_root: Path) -> Path:
    """Unpack it in the root, with today's tree in it: the bundle may be of yesterday."""
    place = machine_root / "srv/bundle"
    place.mkdir()
    subprocess.run(
        ["tar", "-x", "-C", place, "--strip-components=1", "--no-same-owner", "-f", bundle], check=True
    )
    subprocess.run(["cp", "-rT", machine_root / "srv/release", place], check=True)
    return Path("/") / place.relative_to(machine_root)


def main() -> int:
    """Run the courses, beside each other; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "suites", nargs="*", default=sorted(root.INCLUDE), metavar="SUITE", help="bookworm, trixie"
    )
    suites = parser.parse_args().suites
    if unknown := set(suites) - root.INCLUDE.keys():
        parser.error(f"expected {' and '.join(sorted(root.INCLUDE))}, found {' '.join(sorted(unknown))}")
    begun = time.monotonic()
    courses = [Course(suite) for suite in suites]
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp", prefix="ashyq-test-install-") as folder,
        ThreadPoolExecutor(2 * len(suites)) as pool,
    ):
        walked = [
            pool.submit(course.run, Path(folder, course.suite), pool.submit(_bundle, course.suite))
            for course in courses
        ]
        for course, done in zip(courses, walked, strict=True):
            if wrong := done.exception():
                course.failed += 1
                say(f"FAILED  {course.suite:9} {type(wrong).__name__}: {wrong}")
    passed, failed = sum(each.passed for each in courses), sum(each.failed for each in courses)
    say(f"{passed} passed, {failed} failed; {time.monotonic() - begun:.0f} s")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
