"""What `kiosk doctor` looks at of the service (22) and of what belongs to it: gate-safe (23), watchdog (24), console (25).

On a machine where the kiosk is not installed (a checkout) that is said once, by 22, and the others have nothing to look at.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kiosk.doctor.finding import Finding, Fix, broken, ok, warning
from kiosk.doctor.site import Site
from kiosk.doctor.units import GATE_SAFE, NOT_INSTALLED, SERVICE, shown
from kiosk.errors import KioskError
from kiosk.machine.programs import RunProgram, said

OFTEN = 5
"""So many restarts since the machine started deserve a look."""
CONSOLE_BLANK = Path("/sys/module/kernel/parameters/consoleblank")
WATCHDOGS = Path("/sys/class/watchdog")


def check_service(_site: Site) -> Finding:
    """Check 22."""
    return service(said)


def check_gate_safe(site: Site) -> Finding:
    """Check 23."""
    return gate_safe(said, here=site.here)


def check_watchdog(site: Site) -> Finding:
    """Check 24."""
    return hardware_watchdog(said, here=site.here)


def check_console(site: Site) -> Finding:
    """Check 25."""
    return console(said, site.settings.screen.driver, here=site.here)


def service(ask: RunProgram) -> Finding:
    """The door runs as a service, starts with the machine, and is watched."""
    names = ("LoadState", "ActiveState", "SubState", "UnitFileState", "WatchdogUSec", "NRestarts", "Result")
    unit = shown(ask, SERVICE, *names)
    if unit.get("LoadState") != "loaded":
        return warning("not installed as a service here: nothing starts the door by itself", "run install.sh")
    enable = _enable(ask, SERVICE)
    if unit.get("ActiveState") != "active":
        state = f"{unit.get('ActiveState')} ({unit.get('SubState')}), last result {unit.get('Result')}"
        fixes = () if _enabled(unit) else (enable,)
        return broken(
            f"the service does not run: {state}",
            "sudo systemctl start ashyq-kiosk; if it ends again: journalctl -u ashyq-kiosk -n 50",
            *fixes,
        )
    if not _enabled(unit):
        return broken(
            "runs, and would not start with the machine", "sudo systemctl enable ashyq-kiosk", enable
        )
    if unit.get("WatchdogUSec", "0") in ("0", "infinity", ""):
        return warning("runs, and nobody would notice if it hung: no watchdog", "run install.sh again")
    restarts = int(unit.get("NRestarts") or 0)
    if restarts >= OFTEN:
        return warning(
            f"runs, and was restarted {restarts} times since the machine started",
            "journalctl -u ashyq-kiosk says why; send `kiosk bundle` to support",
        )
    return ok(f"runs, starts with the machine, watched every {unit['WatchdogUSec']}")


def gate_safe(ask: RunProgram, *, here: bool) -> Finding:
    """At each start of the machine the gate loses its power before the door begins. `here`: the kiosk is installed."""
    if not here:
        return NOT_INSTALLED
    unit = shown(ask, GATE_SAFE, "LoadState", "ActiveState", "UnitFileState")
    if unit.get("LoadState") != "loaded":
        return broken("the unit that puts the gate safe at a start is not there", "run install.sh again")
    if not _enabled(unit):
        return broken(
            "the gate is not put safe when the machine starts",
            "sudo systemctl enable ashyq-kiosk-gate-safe",
            _enable(ask, GATE_SAFE),
        )
    if unit.get("ActiveState") == "failed":
        return warning(
            "failed at this start of the machine",
            "journalctl -u ashyq-kiosk-gate-safe says which line it could not have",
        )
    return ok("done at each start of the machine, before the door")


def hardware_watchdog(ask: RunProgram, *, here: bool, watchdogs: Path = WATCHDOGS) -> Finding:
    """A machine that hangs as a whole resets itself."""
    if not here:
        return NOT_INSTALLED
    try:
        span = ask("systemctl", "show", "--property=RuntimeWatchdogUSec").strip().partition("=")[2]
    except KioskError as failure:
        return warning(str(failure), "is this systemd? run install.sh again")
    if span in ("", "0", "infinity"):
        return warning("off: a machine that hangs stays as it is", "run install.sh again, then: sudo reboot")
    if not any(watchdogs.glob("watchdog*")):
        return warning(
            f"set to {span}, and this machine has none",
            "right for a trial; a door's machine should have one (a Pi has)",
        )
    return ok(f"resets a machine that hangs, after {span}")


def console(ask: RunProgram, driver: str, *, here: bool, blank: Path = CONSOLE_BLANK) -> Finding:
    """The screen does not go to sleep, and no login prompt lies under the picture."""
    if driver != "kmsdrm" or not here:
        return ok("not the door's: the screen is driven otherwise") if here else NOT_INSTALLED
    if shown(ask, "getty@tty1.service", "ActiveState").get("ActiveState") == "active":
        return broken(
            "a login prompt has the first console, and takes what is typed at the door",
            "run install.sh again, then: sudo reboot",
        )
    try:
        seconds = blank.read_text(encoding="ascii").strip()
    except OSError as wrong:
        return warning(
            f"{blank} cannot be read: {wrong.strerror}", "see that the kernel is that of the system"
        )
    if seconds != "0":
        return warning(
            f"the console goes dark after {seconds} s",
            "put consoleblank=0 at the end of the line in /boot/firmware/cmdline.txt (install.sh does), then: sudo reboot",
        )
    return ok("the door's own, and never dark")


def _enabled(unit: Mapping[str, str]) -> bool:
    return unit.get("UnitFileState") in ("enabled", "enabled-runtime", "static", "linked")


def _enable(ask: RunProgram, unit: str) -> Fix:
    def enable() -> None:
        ask("systemctl", "enable", unit)

    return Fix(f"have {unit} start with the machine", enable)
