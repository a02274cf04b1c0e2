"""What has to be true of the installed kiosk on its device, one function a sentence, in the order of a door's first day.

Each gets a `Site`. A function that returns text adds it to its line; one that raises has failed. Nothing here looks into the
kiosk: what it does is seen on the panel, at the relay, at the registry, and in what its commands and its journal say.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from kiosk.core.model import Colour
from kiosk.core.screen.view import Field
from tests.device.image import PYTHON
from tests.device.people import held_up
from tests.device.picture import asks
from tests.device.site import RELAY, SEEN_S, Site
from tests.install.container.machine import until
from tests.install.container.site import DOOR, expect

GREEN_LIGHT = 6
BEFORE_THE_CUT = 3
"""How many gates open before the power goes, of the visitors who queue."""
QUEUE = 6
CONTRACT = f"cd /srv/device && runuser -u {DOOR} -- {PYTHON} -B -m pytest -q -p no:cacheprovider -c /dev/null contract.py"
"""The contract of tests/drivers, as the door's user and with its Python."""

# ---- the first day -----------------------------------------------------------------------------------------------------------


def it_comes_up_by_itself_when_it_gets_power(site: Site) -> str:
    waited = site.ready()
    expect(site.device.show("Result", f"{DOOR}-gate-safe") == "success", "the gate was not put safe")
    expect(site.device.show("User") == DOOR, "it does not run as its own user")
    return f"{waited:.0f} s after the first answer of the machine"


def an_enrolment_code_before_the_camera_makes_it_this_doors(site: Site) -> str:
    expect(not site.roll.devices(), "the door has a device already")
    site.tells("camera: /dev/video")
    code = site.office.code()
    site.hold_up(held_up(code, seed=0))
    site.tells("enrolment: shown")
    until(lambda: asks(site.device.screen(keep="enrolment")), SEEN_S, "the panel to ask whether it is right")
    expect(not site.roll.devices(), "it was enrolled before anybody said yes")
    site.device.type("ret")
    site.tells("is open for visitors")
    site.shows(Field.NIGHT)
    expect(code not in site.device.console(), "the code is in the journal")
    (device,) = site.roll.devices()
    return device


def a_second_run_of_install_adds_the_console_that_a_container_lacks(site: Site) -> str:
    # A unit of its own: it has systemd load its units anew, and the agent may not outlive that.
    site.device.run(
        "systemd-run --quiet --unit=second-run -p StandardOutput=file:/run/second-run /srv/bundle/install.sh --unattended"
    )
    until(lambda: site.device.show("SubState", "second-run") in ("dead", "failed"), 1500, "install.sh to end")
    said = site.device.run("cat /run/second-run")
    expect("tty1.conf" in said and "is installed" in said, said[-3000:])
    site.ready()
    expect("tty1" in site.device.show("TTYPath"), "the door has not the first console")
    return "tty1"


def the_panel_shows_that_it_waits(site: Site) -> str:
    site.shows(Field.NIGHT)
    told = [line for line in site.device.console().splitlines() if "through KMSDRM" in line]
    expect(told, "the journal does not tell of a screen through KMSDRM")
    return told[-1].rpartition("screen: ")[2].strip()


def the_doctor_finds_its_hardware(site: Site) -> str:
    rows = site.doctor()
    wrong = [
        f"{row['number']} {name}: {row['says']}" for name, row in rows.items() if row["state"] == "broken"
    ]
    expect(not wrong, "\n".join(wrong))
    minor = ", ".join(name for name, row in rows.items() if row["state"] == "warning")
    return f"{len(rows)} checks; to be looked at: {minor or 'nothing'}"


def a_pass_before_the_camera_turns_the_panel_green(site: Site) -> str:
    person = site.roll.visitor()
    begun = time.monotonic()
    site.present(person)
    site.shows(Field.GREEN)
    return f"{time.monotonic() - begun:.0f} s, emulated"


