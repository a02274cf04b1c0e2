"""What `kiosk doctor` looks at of the machine: its time (3, 4), its swap (31), its supply, heat and memory (33 to 35)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.clock import HAS_PASSED, SystemClock
from kiosk.core.events import Part
from kiosk.core.health.board import Vitals
from kiosk.doctor.ailing import ailing
from kiosk.doctor.finding import Finding, Fix, broken, ok, warning
from kiosk.doctor.site import Site
from kiosk.machine.programs import said

SWAPS = Path("/proc/swaps")
BLOCKS = Path("/sys/block")
NOT_TOLD = ok("this machine does not tell: it is no Raspberry Pi, or its kernel has no such sensor")


def check_time_zone(site: Site) -> Finding:
    """Check 3."""
    return time_zone(site.settings.door.timezone)


def check_clock(site: Site) -> Finding:
    """Check 4."""
    real = SystemClock()
    keep = Fix("have the system keep the time by the network", _keep_time)
    said_here = site.running and site.running.status
    doubts = [each.why for each in said_here.troubles if each.number == 4] if said_here else []
    return clock(
        real.trusted(), real.wall(), HAS_PASSED, *([keep] if site.here else []), doubted="; ".join(doubts)
    )


def check_swap(_site: Site) -> Finding:
    """Check 31."""
    return swap()


def check_power(site: Site) -> Finding:
    """Check 33."""
    return power(site.vitals)


def check_heat(site: Site) -> Finding:
    """Check 34."""
    return heat(site.vitals)


def check_memory(site: Site) -> Finding:
    """Check 35."""
    return memory(site.vitals)


def time_zone(zone: ZoneInfo, zone_data: Callable[[str], ZoneInfo] = ZoneInfo) -> Finding:
    """Kazakhstan went to one time on 2024-03-01; older data is an hour ahead there, and so are the opening hours."""
    almaty = datetime(2024, 3, 2, tzinfo=UTC).astimezone(zone_data("Asia/Almaty")).utcoffset()
    if almaty == timedelta(hours=5):
        return ok(f"{zone.key}; Asia/Almaty is UTC+5 since 2024-03-01")
    hours = almaty.total_seconds() / 3600 if almaty else 0
    return broken(
        f"Asia/Almaty is UTC{hours:+g}, expected UTC+5",
        "sudo apt update && sudo apt install --only-upgrade tzdata",
    )


def clock(synchronised: bool, now: datetime, built: datetime, *fixes: Fix, doubted: str = "") -> Finding:
    """`built` is a moment that has certainly passed: a clock before it is wrong whoever set it.

    `doubted` is why the kiosk that runs does not believe a clock that claims to be right; empty where it does.
    """
    shown = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if doubted:
        return broken(
            f"{shown} {doubted} (says the kiosk that runs)",
            "see who answers NTP on this network (`timedatectl timesync-status`), then the registry's own clock",
        )
    if now < built:
        return broken(
            f"{shown} is in the past", "connect the network, then: sudo timedatectl set-ntp true", *fixes
        )
    if not synchronised:
        return warning(
            f"{shown}, not synchronised: the venue code is hidden, and visits are recorded with a time to be put right",
            "see that the network lets NTP (UDP 123) out, then: sudo timedatectl set-ntp true",
            *fixes,
        )
    return ok(f"{shown}, synchronised")


def swap(swaps: Path = SWAPS, blocks: Path = BLOCKS) -> Finding:
    """Memory does not go to the card: it holds the number of whoever stands at the door."""
    try:
        lines = swaps.read_text(encoding="utf-8", errors="replace").splitlines()[1:]
    except OSError:
        return ok("none")
    on_disk = [name for line in lines if line.split() and _on_a_disk(name := line.split()[0], blocks)]
    if on_disk:
        return warning(
            f"memory may go to the disk, with a visitor's number in it: {', '.join(on_disk)}",
            "Raspberry Pi OS 13: run install.sh again, then sudo reboot; 12: sudo systemctl disable --now dphys-swapfile; "
            "elsewhere: sudo swapoff -a, and take swap out of /etc/fstab",
        )
    return ok("none on a disk")


def _on_a_disk(swap: str, blocks: Path) -> bool:
    """Swap in compressed memory may still have a disk behind it, for what is not used for long."""
    if not swap.startswith("/dev/zram"):
        return True
    try:
        behind = (blocks / Path(swap).name / "backing_dev").read_text(encoding="utf-8").strip()
    except OSError:
        return False  # this kernel has it not
    return behind not in ("", "none")


def power(vitals: Vitals) -> Finding:
    """The supply holds. A warning, not broken: the door works until it does not."""
    if vitals.undervolted is None:
        return NOT_TOLD
    return ailing(Part.POWER, vitals) or ok("the supply holds")


def heat(vitals: Vitals) -> Finding:
    """The processor is cool enough to run at full speed."""
    if vitals.celsius is None and vitals.slowed is None:
        return NOT_TOLD
    shown = "" if vitals.celsius is None else f", {vitals.celsius:.0f} degrees"
    return ailing(Part.HEAT, vitals) or ok(f"cool enough{shown}")


def memory(vitals: Vitals) -> Finding:
    """There is memory left."""
    if vitals.memory_share is None:
        return NOT_TOLD
    return ailing(Part.MEMORY, vitals) or ok(f"{vitals.memory_share:.0%} of the memory is free")


def _keep_time() -> None:
    said("timedatectl", "set-ntp", "true")
