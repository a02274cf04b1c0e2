"""What has to be true of the installed eyes: as the kernel tells of each of their processes, and as their own user finds it.

In place of a camera they have the picture of an empty hall ([camera] driver = "replay"), which they take as they would a camera's.
"""

from __future__ import annotations

import json
import re

from tests.install.container.machine import until
from tests.install.container.site import DOOR, PAUSE_S, Site, expect, running

EYES = f"{DOOR}-eyes"
PRIVATE = f"/var/lib/{DOOR} /run/{DOOR} /etc/{DOOR}"
BACK_S = 3.0
"""A decoder that crashed is a lost camera for so long at most."""
WALLS = {
    "Seccomp": "2",
    "NoNewPrivs": "1",
    "CapEff": "0000000000000000",
    "CapPrm": "0000000000000000",
    "CapBnd": "0000000000000000",
}
TRY = f"/run/systemd/system/{EYES}-try.service"
DECODES = (
    "from kiosk.doctor.camera_checks import check_decoders; "
    "told = check_decoders(None); print(told.says); raise SystemExit(bool(told.remedy))"
)
"""Without a quote of either kind in it: it goes through a shell and through systemd."""


def frames_come_through_the_eyes_that_run_beside_the_door(site: Site) -> str:
    until(lambda: running(site, EYES), PAUSE_S, "the eyes to be active")
    expect(site.machine.show("ActiveState", f"{EYES}.socket") == "active", "nobody listens for the door")
    until(lambda: _looking(site), PAUSE_S, "a process that looks")
    until(lambda: _has_frames(site), PAUSE_S, "the sign of a frame")
    said = site.machine.run("kiosk doctor 10 40", check=False)
    for number, name in ((10, "camera"), (40, "eyes")):
        expect(re.search(rf"^ *{number} ok +{name}", said, re.MULTILINE), said)
    return f"{len(_processes(site))} processes"


def the_kernel_says_that_the_cell_of_each_is_closed(site: Site) -> str:
    door = site.machine.show("MainPID")
    uids = {site.machine.run(f"stat -c %u /proc/{door}").strip(), "0"}
    networks = {site.machine.run(f"readlink /proc/{pid}/ns/net").strip() for pid in (door, "1")}
    processes = _processes(site)
    expect(len(processes) >= 3, f"expected a nursery, a spare and one that looks, found {processes}")
    for pid in processes:
        status = _status(site, pid)
        for name, wanted in WALLS.items():
            expect(status[name] == wanted, f"{pid} has {name} {status[name]}")
        expect(status["Uid"].split()[0] not in uids, f"{pid} runs as {status['Uid']}")
        devices = site.machine.run(f"tail -n +3 /proc/{pid}/net/dev").split("\n")
        names = [line.partition(":")[0].strip() for line in devices if ":" in line]
        expect(names == ["lo"], f"{pid} has the network {names}")
        network = site.machine.run(f"readlink /proc/{pid}/ns/net").strip()
        expect(network not in networks, f"{pid} has the door's network, or the machine's")
    return f"Seccomp: 2, NoNewPrivs: 1, CapEff: 0, only lo; of {len(processes)} processes"


def nothing_that_is_the_doors_can_be_read_in_it(site: Site) -> str:
    pid = _looking(site)
    status = _status(site, pid)
    uid, gid, groups = status["Uid"].split()[0], status["Gid"].split()[0], ",".join(status["Groups"].split())
    theirs = f"setpriv --reuid {uid} --regid {gid} --groups {groups or gid} --no-new-privs --inh-caps=-all"
    find = f"find {PRIVATE} -type f"
    kept = site.machine.run(find).split()
    expect(f"/var/lib/{DOOR}/device/enrolment.json" in kept, f"the door itself has only {kept}")
    for whose in (theirs, ""):  # as their user; and as root, if one of them were: the folders are not there
        seen = site.machine.run(f"nsenter -t {pid} -m -n {whose} {find} 2>/dev/null", check=False).split()
        expect(seen == [], f"with {whose or 'root'} it sees {seen}")
    for name in kept:
        code, _ = site.machine.code(f"nsenter -t {pid} -m -n {theirs} cat '{name}' >/dev/null 2>&1")
        expect(code != 0, f"they read {name}")
    door = site.machine.show("MainPID")
    code, said = site.machine.code(f"nsenter -t {pid} -m -n {theirs} ls /proc/{door} 2>&1")
    expect(code != 0, f"they see the door's process: {said}")
    code, said = site.machine.code(
        f"nsenter -t {pid} -m -n {theirs} find /dev/input /dev/snd -type c 2>/dev/null"
    )
    expect(not said.strip(), f"they see {said}")
    return f"{len(kept)} files"


