"""The kiosk that runs on this machine: whether there is one, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiosk.doctor.finding import Finding, broken, ok, warning
from kiosk.service.status_file import KioskStatus

STOP_FIRST = "if the kiosk runs, stop it first: sudo systemctl stop ashyq-kiosk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A kiosk that runs on this machine, and what it said of itself; None where it said nothing lately."""

    status: KioskStatus | None

    def says(self, number: int, remedy: str) -> Finding:
        """Return how it is with what the check of this number looks at."""
        if self.status is None:
            return warning(
                "in use by the kiosk that runs, and it does not say how it is",
                "ask as root: sudo kiosk doctor; else see the kiosk's screen and journal",
            )
        troubles = [each for each in self.status.troubles if each.number == number]
        if troubles:
            whys = "; ".join(each.why for each in troubles)
            return broken(f"{whys} (says the kiosk that runs)", remedy)
        return ok("works, says the kiosk that runs")


def running(store_file: Path, processes: Path = Path("/proc")) -> bool:
    """Whether a kiosk runs on this store: the process that its lock names is there and is one of ours.

    Read only. Trying the lock itself could stop a kiosk that starts in that moment.
    """
    try:
        process = store_file.with_name(f"{store_file.name}.lock").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return False
    return process.isdigit() and is_kiosk(int(process), processes)


def is_kiosk(process: int, processes: Path = Path("/proc")) -> bool:
    """Whether there is a process of this number, and it is a kiosk."""
    try:
        return b"kiosk" in (processes / str(process) / "cmdline").read_bytes()
    except OSError:
        return False