def the_relay_opens_once_and_the_lamp_is_green(site: Site) -> str:
    light = site.level(GREEN_LIGHT)
    site.opens_once()
    expect(light == "1", f"the green light is {light}")
    expect(site.level(RELAY) == "0", "the relay still has power")
    return "one pulse"


def the_passage_sensor_counts_who_went_through(site: Site) -> str:
    before = site.today()["inside"]
    expect(before == site.inside, f"{before} are inside before anybody went through")
    site.walk_through()
    return f"{before + 1} inside"


def a_number_typed_at_the_keypad_is_answered(site: Site) -> str:
    site.shows(Field.NIGHT, within_s=SEEN_S)
    person = site.roll.visitor(Colour.BLUE)
    site.device.type(*person.iin)
    site.device.type("ret", "ret")  # "that is all", and "it is right"
    site.shows(Field.BLUE)
    site.opens_once()
    site.walk_through()
    expect(person.iin not in site.device.console(), "the number is in the journal")
    return "blue, and the gate opened"


def who_is_not_admitted_finds_the_gate_shut(site: Site) -> str:
    person = site.roll.visitor(Colour.RED)
    site.present(person)
    site.shows(Field.RED)
    time.sleep(3)  # longer than the gate took for those who were admitted
    expect(site.pulses() == site.opened, "the relay got power")
    return "red"


def the_driver_of_the_ribbon_camera_keeps_its_contract_over_libcamera(site: Site) -> str:
    site.device.run(f"{CONTRACT} -k TestNoRibbonCamera")
    with site.ribbon_camera():
        said = site.device.run(f"{CONTRACT} -k TestRibbonCamera", within_s=600)
    return said.strip().splitlines()[-1]


def a_pass_before_the_ribbon_camera_turns_the_panel_green(site: Site) -> str:
    site.shows(Field.NIGHT, within_s=SEEN_S)
    with site.presents_to_ribbon_camera(site.roll.visitor()):
        begun = time.monotonic()
        site.shows(Field.GREEN)
        waited = time.monotonic() - begun
        site.opens_once()
        site.walk_through()
        files = site.device.run(
            f"for each in $(cat /sys/fs/cgroup/system.slice/{DOOR}*.service/cgroup.procs); do ls -l /proc/$each/fd; done"
        )
        camera = site.doctor()["camera"]
    expect("camera: the ribbon camera" in site.device.console(), "the journal tells of no ribbon camera")
    expect("/dev/video" not in files, f"another camera is open:\n{files}")
    expect(camera["state"] == "ok", camera["says"])
    return f"{waited:.0f} s, emulated; the camera {camera['says']}"


def the_registry_has_each_visit(site: Site) -> str:
    site.sends_everything()
    opened = [visit for visit in site.roll.visits() if visit["opens"]]
    expect(len(opened) == site.opened, f"the gate opened {site.opened} times, the registry has {len(opened)}")
    expect(
        sum(visit["passed"] is True for visit in opened) == site.inside,
        f"{site.inside} went through, the registry has other passages: {opened}",
    )
    return f"{len(opened)} that opened the gate, {site.inside} passages"


# ---- mishaps -----------------------------------------------------------------------------------------------------------------


def a_hang_is_ended_by_the_watchdog(site: Site) -> str:
    before, process = int(site.device.show("NRestarts")), site.device.show("MainPID")
    begun = time.monotonic()
    site.device.run(f"kill -STOP {process}")
    until(lambda: int(site.device.show("NRestarts")) > before, 240, "systemd to start it anew")
    site.ready()
    expect("Watchdog timeout" in site.device.console(), "the journal does not tell of the watchdog")
    expect(site.level(RELAY) == "0", "the relay has power")
    site.shows(Field.NIGHT)
    return f"{time.monotonic() - begun:.0f} s"


def a_power_cut_in_the_middle_of_traffic_loses_no_visit_whose_gate_opened(site: Site) -> str:
    site.device.cable(plugged=False)
    return _cut(site, then=lambda: site.device.cable(plugged=True))


