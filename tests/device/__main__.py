"""`python -m tests.device`: the installed kiosk itself in a virtual device, from its first power to a dead kernel.

`make test-device` runs this. As root, on Debian, with QEMU, mmdebstrap and systemd-container. One line a check; exit code 1 when
one failed. All of it lies below the system's folder for large temporary files and goes when it is done (`--keep DIR` keeps it).

What it does not reach: a ribbon camera's exposure and focus, a real relay's current, an SD card that lies about what it wrote,
and how fast anything is: the processor is emulated.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.device import checks, image
from tests.device.device import Device
from tests.device.people import roll
from tests.device.site import Site
from tests.install.container.course import Course, say
from tests.install.container.machine import island
from tests.install.container.office import Office


def main() -> int:
    """Build the device, run the checks, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep disk, console and pictures there")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="only the checks with this in their name, and the first"
    )
    arguments = parser.parse_args()
    begun = time.monotonic()
    course = Course("device")
    with ExitStack() as last:
        if arguments.keep:
            folder = arguments.keep.resolve()
            folder.mkdir(parents=True)
        else:
            folder = Path(
                last.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp", prefix="ashyq-test-device-"))
            )
        network = last.enter_context(island())
        office = Office(folder, network)
        last.callback(office.close)
        made = image.build(folder, network)
        say(f"        {course.name:9} installed, {time.monotonic() - begun:.0f} s")
        device = Device(
            folder,
            disk=made.disk,
            kernel=made.kernel,
            initrd=made.initrd,
            words=made.words,
            network=network,
        )
        last.callback(device.stop)
        started = time.monotonic()
        device.start()
        say(f"        {course.name:9} has power and answers, {time.monotonic() - started:.0f} s")
        people = last.enter_context(roll(office.db))
        site = Site(device, people, office)
        course.look(
            site,
            [check for check in checks.ALL if check in checks.FIRST or arguments.only in check.__name__],
        )
    say(f"{course.passed} passed, {course.failed} failed; {time.monotonic() - begun:.0f} s")
    return bool(course.failed)


if __name__ == "__main__":
    sys.exit(main())
