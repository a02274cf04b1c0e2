"""What has to be true of an installed kiosk, one function a sentence, in the order in which a device lives.

Each gets a `Site`. The first part has this machine's network, as a technician's evening has; the second has none.
A function that returns text adds it to its line; one that raises has failed.
"""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.install.container.files import changes, listing
from tests.install.container.machine import Failed, Machine, until
from tests.install.container.office import Office

INSTALL = "/srv/release/install.sh"
DOOR = "ashyq-kiosk"
PAUSE_S = 60
"""A restart, a watchdog that bites, a kill: done within this, on a busy machine too."""


@dataclass
class Site:
    """One root, its running machine, and what was seen so far."""

    suite: str
    root: Path
    machine: Machine
    office: Office | None = None
    bundle: Callable[[], Path] | None = None
    clean: dict[str, str] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)


def expect(true: object, said: str) -> None:
    """Fail with a sentence."""
    if not true:
        raise Failed(said)


def groups(site: Site) -> list[str]:
    """Return every group with its members."""
    return (site.root / "etc/group").read_text().splitlines()


def running(site: Site) -> bool:
    """Whether the door says that it is ready, and not only that it was started."""
    return site.machine.show("ActiveState") == "active" and site.machine.show("SubState") == "running"


# ---- with a network -----------------------------------------------------------------------------------------------------------


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
    return f"score {score}"


def its_units_are_without_fault(site: Site) -> None:
    said = site.machine.run(f"systemd-analyze verify /etc/systemd/system/{DOOR}*.service", check=False)
    ours = [line for line in said.splitlines() if DOOR in line]
    expect(not ours, "\n".join(ours))


def a_release_that_does_not_load_is_not_taken(site: Site) -> None:
    before = site.machine.run("readlink /opt/ashyq-kiosk/current")
    site.machine.run("rm -rf /srv/broken && cp -a /srv/release /srv/broken")
    _version(site, "broken", "9.0.1")
    site.machine.run("echo 'import nothing_like_this' >>/srv/broken/kiosk/app.py")
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


# ---- without a network --------------------------------------------------------------------------------------------------------


def it_comes_up_by_itself_after_a_restart_of_the_machine(site: Site) -> str:
    begun = time.monotonic()
    until(lambda: running(site), PAUSE_S, "the service to be active")
    expect(site.machine.show("Result", f"{DOOR}-gate-safe") == "success", "the gate was not put safe")
    return f"{time.monotonic() - begun:.1f} s after systemd"


def the_answers_on_the_boot_partition_enrol_it_and_lose_their_code(site: Site) -> str:
    assert site.office is not None
    code = site.office.code()
    (site.root / "boot/firmware/ashyq-kiosk.toml").write_text(
        f'# door {site.office.door}\n[install]\nenrolment_code = "{code}"\n\n[screen]\ndriver = "offscreen"\n'
    )
    done, said = site.machine.code(f"{INSTALL} --unattended")
    expect(done == 0 and "Enrolled as" in said, f"exit code {done}:\n{said}")
    left = (site.root / "boot/firmware/ashyq-kiosk.toml").read_text()
    expect(code not in left and code not in said, "the code is still to be read")
    expect(
        code not in site.machine.run("cat /var/log/ashyq-kiosk-install.log; journalctl --no-pager"),
        "the code is in a log",
    )
    expect(
        not site.machine.run("ls -A /run/ashyq-kiosk-install 2>/dev/null", check=False),
        "the code lies in /run",
    )
    return said[said.index("Enrolled as") :].splitlines()[0]


def the_registry_knows_it(site: Site) -> None:
    until(lambda: running(site), PAUSE_S, "the service to be active")
    said = site.machine.run("kiosk doctor", check=False)
    for number, name in ((9, "registry"), (17, "enrolled")):
        expect(re.search(rf"^ *{number} ok +{name}", said, re.MULTILINE), said)


def a_kill_is_survived(site: Site) -> None:
    _restarted_after(site, "KILL")


def a_hang_is_ended_by_the_watchdog(site: Site) -> str:
    # The unit's own half minute is for a Pi with a slow card; what is looked at here is that somebody watches.
    folder = f"/run/systemd/system/{DOOR}.service.d"
    site.machine.run(
        f"mkdir -p {folder}; printf '[Service]\\nWatchdogSec=4\\nTimeoutStopSec=2\\nTimeoutAbortSec=2\\n' >{folder}/hasty.conf; "
        f"systemctl daemon-reload; systemctl restart {DOOR}"
    )
    until(lambda: running(site), PAUSE_S, "the service to be active")
    _restarted_after(site, "STOP")
    said = site.machine.run(f"journalctl -u {DOOR} --no-pager")
    expect("Watchdog timeout" in said, said[-2000:])
    site.machine.run(f"rm -r {folder}; systemctl daemon-reload; systemctl restart {DOOR}")
    return "with WatchdogSec=4"