def nor_does_one_while_they_are_being_sent(site: Site) -> str:
    return _cut(site, then=lambda: None)


def a_kernel_that_dies_is_reset_by_the_hardware_watchdog(site: Site) -> str:
    kept = site.device.run("systemctl show -P RuntimeWatchdogUSec")
    expect("none" not in site.device.run("systemctl show -P WatchdogDevice"), "systemd has no watchdog")
    begun = time.monotonic()
    site.device.send("sync; sleep 1; echo c >/proc/sysrq-trigger")
    until(lambda: "WATCHDOG" in site.device.news(), 180, "the watchdog to bite")
    site.device.wait_until_up()
    site.ready()
    return f"{kept.strip()}; the door is back after {time.monotonic() - begun:.0f} s"


def nothing_in_its_journal_is_a_traceback_or_a_number(site: Site) -> None:
    said = site.device.console()
    expect("Traceback" not in said, said[said.find("Traceback") - 500 :][:3000])
    expect(not any(iin in said for iin in site.roll.numbers()), "somebody's number is in the journal")


def _cut(site: Site, then: Callable[[], None]) -> str:
    """Cut the power while visitors come; nothing that was told outside of the device before may be missing after."""
    known, opened = len(site.admitted()), site.pulses()
    for _ in range(QUEUE):
        site.present(site.roll.visitor())
    until(lambda: site.pulses() >= opened + BEFORE_THE_CUT, SEEN_S * 3, f"{BEFORE_THE_CUT} gates to open")
    time.sleep(random.uniform(0, 2))
    site.device.cut_power()
    gates = site.pulses() - opened
    told = site.admitted()[known:]
    site.device.wait_until_up()
    site.ready()
    expect(len(told) >= gates, f"{gates} gates opened and {len(told)} visits were told of")
    waiting = site.device.run("kiosk queue list --limit 500")
    there = {str(visit["uid"]) for visit in site.roll.visits()}
    lost = [uid for uid in told[:gates] if uid not in waiting and uid not in there]
    expect(not lost, f"{len(lost)} of {gates} visits whose gate opened are lost: {lost}\n{waiting}")
    expect(site.level(RELAY) == "0", "the relay has power")
    then()
    site.sends_everything(SEEN_S * 3)
    at_registry = [str(visit["uid"]) for visit in site.roll.visits()]
    expect(len(at_registry) == len(set(at_registry)), "the registry has a visit twice")
    missing = [uid for uid in told[:gates] if uid not in at_registry]
    expect(not missing, f"{len(missing)} visits did not reach the registry: {missing}")
    site.opened = site.pulses()
    return f"{gates} gates had opened, {gates} visits are there"


FIRST = (it_comes_up_by_itself_when_it_gets_power, an_enrolment_code_before_the_camera_makes_it_this_doors)
"""What has to be so before anything else can be."""
ALL = (
    *FIRST,
    a_second_run_of_install_adds_the_console_that_a_container_lacks,
    the_panel_shows_that_it_waits,
    the_doctor_finds_its_hardware,
    a_pass_before_the_camera_turns_the_panel_green,
    the_relay_opens_once_and_the_lamp_is_green,
    the_passage_sensor_counts_who_went_through,
    a_number_typed_at_the_keypad_is_answered,
    who_is_not_admitted_finds_the_gate_shut,
    the_driver_of_the_ribbon_camera_keeps_its_contract_over_libcamera,
    a_pass_before_the_ribbon_camera_turns_the_panel_green,
    the_registry_has_each_visit,
    a_hang_is_ended_by_the_watchdog,
    a_power_cut_in_the_middle_of_traffic_loses_no_visit_whose_gate_opened,
    nor_does_one_while_they_are_being_sent,
    a_kernel_that_dies_is_reset_by_the_hardware_watchdog,
    nothing_in_its_journal_is_a_traceback_or_a_number,
)
