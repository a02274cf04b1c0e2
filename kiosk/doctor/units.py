"""Our units of systemd, and what the system says of them."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.doctor.finding import ok
from kiosk.errors import KioskError
from kiosk.machine.programs import RunProgram

SERVICE, GATE_SAFE = "ashyq-kiosk.service", "ashyq-kiosk-gate-safe.service"
EYES, EYES_SOCKET = "ashyq-kiosk-eyes.service", "ashyq-kiosk-eyes.socket"
NOT_INSTALLED = ok("nothing to look at: the kiosk is not installed as a service here (22)")


def installed(ask: RunProgram) -> bool:
    """Whether the system knows our service. False, too, where there is no systemd."""
    return shown(ask, SERVICE, "LoadState").get("LoadState") == "loaded"


def shown(ask: RunProgram, unit: str, *names: str) -> Mapping[str, str]:
    """Return properties of a unit as `systemctl show` prints them; nothing where there is no systemd."""
    try:
        lines = ask("systemctl", "show", unit, f"--property={','.join(names)}").splitlines()
    except KioskError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)
