"""What `kiosk doctor` looks at of what was installed: Python (1), the configuration (2), the packages (26).

Nothing is imported for 26: a library that kills the process at its import must not kill the doctor.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from kiosk.doctor.finding import Finding, broken, ok, warning
from kiosk.doctor.site import Site
from kiosk.errors import SettingsError
from kiosk.settings import CHECKOUT, SECTIONS, choose
from kiosk.settings.checks import notes
from kiosk.settings.wires import wires

FROM_DEBIAN = {
    "lgpio": "python3-lgpio",
    "picamera2": "python3-picamera2",
    "libcamera": "python3-libcamera",
    "evdev": "python3-evdev",
}
"""Where a library comes from on a Raspberry Pi, by its import name."""
OWN_WHEELS = ("numpy", "simplejpeg")
"""Where a wheel of ours has to win over Debian's build, which dies beside our numpy."""
_PIN = re.compile(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
_SHOWN = 4
FindLibrary = Callable[[str], Path | None]
"""Where a library would be imported from, by its import name; None where it is not installed."""

PINS = CHECKOUT.parent.parent / "requirements" / "kiosk.txt"


def check_python(_site: Site) -> Finding:
    """Check 1."""
    return python_version(sys.version_info[:3])


def check_configuration(site: Site) -> Finding:
    """Check 2."""
    try:
        remarks = list(notes(site.settings))
        chosen = choose(site.config)
    except SettingsError as mistakes:
        return broken(str(mistakes), "mend these lines; `kiosk check-config` reads them again")
    if remarks:
        return warning(
            f"{chosen}: " + "\n".join(remarks), "fine for a trial; at a door, change what the line says"
        )
    return ok(f"{chosen}: {sum(map(len, SECTIONS.values()))} keys, no mistakes")


def check_packages(site: Site) -> Finding:
    """Check 26."""
    needed = []
    if any(True for _ in wires(site.settings)) and Path("/proc/device-tree/model").exists():
        needed.append("lgpio")
    if site.settings.camera.driver == "picamera2":
        needed += ["libcamera", "picamera2"]
    if "evdev" in (site.settings.keypad.driver, site.settings.scanner.driver):
        needed.append("evdev")
    return packages(needed, PINS.read_text(encoding="utf-8"))


def python_version(version: Sequence[int]) -> Finding:
    """3.11 to 3.13."""
    shown = ".".join(str(part) for part in version[:3])
    if (3, 11) <= tuple(version[:2]) <= (3, 13):
        return ok(f"Python {shown}")
    return broken(f"Python {shown}, expected 3.11 to 3.13", "run install.sh on Raspberry Pi OS 12 or 13")


def where(library: str) -> Path | None:
    """Return where a library would be imported from."""
    try:
        spec = find_spec(library)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec is not None and spec.origin else None


def version_of(package: str) -> str | None:
    """Return the version of an installed package; None where there is none."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def packages(
    needed: Collection[str],
    pins: str,
    *,
    where: FindLibrary = where,
    version_of: Callable[[str], str | None] = version_of,
    prefix: Path = Path(sys.prefix),
) -> Finding:
    """`needed`: what the things at this door need, by import name. `pins`: the text of requirements/kiosk.txt."""
    again = "run install.sh again"
    if version_of("pygame") is not None:
        return broken(
            "pygame is installed beside pygame-ce, and one overwrites the other",
            "pip uninstall pygame; run install.sh again",
        )
    missing = [library for library in needed if where(library) is None]
    if missing:
        names = " ".join(FROM_DEBIAN.get(library, library) for library in missing)
        return broken(f"not installed: {', '.join(missing)}", f"sudo apt install {names}; {again}")
    if (old := version_of("lgpio")) is not None and old.startswith("0.0."):
        return broken(
            f"lgpio {old} is an ancient one of PyPI", "pip uninstall lgpio; sudo apt install python3-lgpio"
        )
    strangers = [
        library
        for library in OWN_WHEELS
        if (place := where(library)) is not None and not place.is_relative_to(prefix)
    ]
    if "picamera2" in needed and strangers:
        return broken(
            f"{', '.join(strangers)} would come from the system, where it was built for another numpy: the camera would not open",
            again,
        )
    other = [
        f"{name} {there} instead of {pinned}"
        for name, pinned in _PIN.findall(pins)
        if (there := version_of(name)) is not None and there != pinned
    ]
    if other:
        more = f" and {len(other) - _SHOWN} more" if len(other) > _SHOWN else ""
        return warning(f"not as this kiosk was tested: {'; '.join(other[:_SHOWN])}{more}", again)
    return ok(f"as pinned; {', '.join(needed) or 'no library of the system'} there")
