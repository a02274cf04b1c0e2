"""The virtual device with whoever comes to it, and what can be seen of it from outside: panel, relay, registry, journal, commands."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kiosk.core.screen.view import Field
from tests.device.device import BOOT_S, Device
from tests.device.image import PYTHON
from tests.device.people import Person, Roll
from tests.device.picture import dominant, field
from tests.install.container.machine import Failed, until
from tests.install.container.office import Office
from tests.install.container.site import DOOR, expect

SEEN_S = 120
"""From a pass before the camera to what comes of it: a second on a Pi, far more where the processor itself is emulated."""
PINS = "/sys/devices/platform/gpio-sim.*/gpiochip*"
RELAY, PASSAGE = 17, 23
CONFIGURATION = "/etc/ashyq-kiosk/kiosk.toml"
HALL = "/srv/device/hall.png"
PASS = "/run/before-ribbon-camera.png"
RIBBON = f"{PYTHON} /srv/device/ribbon.py"


@dataclass
class Site:
    """The device, who comes to it, and what its gate did so far."""

    device: Device
    roll: Roll
    office: Office
    opened: int = 0
    """How often the gate opened, up to the check that runs."""
    inside: int = 0

    def pulses(self) -> int:
        """Return how often the relay got power since the device was made."""
        return self.device.console().count("GATE 1")

    def admitted(self) -> list[str]:
        """Return the ids of the visits that were admitted, as the journal told them, oldest first."""
        return re.findall(r"\bvisit ([0-9a-f-]{36}): admit", self.device.console())

    def level(self, pin: int) -> str:
        """Return the level of a line, 0 or 1."""
        return self.device.run(f"cat {PINS}/sim_gpio{pin}/value").strip()

    def today(self) -> dict[str, Any]:
        """Return what `kiosk today` tells."""
        told: dict[str, Any] = json.loads(self.device.run("kiosk today --json"))
        return told

    def doctor(self) -> dict[str, dict[str, Any]]:
        """Return what `kiosk doctor` tells, by the name of the check."""
        said = self.device.run("kiosk doctor --json", check=False, within_s=600)
        return {row["name"]: row for row in json.loads(said[said.index("{") :])["checks"]}

    def ready(self) -> float:
        """Wait until the door says that it is ready; return for how many seconds."""
        begun = time.monotonic()
        until(self._runs, BOOT_S, "the door to be ready")
        return time.monotonic() - begun

    def shows(self, wanted: Field, within_s: float = SEEN_S) -> None:
        """Wait until a colour fills the panel. Raises Failed."""
        ends = time.monotonic() + within_s
        while True:
            picture = self.device.screen()
            found = field(picture)
            if found is wanted:
                return
            if time.monotonic() > ends:
                self.device.screen(keep=f"not-{wanted}")
                raise Failed(f"expected the panel in {wanted}, found {found or dominant(picture)}")
            time.sleep(0.5)

    def opens_once(self) -> None:
        """Wait for the gate to open and to shut, and see that it was once. Raises Failed."""
        until(lambda: self.pulses() > self.opened, SEEN_S, "the relay to get power")
        until(
            lambda: self.device.console().count("GATE 0") >= self.pulses(), 30, "the relay to lose its power"
        )
        more = self.pulses() - self.opened
        expect(more == 1, f"the relay got power {more} times for one visitor")
        self.opened += 1

    def sends_everything(self, within_s: float = SEEN_S) -> None:
        """Wait until nothing waits for the registry. Raises Failed."""
        until(
            lambda: "\n0 wait" in f"\n{self.device.run('kiosk queue list')}",
            within_s,
            "everything to be sent",
        )

    def present(self, person: Person) -> None:
        """Have somebody hold a pass before the camera; who comes while another does waits their turn."""
        self.hold_up(self.roll.picture(person))

    def hold_up(self, picture: bytes) -> None:
        """Have the camera see a picture for a while."""
        self.device.put(f"/run/held/{time.monotonic_ns():020}.png", picture)

    def tells(self, words: str, within_s: float = SEEN_S) -> None:
        """Wait until the device's journal has these words. Raises Failed."""
        until(lambda: words in self.device.console(), within_s, f"the journal to tell of {words!r}")

    @contextmanager
    def ribbon_camera(self, sees: str = HALL) -> Iterator[None]:
        """Plug a ribbon camera in, before which somebody holds a picture again and again. A program finds it when it starts."""
        self.device.run(f"{RIBBON} {sees}")
        try:
            yield
        finally:
            self.device.run(RIBBON)

    @contextmanager
    def presents_to_ribbon_camera(self, person: Person) -> Iterator[None]:
        """Give the door a ribbon camera instead of its own, before which somebody holds a pass again and again."""
        self.device.put(PASS, self.roll.picture(person))
        try:
            with self.ribbon_camera(PASS):
                self._takes_camera("picamera2", instead_of="auto")
                yield
        finally:
            self._takes_camera("auto", instead_of="picamera2")

    def walk_through(self) -> None:
        """Close the turnstile's contact for a moment, and see that it is counted."""
        self.device.run(
            f"cd {PINS}/sim_gpio{PASSAGE} && echo pull-down >pull && sleep 0.4 && echo pull-up >pull"
        )
        until(lambda: self.today()["inside"] == self.inside + 1, SEEN_S, "one more to be inside")
        self.inside += 1

    def _takes_camera(self, driver: str, *, instead_of: str) -> None:
        """Change `[camera] driver`, the only key with its value, and start the door anew."""
        self.device.run(f"sed -i 's/^driver = .{instead_of}.$/driver = \"{driver}\"/' {CONFIGURATION}")
        self.device.run(f"systemctl restart {DOOR}", within_s=BOOT_S)

    def _runs(self) -> bool:
        return self.device.run(f"systemctl show -P ActiveState -P SubState {DOOR}").split() == [
            "active",
            "running",
        ]
