"""What of this machine goes into a bundle for support: the system, what is plugged in, how the service stands. No person, no network's name.

Everything is read from /proc and /sys or asked of systemd; a part that cannot be read says so and stops no other.
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from kiosk.doctor.units import EYES, EYES_SOCKET, GATE_SAFE, SERVICE
from kiosk.errors import KioskError
from kiosk.machine import versions
from kiosk.machine.programs import RunProgram

SYS, PROC = Path("/sys"), Path("/proc")
JOURNAL_DAYS = 7
JOURNAL_LINES = 20_000
JOURNAL_BYTES = 4_000_000
KERNEL_LINES = 500
_PLUGGED = (
    ("usb", "bus/usb/devices/*", ("idVendor", "idProduct", "manufacturer", "product", "speed")),
    ("camera", "class/video4linux/*", ("name",)),
    ("input", "class/input/input*", ("name",)),
    ("screen", "class/drm/card*-*", ("status", "enabled")),
    ("gpio chip", "bus/gpio/devices/gpiochip*/of_node", ("compatible",)),
    ("serial", "class/tty/ttyACM*", ("dev",)),
    ("serial", "class/tty/ttyUSB*", ("dev",)),
    ("watchdog", "class/watchdog/watchdog*", ("identity", "state", "timeout")),
    ("network", "class/net/*", ("operstate", "type")),
    ("radio", "class/rfkill/rfkill*", ("type", "soft", "hard")),
    ("temperature", "class/thermal/thermal_zone*", ("type", "temp")),
)
"""Kind, where it is below /sys, and what is told of it: kinds and states. A serial number says whose it is, and stays out."""


def devices(sys: Path = SYS) -> str:
    """Return what is plugged in, one line a thing."""
    lines = [
        f"{kind} {place.name}: {', '.join(f'{name} {value}' for name, value in values)}"
        for kind, below, names in _PLUGGED
        for place in sorted(sys.glob(below))
        if (values := [(name, value) for name in names if (value := _read(place / name))])
    ]
    return "\n".join(lines) or "nothing that is known of"


def system(data: Path, proc: Path = PROC) -> str:
    """Return what machine and system this is, and how much of it is used. `data` is where the visits lie."""
    release = _read(Path("/etc/os-release"))
    names = [line for line in release.splitlines() if line.startswith(("PRETTY_NAME", "VERSION_ID"))]
    return "\n".join(
        [
            platform.platform(),
            *names,
            f"board {_read(proc / 'device-tree' / 'model') or platform.machine()}",
            f"running for {_read(proc / 'uptime').partition('.')[0]} s, load {_read(proc / 'loadavg').partition(' ')[0]}",
            *_read(proc / "meminfo").splitlines()[:3],
            *(_room(place) for place in (data, Path("/"), Path("/run"))),
            f"kernel command line {_read(proc / 'cmdline')}",
            f"swap {'; '.join(' '.join(line.split()[:2]) for line in _read(proc / 'swaps').splitlines()[1:]) or 'none'}",
        ]
    )


def packages(ask: RunProgram) -> str:
    """Return the versions of the kiosk, of Python's libraries and of Debian's packages that it stands on."""
    from importlib import metadata

    libraries = sorted(f"{each.name} {each.version}" for each in metadata.distributions() if each.name)
    wanted = (
        "python3-lgpio",
        "python3-picamera2",
        "python3-libcamera",
        "python3-evdev",
        "libzbar0",
        "systemd",
        "linux-image-*",
    )
    debian = _asked(ask, "dpkg-query", "--show", "--showformat=${Package} ${Version}\\n", *wanted)
    return "\n".join([*versions.lines(), "", *libraries, "", debian])


def service(ask: RunProgram) -> str:
    """Return how the units stand, as systemd tells."""
    names = "Id,ActiveState,SubState,Result,NRestarts,WatchdogUSec,UnitFileState,StatusText,ExecMainStatus,ActiveEnterTimestamp"
    ours = (SERVICE, EYES, EYES_SOCKET, GATE_SAFE)
    units = [_asked(ask, "systemctl", "show", unit, f"--property={names}") for unit in ours]
    failed = _asked(ask, "systemctl", "list-units", "--failed", "--plain", "--no-legend")
    return "\n\n".join([*units, f"failed units: {failed or 'none'}"])


def journal(ask: RunProgram) -> str:
    """Return the last days of what the door and its eyes said, bounded in lines and bytes. Raises KioskError where it cannot be read."""
    lines = ask(
        "journalctl", f"--unit={SERVICE}", f"--unit={EYES}", f"--unit={GATE_SAFE}", f"--since=-{JOURNAL_DAYS}days", f"--lines={JOURNAL_LINES}",
        "--output=short-iso", "--no-hostname", "--no-pager", "--quiet",
        limit_s=60.0, most_bytes=JOURNAL_BYTES,
    )  # fmt: skip
    if not lines.strip():
        raise KioskError(
            f"expected what the door said in the last {JOURNAL_DAYS} days, found no line that you may read: sudo kiosk bundle"
        )
    return lines


def kernel(ask: RunProgram) -> str:
    """Return what the kernel warned of since the machine started: weak supply, lost USB, a dying card.

    Raises KioskError where it cannot be read, which is not the same as no warning.
    """
    how = ("--output=short-iso", "--no-hostname", "--no-pager", "--quiet")
    lines = ask(
        "journalctl", "--dmesg", "--priority=warning", f"--lines={KERNEL_LINES}", *how,
        most_bytes=JOURNAL_BYTES // 8,
    )  # fmt: skip
    if lines.strip():
        return lines
    if not ask("journalctl", "--dmesg", "--lines=1", *how).strip():
        raise KioskError("expected what the kernel said, found no line that you may read: sudo kiosk bundle")
    return "(it warned of nothing since the machine started)"


def _read(file: Path) -> str:
    try:
        return file.read_bytes()[:4096].replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _asked(ask: RunProgram, *words: str) -> str:
    try:
        return ask(*words).strip()
    except KioskError as failure:
        return f"({failure})"


def _room(place: Path) -> str:
    try:
        usage, inodes = shutil.disk_usage(place), os.statvfs(place)
    except OSError as failure:
        return f"{place}: {failure.strerror}"
    return (
        f"{place}: {usage.free // 1_000_000} of {usage.total // 1_000_000} MB free, {inodes.f_favail} names"
    )


def everything(
    data: Path, ask: RunProgram, ask_as_root: RunProgram
) -> Iterable[tuple[str, Callable[[], str]]]:
    """Yield the files of this part: name, and what makes its text. `ask_as_root`: for what not everybody may read."""
    yield "system.txt", lambda: system(data)
    yield "devices.txt", devices
    yield "packages.txt", lambda: packages(ask)
    yield "service.txt", lambda: service(ask)
    yield "journal.txt", lambda: journal(ask_as_root)
    yield "kernel.txt", lambda: kernel(ask_as_root)
