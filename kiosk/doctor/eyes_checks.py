"""What `kiosk doctor` looks at of the eyes (40): that they run beside the door, and that their cell is closed.

Of a process that runs it believes the kernel (/proc), not the unit that should have confined it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kiosk.doctor.finding import Finding, broken, ok, warning
from kiosk.doctor.service_checks import OFTEN
from kiosk.doctor.site import Site
from kiosk.doctor.units import EYES, EYES_SOCKET, SERVICE, installed, shown
from kiosk.machine.programs import RunProgram, said

PROC = Path("/proc")
JOURNAL = "journalctl -u ashyq-kiosk-eyes -n 50 says why"
CONFINED: Mapping[str, str] = {"Seccomp": "2", "NoNewPrivs": "1", "CapEff": "0000000000000000"}
"""What the kernel says of a process in the cell (proc_pid_status(5)): its calls are filtered, it gains no right, it has none."""
LOOPBACK = "lo"


def check_eyes(site: Site) -> Finding:
    """Check 40."""
    settings = site.settings
    if settings.camera.driver == "none":
        return ok("none at this door")
    with site.powers.taken_up():  # the cell is another user's: root alone sees all of it
        return eyes(said, settings.reader.process)


def eyes(ask: RunProgram, process: str, *, proc: Path = PROC) -> Finding:
    """The eyes run as a service of the machine, and their cell is closed. `process`: what [reader] process says."""
    unit = shown(ask, EYES, "LoadState", "ActiveState", "SubState", "NRestarts", "Result", "MainPID")
    if unit.get("LoadState") != "loaded":
        return _without_service(process, here=installed(ask))
    if process == "own":
        return warning(
            "the service is there and not used: the kiosk decodes pictures in a process that is not confined",
            'set [reader] process = "auto", then: sudo systemctl restart ashyq-kiosk',
        )
    if unit.get("ActiveState") != "active":
        if shown(ask, SERVICE, "ActiveState").get("ActiveState") in ("inactive", "failed"):
            return ok("stopped, as is the door (22), with which they start")
        return broken(
            f"they do not run: {unit.get('ActiveState')} ({unit.get('SubState')}), last result {unit.get('Result')}",
            f"sudo systemctl start ashyq-kiosk-eyes; if they end again: {JOURNAL}",
        )
    if shown(ask, EYES_SOCKET, "ActiveState").get("ActiveState") != "active":
        return broken(
            "they run, and nobody listens where the door calls them",
            "sudo systemctl restart ashyq-kiosk-eyes.socket ashyq-kiosk",
        )
    cell = _cell(unit.get("MainPID", ""), proc)
    if cell.state != "ok":
        return cell
    restarts = int(unit.get("NRestarts") or 0)
    if restarts >= OFTEN:
        return warning(f"they run, and were restarted {restarts} times since the door started", JOURNAL)
    return cell


def _without_service(process: str, *, here: bool) -> Finding:
    if process == "service":
        return broken(
            'no such service here, and [reader] process = "service": the camera is never opened',
            "run install.sh again",
        )
    if here:
        return warning(
            "no such service here: the kiosk decodes pictures in a process that is not confined",
            "run install.sh again",
        )
    return ok("no such service here: the kiosk begins a process of its own, which is not confined")


def _cell(pid: str, proc: Path) -> Finding:
    """What the kernel says of the process that is the service."""
    try:
        lines = (proc / pid / "status").read_text(encoding="utf-8", errors="replace").splitlines()
        network = (proc / pid / "net" / "dev").read_text(encoding="utf-8", errors="replace").splitlines()[2:]
    except OSError:
        return ok("they run beside the door; how they are confined only root can see: sudo kiosk doctor 40")
    status = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    open_walls = [
        f"{name} {status.get(name)}" for name, wanted in CONFINED.items() if status.get(name) != wanted
    ]
    open_walls += [
        f"network {name}" for line in network if (name := line.partition(":")[0].strip()) != LOOPBACK
    ]
    if open_walls:
        return broken(
            f"they run, and their cell is open: {', '.join(open_walls)}",
            "run install.sh again, then: sudo systemctl restart ashyq-kiosk",
        )
    return ok("they run beside the door, with filtered calls, without powers and without a network")
