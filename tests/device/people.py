"""Made-up visitors at the registry, their passes, and the picture that the camera has of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.core.model import Colour, Identifier, IdentifierKind
from registry.demo_people import DEMO_DOOR, give_colour, made_up_iin
from registry.embedded import utc_now
from registry.passes import Life
from registry.reference import ReferenceRegistry
from simulator.lens import Scene, before, shots

SIZE = (800, 600)
HALL = 1
FIRST_SERIAL = 1000
"""Above those of the demo's people."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the roll."""

    iin: str = field(repr=False)
    subject: str


class Roll:
    """The registry's own data, beside the server that answers the device."""

    def __init__(self, registry: ReferenceRegistry) -> None:
        self._registry = registry
        self._serial = FIRST_SERIAL
        self._people: list[Person] = []

    def visitor(self, colour: Colour = Colour.GREEN) -> Person:
        """Put somebody on the roll whom the door has never seen."""
        number = made_up_iin(self._serial)
        self._serial = int(number[7:11]) + 1
        subject = self._registry.roll.register(
            Identifier(kind=IdentifierKind.IIN, value=number), hint="Ә. Ұ."
        )
        give_colour(self._registry, subject, colour, ago=timedelta(hours=1))
        self._people.append(Person(number, subject))
        return self._people[-1]

    def picture(self, person: Person) -> bytes:
        """Return what the camera sees of a live pass of theirs, made now: it counts for minutes."""
        known = self._registry.roll.person(person.subject)
        assert known is not None
        return held_up(self._registry.issue_pass(known, Life.LIVE), seed=int(person.iin[7:11]))

    def numbers(self) -> list[str]:
        """Return the IIN of everybody who came."""
        return [person.iin for person in self._people]

    def devices(self) -> list[str]:
        """Return the devices that the door has."""
        return [device.id for device in self._registry.devices.all() if device.door == DEMO_DOOR]

    def visits(self) -> list[dict[str, Any]]:
        """Return the visits that the registry has of the door, newest first."""
        return self._registry.reports.visits(DEMO_DOOR, limit=500)


@contextmanager
def roll(database: Path) -> Iterator[Roll]:
    """Open the database of a registry that is being served."""
    registry = ReferenceRegistry(database, clock=utc_now)
    try:
        yield Roll(registry)
    finally:
        registry.close()


def held_up(text: str, *, seed: int) -> bytes:
    """Return a frame in which somebody holds up a phone with this code, as a PNG."""
    scene = Scene(text=text, seed=seed, hall=HALL, size=SIZE, bystanders=0, tremor=0.2)
    legible = [shot for shot in shots(scene, 15) if shot.legible]
    return _png(max(legible, key=lambda shot: shot.px_per_module).frame)


def hall() -> bytes:
    """Return the hall before anybody comes, as a PNG."""
    return _png(next(before(Scene(text="", seed=0, hall=HALL, size=SIZE), 1)))


def _png(frame: NDArray[np.uint8]) -> bytes:
    return bytes(cv2.imencode(".png", frame)[1])
