"""The measures, one function each: what is asked of which side, how often, and what comes back as plain numbers.

Each runs both sides alternately in processes of their own, against one registry in this process. It must never measure one side
under conditions that the other does not get.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from kiosk.enrolment.device import Device, Identity
from kiosk.trust.roots import Roots
from registry.embedded import EmbeddedRegistry
from simulator.lens import empty_hall
from tests.bench.apart import apart
from tests.bench.approaches import DOOR, VENUE, Approach, Kind, Street
from tests.bench.line import BadLine
from tests.bench.tutorial import in_colour

SIDES = ("tutorial", "door")
PATIENCE_S = 2.5
"""For the gate, from the frame that counts: longer than a whole approach, and than the door's deadline for an answer."""
SLOW_S = 0.3
STATES = ("300 ms", "refused", "silent")
"""What can be wrong with the registry, seen from the door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything."""

    rounds: int
    cut: int
    """Approaches a round that begin with a readable frame. Live passes run out after 300 s: rounds are short."""
    whole: int
    """Whole approaches a round."""
    network: int
    """Approaches for each state of the network."""
    idle_s: float
    starts: int
    visits: int
    warm_up: int = 1
    """Approaches of each process that do not count: the first of everything is slow on both sides."""
    states: tuple[str, ...] = STATES


FULL = Size(rounds=9, cut=12, whole=3, network=12, idle_s=20.0, starts=5, visits=1000)
QUICK = Size(rounds=2, cut=10, whole=4, network=4, idle_s=5.0, starts=3, visits=200)


class Bench:
    """A registry, people, a store, and the measures against them."""

    def __init__(
        self, size: Size, registry: EmbeddedRegistry, folder: Path, say: Callable[[str], None]
    ) -> None:
        self._size = size
        self.registry = registry
        self.folder = folder
        self._say = say
        self._street = Street(registry)
        self._store = folder / "kiosk.db"
        enrol(registry, Device.beside(self._store))

    @property
    def warm_up(self) -> int:
        """How many of the first approaches of a process do not count."""
        return self._size.warm_up

    def cut_approaches(self) -> list[Approach]:
        """Return those of one round that begin with a readable frame; the first `warm_up` do not count."""
        return self._draw(self._street.cut, self._size.warm_up + self._size.cut)

    def approaches(self) -> dict[str, Any]:
        """From a readable frame to the gate, and from the first readable frame of a whole approach to the gate."""
        size, street = self._size, self._street
        found: dict[str, Any] = {part: {side: [] for side in SIDES} for part in ("cut", "whole")}
        for number in range(size.rounds):
            self._say(f"approaches, round {number + 1} of {size.rounds}")
            rows = self._walked(
                [*self.cut_approaches(), *self._draw(street.whole, size.whole)], self.registry.url
            )
            for side in SIDES:
                found["cut"][side] += rows[side][: size.cut]
                found["whole"][side] += rows[side][size.cut :]
        return found | {"drawn": dict(street.drawn)}

    def network(self) -> dict[str, Any]:
        """The same with a registry that answers slowly, refuses connections, or never answers."""
        found: dict[str, Any] = {}
        for state in self._size.states:
            self._say(f"registry: {state}")
            kinds = (Kind.LIVE, Kind.CARRY)
            approaches = self._draw(self._street.cut, self._size.warm_up + self._size.network, kinds)
            with self._trouble(state) as url:
                found[state] = self._walked(approaches, url)
        return found

    def idle(self) -> dict[str, Any]:
        """CPU of an empty hall."""
        self._say("an empty hall")
        order = {"seconds": self._size.idle_s, "url": self.registry.url, "store": str(self._store)}
        return {
            "tutorial": apart("tutorial.idle", **order),
            "door": apart("door.idle", **order, screen=True),
            "door without screen": apart("door.idle", **order, screen=False),
        }

    def start(self) -> dict[str, Any]:
        """Seconds from the start of a process to the first frame that was looked at."""
        self._say("starting")
        (grey,) = empty_hall(1, frames=1)
        np.save(self.folder / "grey.npy", grey)
        np.save(self.folder / "bgr.npy", in_colour(grey))
        took: dict[str, list[float]] = {side: [] for side in SIDES}
        for _ in range(self._size.starts):
            for side in SIDES:
                answer = apart(f"start.{side}", folder=str(self.folder))
                took[side].append(answer["seconds"])
        return {side: {"median_s": median(all_), "all_s": all_} for side, all_ in took.items()}

    def memory(self) -> dict[str, Any]:
        """Memory of the kiosk after many visits."""
        self._say(f"{self._size.visits} visits")
        texts = [self._street.carry_pass() for _ in range(self._size.visits)]
        store = str(self.folder / "memory.db")
        return apart("memory.visits", url=self.registry.url, store=store, texts=texts)

    def _draw(
        self, make: Callable[[Kind], Approach], count: int, kinds: tuple[Kind, ...] = tuple(Kind)
    ) -> list[Approach]:
        return [make(kinds[number % len(kinds)]) for number in range(count)]

    def _walked(self, approaches: list[Approach], url: str) -> dict[str, list[dict[str, Any]]]:
        """Show the same approaches to both sides, one after the other."""
        order = {
            "approaches": [one.order() for one in approaches],
            "patience_s": PATIENCE_S,
            "url": url,
            "store": str(self._store),
        }
        return {side: apart(f"{side}.walk", **order)["visits"][self._size.warm_up :] for side in SIDES}

    @contextmanager
    def _trouble(self, state: str) -> Iterator[str]:
        if state == "refused":
            self.registry.cut()
            try:
                yield self.registry.url
            finally:
                self.registry.restore()
        else:
            with BadLine(self.registry.url, delay_s=None if state == "silent" else SLOW_S) as line:
                yield line.url


def enrol(registry: EmbeddedRegistry, device: Device) -> None:
    """Make the device one of the benchmark's door."""
    key = device.key_for(b"bench")
    device.save(
        Identity(
            device=registry.enrol(key.public_raw, DOOR),
            door=DOOR,
            venue=VENUE,
            registry=registry.url,
            roots=Roots.of(registry.root_key),
            enrolled_at=datetime.now(UTC),
            key=key,
        )
    )


@contextmanager
def bench(size: Size, say: Callable[[str], None]) -> Iterator[Bench]:
    """Open a registry and a folder for one run."""
    # Unsigned, because no tutorial signs what it asks. The door signs all the same.
    with (
        EmbeddedRegistry(signed=False) as registry,
        tempfile.TemporaryDirectory(prefix="ashyq-bench-") as folder,
    ):
        yield Bench(size, registry, Path(folder), say)
