"""One machine under test: its root, its running systemd, and what was seen of it so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.install.container.machine import Failed, Machine, until
from tests.install.container.office import Office

INSTALL = "/srv/release/install.sh"
DOOR = "ashyq-kiosk"
PAUSE_S = 60
"""A restart, a watchdog that bites, a kill: done within this, on a busy machine too."""


@dataclass
class Site:
    """One root, its running machine, and what was seen so far."""

    suite: str
    root: Path
    machine: Machine
    network: Path | None = None
    office: Office | None = None
    bundle: Callable[[], Path] | None = None
    clean: dict[str, str] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)


def expect(true: object, said: str) -> None:
    """Fail with a sentence."""
    if not true:
        raise Failed(said)


def groups(site: Site) -> list[str]:
    """Return every group with its members."""
    return (site.root / "etc/group").read_text().splitlines()


def running(site: Site, unit: str = DOOR) -> bool:
    """Whether the door, or another unit, says that it is ready, and not only that it was started."""
    return (
        site.machine.show("ActiveState", unit) == "active"
        and site.machine.show("SubState", unit) == "running"
    )


def of_release(site: Site, name: str) -> None:
    """Fail unless the door and its eyes both run, and are of the release whose name begins so."""
    for unit in (DOOR, f"{DOOR}-eyes"):
        until(lambda unit=unit: running(site, unit), PAUSE_S, f"{unit} of {name} to be active")
        mapped = site.machine.run(f"cat /proc/$(systemctl show -P MainPID {unit})/maps")
        expect(f"/releases/{name}" in mapped, f"what runs as {unit} is not {name}")