def a_restart_is_a_matter_of_seconds(site: Site) -> str:
    begun = time.monotonic()
    site.machine.run(f"systemctl restart {DOOR}")
    expect(running(site), "it does not run")
    return f"{time.monotonic() - begun:.1f} s"


def a_staged_release_takes_over_and_gives_back(site: Site) -> None:
    old = site.machine.run("basename $(readlink /opt/ashyq-kiosk/current)").strip()
    for name in ("9.0.0", old):
        site.machine.run(
            f"/opt/ashyq-kiosk/current/app/install.sh --switch {name} && systemctl restart {DOOR}"
        )
        until(lambda: running(site), PAUSE_S, f"{name} to be active")
        mapped = site.machine.run("cat /proc/$(systemctl show -P MainPID ashyq-kiosk)/maps")
        expect(f"/releases/{name}/venv/" in mapped, f"what runs is not {name}")


# The place for `kiosk update`: a signed release, its trial, the way back, a power cut between (tests/install/container/updates.py).


def nothing_in_its_journal_is_a_traceback(site: Site) -> None:
    said = site.machine.run(f"journalctl -u '{DOOR}*' --no-pager")
    expect("Traceback" not in said, said[said.find("Traceback") :][:2000])


def an_uninstallation_keeps_the_data_when_asked(site: Site) -> None:
    site.machine.run(f"{INSTALL} --uninstall --unattended --keep-data")
    expect(site.machine.code(f"systemctl cat {DOOR}")[0] != 0, "the service is still there")
    expect(not (site.root / "opt/ashyq-kiosk").exists(), "releases are still there")
    for name in (
        "var/lib/ashyq-kiosk/device/enrolment.json",
        "var/lib/ashyq-kiosk/kiosk.db",
        "etc/ashyq-kiosk/kiosk.toml",
    ):
        expect((site.root / name).exists(), f"/{name} is gone")
    said = site.machine.run("apt-get autoremove --purge -y -q")
    expect("libzbar0" in said, said)


def a_bundle_installs_it_again_without_a_network_and_it_is_the_same_door(site: Site) -> str:
    assert site.bundle is not None
    place = site.bundle()
    begun = time.monotonic()
    code, said = site.machine.code(f"/srv/release/install.sh --offline {place} --unattended")
    expect(code == 0, f"exit code {code}:\n{said[-3000:]}")
    took = time.monotonic() - begun
    the_registry_knows_it(site)
    return f"{took:.0f} s"


def an_uninstallation_leaves_nothing(site: Site) -> str:
    (site.root / "boot/firmware/ashyq-kiosk.toml").unlink()
    site.machine.run(f"{INSTALL} --uninstall --unattended --purge")
    expect(
        "No kiosk" in site.machine.run(f"{INSTALL} --uninstall --unattended"),
        "a second time it finds something",
    )
    # apt keeps what something else suggests; that is no affair of ours.
    site.machine.run(
        "apt-get autoremove --purge -y -q -o APT::AutoRemove::SuggestsImportant=false -o APT::AutoRemove::RecommendsImportant=false"
    )
    left = changes(site.clean, listing(site.root))
    left += [line for line in difflib.ndiff(site.groups, groups(site)) if line[0] != " "]
    expect(not left, "left or changed: " + "\n".join(left[:40]))
    return f"{len(site.clean)} files as before"


def _version(site: Site, tree: str, version: str) -> None:
    site.machine.run(
        f"sed -i 's/^__version__ = .*/__version__ = \"{version}\"/' /srv/{tree}/kiosk/__init__.py"
    )


def _restarted_after(site: Site, signal: str) -> None:
    before, process = int(site.machine.show("NRestarts")), site.machine.show("MainPID")
    expect(process != "0", "it does not run")
    site.machine.run(f"kill -{signal} {process}")
    until(lambda: int(site.machine.show("NRestarts")) > before, PAUSE_S, "systemd to start it anew")
    until(
        lambda: running(site) and site.machine.show("MainPID") not in ("0", process),
        PAUSE_S,
        "it to be ready again",
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
WITHOUT_NETWORK = (
    it_comes_up_by_itself_after_a_restart_of_the_machine,
    the_answers_on_the_boot_partition_enrol_it_and_lose_their_code,
    the_registry_knows_it,
    a_kill_is_survived,
    a_hang_is_ended_by_the_watchdog,
    a_restart_is_a_matter_of_seconds,
    a_staged_release_takes_over_and_gives_back,
    nothing_in_its_journal_is_a_traceback,
    an_uninstallation_keeps_the_data_when_asked,
    a_bundle_installs_it_again_without_a_network_and_it_is_the_same_door,
    an_uninstallation_leaves_nothing,
)
