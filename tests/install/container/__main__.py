"""`python -m tests.install.container [bookworm] [trixie]`: install the kiosk on clean machines, see it live, and remove it.

`make test-install` runs this. As root, on Debian, with mmdebstrap and systemd-container. One line a check; exit code 1 when
one failed. The machines are containers below the system's folder for large temporary files and go when they are done.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from tests.install.container import bundles, installing, living, root
from tests.install.container.course import Course, say
from tests.install.container.machine import LENT, Machine, island
from tests.install.container.office import Office
from tests.install.container.site import Site


class Installing(Course):
    """A clean machine of one suite, from its installation to its end."""

    def run(self, folder: Path, made: Future[Path]) -> None:
        """Build the root, install, live, uninstall."""
        begun = time.monotonic()
        machine_root = folder / "root"
        root.unpack(self.name, machine_root)
        root.like_a_pi(machine_root)
        bundles.copy_tree(machine_root / "srv/release")
        say(f"        {self.name:9} a clean root, {time.monotonic() - begun:.0f} s")
        lend = tuple(path for path in LENT if Path(path).exists())
        machine = Machine(machine_root, network=None, log=folder / "console-1.log", lend=lend)
        site = Site(self.name, machine_root, machine)
        try:
            self.look(site, installing.WITH_NETWORK)
        finally:
            machine.stop()
        with island() as network:
            site.machine = Machine(machine_root, network=network, log=folder / "console-2.log")
            try:
                site.network, site.office = network, Office(folder, network)
                site.bundle = lambda: bundles.unpacked(made.result(), machine_root)
                self.look(site, living.WITHOUT_NETWORK)
            finally:
                if site.office:
                    site.office.close()
                site.machine.stop()
        say(f"        {self.name:9} done after {time.monotonic() - begun:.0f} s")


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
    courses = [Installing(suite) for suite in suites]
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp", prefix="ashyq-test-install-") as folder,
        ThreadPoolExecutor(2 * len(suites)) as pool,
    ):
        walked = [
            pool.submit(course.run, Path(folder, course.name), pool.submit(bundles.bundle, course.name, say))
            for course in courses
        ]
        for course, done in zip(courses, walked, strict=True):
            if wrong := done.exception():
                course.failed += 1
                say(f"FAILED  {course.name:9} {type(wrong).__name__}: {wrong}")
    passed, failed = sum(each.passed for each in courses), sum(each.failed for each in courses)
    say(f"{passed} passed, {failed} failed; {time.monotonic() - begun:.0f} s")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
