"""What has to be true of an installation, one function a sentence, in the order in which a device lives. With a network.

A function that returns text adds it to its line; one that raises has failed.
"""

from __future__ import annotations

import re

from tests.install.container.files import changes, listing
from tests.install.container.machine import until
from tests.install.container.site import DOOR, INSTALL, PAUSE_S, Site, expect, groups, running


def a_check_changes_nothing_and_says_that_there_is_something_to_do(site: Site) -> str:
    site.clean, site.groups = listing(site.root), groups(site)
    code, said = site.machine.code(f"{INSTALL} --check")
    expect(code == 1, f"expected exit code 1, found {code}:\n{said}")
    expect("to do     packages" in said, said)
    expect(
        changes(site.clean, listing(site.root)) == [], f"it changed {changes(site.clean, listing(site.root))}"
    )
    return f"{said.count('to do ')} steps"


def it_installs_unattended_and_ends_with_the_doctor(site: Site) -> str:
    code, said = site.machine.code(f"{INSTALL} --unattended")
    expect(code == 0, f"exit code {code}:\n{said[-3000:]}")
    expect(
        re.search(r"-- kiosk doctor\n( 1 |1\. )?", said) and "python" in said.split("-- kiosk doctor")[1],
        said[-2000:],
    )
    expect("Traceback" not in said, said)
    return site.machine.run("readlink /opt/ashyq-kiosk/current").strip()


def the_door_is_ready_without_network_camera_and_display(site: Site) -> str:
    until(lambda: running(site), PAUSE_S, "the service to be active")
    expect(site.machine.show("Type") == "notify", "it is no notify service")
    return site.machine.show("StatusText")


def a_second_run_changes_nothing_and_says_so(site: Site) -> None:
    before = listing(site.root)
    code, said = site.machine.code(f"{INSTALL} --unattended")
    expect(code == 0 and "Nothing to do." in said, f"exit code {code}:\n{said}")
    expect(changes(before, listing(site.root)) == [], f"it changed {changes(before, listing(site.root))}")
    expect(site.machine.code(f"{INSTALL} --check")[0] == 0, "--check would still do something")


def the_pinned_packages_are_the_ones_that_are_imported(site: Site) -> str:
    said = site.machine.run(
        "cd / && /opt/ashyq-kiosk/current/venv/bin/python -c "
        "'import pygame, numpy, cv2; print(pygame.IS_CE, pygame.__file__, numpy.__file__, cv2.__file__)'"
    ).splitlines()[-1]
    expect(said.startswith(("True", "1")) and said.count("/opt/ashyq-kiosk/current/venv/lib/") == 3, said)
    if (site.root / "usr/lib/python3/dist-packages/pygame").exists():
        return "Debian's pygame lies behind it"
    return ""


def the_service_is_confined(site: Site) -> str:
    said = site.machine.run(f"systemd-analyze security --no-pager {DOOR}.service")
    score = float(re.search(r"Overall exposure level.*?: ([0-9.]+)", said)[1])  # type: ignore[index]
    expect(score <= 3.0, f"systemd-analyze security gives {score}")
    said = site.machine.run(f"systemd-analyze security --no-pager {DOOR}-eyes.service")
    eyes = float(re.search(r"Overall exposure level.*?: ([0-9.]+)", said)[1])  # type: ignore[index]
    expect(eyes <= 1.5, f"systemd-analyze security gives the eyes {eyes}")
    return f"score {score}, the eyes {eyes}"


def its_units_are_without_fault(site: Site) -> None:
    said = site.machine.run(
        f"systemd-analyze verify /etc/systemd/system/{DOOR}*.service /etc/systemd/system/{DOOR}*.socket",
        check=False,
    )
    ours = [line for line in said.splitlines() if DOOR in line]
    expect(not ours, "\n".join(ours))


def a_release_that_does_not_load_is_not_taken(site: Site) -> None:
    before = site.machine.run("readlink /opt/ashyq-kiosk/current")
    site.machine.run("rm -rf /srv/broken && cp -a /srv/release /srv/broken")
    _version(site, "broken", "9.0.1")
    site.machine.run("echo 'import nothing_like_this' >>/srv/broken/kiosk/root/app.py")
    code, said = site.machine.code("/srv/broken/install.sh --stage /srv/broken")
    expect(code == 2 and "nothing_like_this" in said, f"exit code {code}:\n{said[-2000:]}")
    expect(site.machine.run("readlink /opt/ashyq-kiosk/current") == before, "it was switched")
    expect(running(site), "the door does not run")


def one_that_is_interrupted_can_be_staged_again(site: Site) -> str:
    site.machine.run("rm -rf /srv/next && cp -a /srv/release /srv/next")
    _version(site, "next", "9.0.0")
    site.machine.run(
        "setsid /srv/next/install.sh --stage /srv/next >/dev/null 2>&1 & "
        "until [ -e /opt/ashyq-kiosk/releases/9.0.0/venv/bin/pip ]; do sleep 0.1; done; kill -9 -- -$!"
    )
    expect(running(site), "the door does not run")
    code, said = site.machine.code("/srv/next/install.sh --stage /srv/next")
    expect(code == 0 and said.strip().endswith("9.0.0"), f"exit code {code}:\n{said[-2000:]}")
    expect("9.0.0" not in site.machine.run("readlink /opt/ashyq-kiosk/current"), "it was switched")
    return "killed while pip ran"


def _version(site: Site, tree: str, version: str) -> None:
    site.machine.run(
        f"sed -i 's/^__version__ = .*/__version__ = \"{version}\"/' /srv/{tree}/kiosk/__init__.py"
    )


WITH_NETWORK = (
    a_check_changes_nothing_and_says_that_there_is_something_to_do,
    it_installs_unattended_and_ends_with_the_doctor,
    the_door_is_ready_without_network_camera_and_display,
    a_second_run_changes_nothing_and_says_so,
    the_pinned_packages_are_the_ones_that_are_imported,
    the_service_is_confined,
    its_units_are_without_fault,
    a_release_that_does_not_load_is_not_taken,
    one_that_is_interrupted_can_be_staged_again,
)