def every_engine_decodes_in_it(site: Site) -> str:
    # The unit itself, with another program in it: what imports and decodes here does so there.
    python = f"/opt/{DOOR}/current/venv/bin/python"
    site.machine.run(
        f"sed -e 's|^ExecStart=.*|ExecStart={python} -P -c \"{DECODES}\"|' -e '/^Restart=/d' -e '/^WatchdogSec=/d' "
        f"-e 's/^Type=.*/Type=oneshot/' -e '/^PartOf=/d' -e '/^Requires=/d' /etc/systemd/system/{EYES}.service >{TRY}; "
        "systemctl daemon-reload"
    )
    code, said = site.machine.code(f"systemctl start {EYES}-try")
    told = site.machine.run(f"journalctl -u {EYES}-try --no-pager -o cat; rm {TRY}; systemctl daemon-reload")
    expect(code == 0, f"{said}{told}")
    return next(line for line in told.splitlines() if "read a drawn code" in line)


def a_decoder_that_crashes_is_a_lost_camera_for_seconds_and_nothing_else(site: Site) -> str:
    before = {unit: site.machine.show("MainPID", unit) for unit in (DOOR, EYES)}
    looking = _looking(site)
    since = float(site.machine.run(f"cut -d ' ' -f 1 /proc/uptime; kill -SEGV {looking}").split()[0])
    until(lambda: _said(site, DOOR, since, "camera: works again"), PAUSE_S, "the door to have frames again")
    crashed = _said(site, EYES, since, "the eyes crashed (SIGSEGV")
    lost, back = _said(site, DOOR, since, "the eyes crashed"), _said(site, DOOR, since, "camera: works again")
    expect(crashed and lost, "nobody said that the eyes had crashed")
    expect(_looking(site) not in ("", looking), "no other process looks")
    expect(back - since <= BACK_S, f"frames came back after {back - since:.1f} s")
    after = {unit: site.machine.show("MainPID", unit) for unit in (DOOR, EYES)}
    expect(before == after, f"{before} became {after}")
    return f"frames are back {back - since:.1f} s after SIGSEGV"


def eyes_that_hang_are_ended_by_the_watchdog_and_the_door_goes_on(site: Site) -> str:
    # The unit's own half minute is for a Pi with a slow card; what is looked at here is that somebody watches.
    folder = f"/run/systemd/system/{EYES}.service.d"
    site.machine.run(
        f"mkdir -p {folder}; printf '[Service]\\nWatchdogSec=6\\nTimeoutAbortSec=2\\n' >{folder}/hasty.conf; "
        f"systemctl daemon-reload; systemctl restart {EYES}"
    )
    until(lambda: _has_frames(site) and _looking(site), PAUSE_S, "frames")
    door, restarts = site.machine.show("MainPID"), int(site.machine.show("NRestarts", EYES))
    site.machine.run(f"kill -STOP {site.machine.show('MainPID', EYES)}")
    until(lambda: int(site.machine.show("NRestarts", EYES)) > restarts, PAUSE_S, "systemd to start them anew")
    until(lambda: running(site, EYES) and _looking(site) and _has_frames(site), PAUSE_S, "frames again")
    expect("Watchdog timeout" in site.machine.run(f"journalctl -u {EYES} --no-pager"), "it was no watchdog")
    expect(site.machine.show("MainPID") == door, "the door was started anew")
    site.machine.run(f"rm -r {folder}; systemctl daemon-reload; systemctl restart {DOOR}")
    until(lambda: running(site) and _looking(site), PAUSE_S, "both to run")
    return "with WatchdogSec=6"


def _processes(site: Site) -> list[str]:
    main = site.machine.show("MainPID", EYES)
    return [main, *site.machine.run(f"cat /proc/{main}/task/{main}/children", check=False).split()]


def _looking(site: Site) -> str:
    """Return the process that has a door: it shares its pictures. Empty where none has."""
    for pid in _processes(site)[1:]:
        if "memfd:eyes" in site.machine.run(f"cat /proc/{pid}/maps 2>/dev/null", check=False):
            return pid
    return ""


def _has_frames(site: Site) -> bool:
    return site.machine.code(f"test -s /run/{DOOR}/signs/frame")[0] == 0


def _status(site: Site, pid: str) -> dict[str, str]:
    lines = site.machine.run(f"cat /proc/{pid}/status").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _said(site: Site, unit: str, since: float, words: str) -> float:
    """Return when it said this, in seconds by the kernel's clock, the first time after `since`; 0 where it did not."""
    for line in site.machine.run(f"journalctl -b -u {unit} --no-pager -o json -n 200").splitlines():
        entry = json.loads(line)
        moment = int(entry["__MONOTONIC_TIMESTAMP"]) / 1e6
        if moment >= since and words in str(entry.get("MESSAGE")):
            return moment
    return 0.0


CELL = (
    frames_come_through_the_eyes_that_run_beside_the_door,
    the_kernel_says_that_the_cell_of_each_is_closed,
    nothing_that_is_the_doors_can_be_read_in_it,
    every_engine_decodes_in_it,
    a_decoder_that_crashes_is_a_lost_camera_for_seconds_and_nothing_else,
    eyes_that_hang_are_ended_by_the_watchdog_and_the_door_goes_on,
)
