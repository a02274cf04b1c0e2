"""One machine under test: its root, its running systemd, and what was seen of it so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.install.container.machine import Failed, Machine
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


def running(site: Site) -> bool:
    """Whether the door says that it is ready, and not only that it was started."""
    return site.machine.show("ActiveState") == "active" and site.machine.show("SubState") == "running"
