"""What has to be true of an installed door, one function a sentence, in the order in which a device lives. Without a network.

A function that returns text adds it to its line; one that raises has failed.
"""

from __future__ import annotations

import difflib
import re
import time

from tests.install.container.eyes import CELL
from tests.install.container.files import changes, listing
from tests.install.container.machine import until
from tests.install.container.site import DOOR, INSTALL, PAUSE_S, Site, expect, groups, of_release, running
from tests.install.container.updates import UPDATES

DATA = f"/var/lib/{DOOR}"
SUDO = {"SUDO_USER": "pi", "SUDO_UID": "4321", "SUDO_GID": "4322"}
"""What sudo tells of who called it."""


def it_comes_up_by_itself_after_a_restart_of_the_machine(site: Site) -> str:
    begun = time.monotonic()
    until(lambda: running(site), PAUSE_S, "the service to be active")
    expect(site.machine.show("Result", f"{DOOR}-gate-safe") == "success", "the gate was not put safe")
    return f"{time.monotonic() - begun:.1f} s after systemd"


def what_it_said_before_is_still_there(site: Site) -> str:
    said = site.machine.run(f"journalctl -b -1 -u {DOOR} --no-pager -o cat")
    expect(
        "is open for visitors" in said or "enrolment" in said,
        f"the journal of the last start is {said[:1000]}",
    )
    return f"{len(said.splitlines())} lines of the last start, where the system has its journal in memory"


def no_key_restarts_the_machine(site: Site) -> None:
    # The container has no first console; what would stand in /etc is lent for this.
    units, rules = "/etc/systemd/system.control", "/run/systemd/system.conf.d"
    site.machine.run(
        f"mkdir -p {units} {rules}; cp /srv/release/systemd/ctrl-alt-del.target {units}; "
        f"cp /srv/release/systemd/system.conf.d/{DOOR}-tty1.conf {rules}; systemctl daemon-reexec"
    )
    # This is how the kernel tells of the keys; seven times within two seconds would be more than a wish.
    site.machine.run("for time in 1 2 3 4 5 6 7 8 9; do kill -INT 1; sleep 0.1; done")
    until(
        lambda: site.machine.show("ActiveState", "ctrl-alt-del.target") == "active", 10, "the keys to be seen"
    )
    expect(site.machine.show("ActiveState", "reboot.target") == "inactive", "the machine restarts")
    expect(running(site), "the door does not run any more")
    site.machine.run(f"rm -r {units} {rules}; systemctl daemon-reexec")


def the_answers_on_the_boot_partition_enrol_it_and_lose_their_code(site: Site) -> str:
    assert site.office is not None
    code = site.office.code()
    (site.root / "boot/firmware/ashyq-kiosk.toml").write_text(
        f'# door {site.office.door}\n[install]\nenrolment_code = "{code}"\n\n[screen]\ndriver = "offscreen"\n'
        '[camera]\ndriver = "replay"\nfps = 10\n'
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


def root_repairs_it_and_leaves_nothing_of_its_own(site: Site) -> str:
    site.machine.run(
        f"gpasswd -d {DOOR} gpio; systemctl disable {DOOR}-gate-safe; chown -R root: {DATA}/device; chmod 644 {DATA}/kiosk.db"
    )
    for number in (23, 27, 28):
        code, said = site.machine.code(f"kiosk doctor --fix {number}")
        expect(code == 0 and f"{number} repair" in said, f"exit code {code}:\n{said}")
    expect(DOOR in site.machine.run("getent group gpio"), "it is not in the group gpio")
    expect(site.machine.show("UnitFileState", f"{DOOR}-gate-safe") == "enabled", "gate-safe is not enabled")
    expect(site.machine.run(f"stat -c %a {DATA}/kiosk.db").strip() == "600", "others may read the visits")
    site.machine.run("kiosk doctor", check=False)
    left = site.machine.run(f"find {DATA} /run/{DOOR} '!' -user {DOOR}")
    expect(not left, f"not the door's own: {left}")
    return "23, 27, 28"


def root_runs_no_program_of_somebody_else(site: Site) -> None:
    theirs = site.machine.run(f"find /opt/{DOOR} '!' -user root -o '!' -type l -perm /022")
    expect(not theirs, f"others may change {theirs[:1000]}")
    place = f"/opt/{DOOR}/current/app/kiosk"
    site.machine.run(f"chown {DOOR} {place}")
    code, said = site.machine.code("kiosk doctor 1")
    site.machine.run(f"chown root {place}")
    expect(code == 2 and "that root alone can change" in said, f"exit code {code}:\n{said}")


def a_bundle_has_the_journal_and_is_given_to_who_asked(site: Site) -> str:
    site.machine.run("chmod 1777 /tmp; cd /tmp && kiosk bundle --to door.tar.gz", check=False, **SUDO)
    owner = site.machine.run("stat -c %u:%g:%a /tmp/door.tar.gz").strip()
    expect(owner == f"{SUDO['SUDO_UID']}:{SUDO['SUDO_GID']}:600", f"it is {owner}")
    journal = site.machine.run(
        "tar -xzOf /tmp/door.tar.gz ashyq-kiosk-bundle/journal.txt; rm /tmp/door.tar.gz"
    )
    expect("is open for visitors" in journal, f"the journal in it is {journal[:1000]}")
    return f"{len(journal.splitlines())} lines"


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
        of_release(site, f"{name}/venv/")


def nothing_in_its_journal_is_a_traceback(site: Site) -> None:
    said = site.machine.run(f"journalctl -u '{DOOR}*' --no-pager")
    expect("Traceback" not in said, said[said.find("Traceback") :][:2000])


def an_uninstallation_keeps_the_data_when_asked(site: Site) -> None:
    site.machine.run(f"{INSTALL} --uninstall --unattended --keep-data")
    for unit in (DOOR, f"{DOOR}-eyes", f"{DOOR}-eyes.socket"):
        expect(site.machine.code(f"systemctl cat {unit}")[0] != 0, f"{unit} is still there")
        expect(site.machine.show("ActiveState", unit) == "inactive", f"{unit} still runs")
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
    expect(not (site.root / "var/log/journal").exists(), "the journal is left")
    left = changes(site.clean, listing(site.root))
    left += [line for line in difflib.ndiff(site.groups, groups(site)) if line[0] != " "]
    expect(not left, "left or changed: " + "\n".join(left[:40]))
    return f"{len(site.clean)} files as before"


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


WITHOUT_NETWORK = (
    it_comes_up_by_itself_after_a_restart_of_the_machine,
    what_it_said_before_is_still_there,
    no_key_restarts_the_machine,
    the_answers_on_the_boot_partition_enrol_it_and_lose_their_code,
    the_registry_knows_it,
    *CELL,
    root_repairs_it_and_leaves_nothing_of_its_own,
    root_runs_no_program_of_somebody_else,
    a_bundle_has_the_journal_and_is_given_to_who_asked,
    a_kill_is_survived,
    a_hang_is_ended_by_the_watchdog,
    a_restart_is_a_matter_of_seconds,
    a_staged_release_takes_over_and_gives_back,
    nothing_in_its_journal_is_a_traceback,
    an_uninstallation_keeps_the_data_when_asked,
    a_bundle_installs_it_again_without_a_network_and_it_is_the_same_door,
    *UPDATES,
    an_uninstallation_leaves_nothing,
)
