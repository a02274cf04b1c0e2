"""Who comes to the door in the benchmark: people on the registry's roll, and drawn approaches that both loops are shown.

It must never choose approaches by how fast somebody is: only by whether an engine, alone and with all the time it wants, can
read them.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

import cv2
from pyzbar import pyzbar

from drivers.engine.zxing_engine import ZxingDecoder
from kiosk.core.model import Colour, Identifier, IdentifierKind
from kiosk.ports import Grey
from registry.demo_people import made_up_iin
from registry.embedded import EmbeddedRegistry
from registry.passes import Life
from simulator.lens import Carrier, Scene, approach, before, empty_hall, varied
from tests.bench.reel import Shot

DOOR = "BENCH"
VENUE = "Bench"
FRAMES = 30
"""Two seconds at 15 a second."""
GOES_AT = 25
"""From this frame on the visitor takes the code away."""
CUT = 15
"""Frames of an approach that are shown when it begins with one that is readable."""
HALL_FRAMES = 8
TRIES = 6
"""Frames after the first engine's success within which the other has to succeed as well."""


class Kind(StrEnum):
    """What is held up, which is what the door has to do about it."""

    LIVE = "live pass"
    CARRY = "carry pass"
    CARD = "IIN on a card"


CARRIERS = {Kind.LIVE: Carrier.PHONE, Kind.CARRY: Carrier.PAPER, Kind.CARD: Carrier.CARD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """One visitor who walks up. Everything about the pictures follows from kind, text and seed."""

    kind: Kind
    seed: int
    text: str = field(repr=False)
    identifier: Identifier
    skip: int = 0
    """Frames that are left out at the beginning."""
    first: int = 0
    """Which of the frames that are shown the time counts from."""

    @property
    def scene(self) -> Scene:
        """The conditions: drawn by chance, as they differ from visitor to visitor."""
        return replace(varied(self.text, self.seed), carrier=CARRIERS[self.kind])

    def shot(self, patience_s: float) -> Shot:
        """Return what the camera plays."""
        until = FRAMES if self.skip == 0 else min(FRAMES, self.skip + CUT)
        return Shot(
            hall=lambda: list(before(self.scene, HALL_FRAMES)),
            frames=lambda: list(itertools.islice(approach(self.scene, FRAMES), self.skip, until)),
            first=self.first,
            patience_s=patience_s,
        )

    def order(self) -> dict[str, Any]:
        """Return it for another process."""
        who = {"kind": self.identifier.kind.value, "value": self.identifier.value, "country": ""}
        return {
            "kind": self.kind.value, "seed": self.seed, "text": self.text,
            "identifier": who, "skip": self.skip, "first": self.first,
        }  # fmt: skip

    @classmethod
    def from_order(cls, order: dict[str, Any]) -> Self:
        """Return it from another process."""
        who = order["identifier"]
        identifier = Identifier(kind=IdentifierKind(who["kind"]), value=who["value"])
        return cls(**order | {"kind": Kind(order["kind"]), "identifier": identifier})


def hall(seed: int) -> list[Grey]:
    """Return a hall with nobody in it."""
    return list(empty_hall(seed, frames=HALL_FRAMES))


class Street:
    """Sends visitors: puts them on the roll, gives them a pass, and looks at which frame of theirs can be read."""

    def __init__(self, registry: EmbeddedRegistry) -> None:
        self.drawn: Counter[str] = Counter()
        """Approaches that were looked at for `cut`: taken, or left out because an engine could not read them."""
        self._registry = registry
        registry.add_door(DOOR, venue=VENUE)
        always = {
            "effective_from": "2026-01-01T00:00:00Z",
            "opening": [{}],
            "admits": [{"colours": ["green", "blue"]}],
        }
        registry.put_policy(VENUE, [always])
        self._iins = _iins()
        self._seeds = itertools.count(1)

    def visitor(self) -> tuple[Identifier, str]:
        """Put a made-up green person on the roll; return their IIN and their subject."""
        who = Identifier(kind=IdentifierKind.IIN, value=next(self._iins))
        return who, self._registry.add_visitor(who, Colour.GREEN)

    def carry_pass(self) -> str:
        """Return the text of a new visitor's carry pass."""
        return self._registry.issue_pass(self.visitor()[1], Life.CARRY)

    def cut(self, kind: Kind) -> Approach:
        """Return an approach that begins with the first frame which both engines can read, each alone."""
        while True:
            candidate = self._candidate(kind)
            either, both = readable(candidate)
            self.drawn["taken" if both is not None else "zxing-cpp" if either is None else "pyzbar"] += 1
            if both is not None:
                return replace(candidate, skip=both)

    def whole(self, kind: Kind) -> Approach:
        """Return a whole approach; its time counts from the first frame which either engine can read."""
        while True:
            candidate = self._candidate(kind)
            either, _ = readable(candidate, both=False)
            if either is not None:
                return replace(candidate, first=either)

    def _candidate(self, kind: Kind) -> Approach:
        iin, subject = self.visitor()
        if kind is Kind.CARD:
            return Approach(kind=kind, seed=next(self._seeds), text=iin.value, identifier=iin)
        text = self._registry.issue_pass(subject, Life.LIVE if kind is Kind.LIVE else Life.CARRY)
        identifier = Identifier(kind=IdentifierKind.PASS, value=subject)
        return Approach(kind=kind, seed=next(self._seeds), text=text, identifier=identifier)


def readable(candidate: Approach, *, both: bool = True) -> tuple[int | None, int | None]:
    """Return the first frame that either engine reads, and the first that both read; full frames, nothing skipped.

    pyzbar gets what the tutorial gives it: grey made of colour, all symbologies. With `both` it is only asked about frames
    that zxing-cpp reads, so that the first number is zxing-cpp's own.
    """
    first, engine = None, ZxingDecoder()
    for index, frame in enumerate(itertools.islice(approach(candidate.scene, FRAMES), GOES_AT)):
        ours = any(code.text == candidate.text for code in engine.decode(frame))
        theirs = (ours or not both) and tutorial_reads(frame, candidate.text)
        if first is None and (ours or theirs):
            first = index
        if (ours and theirs) or (first is not None and not both):
            return first, index if ours and theirs else None
        if first is not None and index >= first + TRIES:
            break
    return first, None


def tutorial_reads(frame: Grey, text: str) -> bool:
    """Whether the tutorial's engine reads this frame."""
    grey = cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR), cv2.COLOR_BGR2GRAY)
    return any(code.data == text.encode() for code in pyzbar.decode(grey))


def _iins() -> Iterator[str]:
    before = ""
    for serial in range(1000, 10_000):
        number = made_up_iin(serial)
        if number != before:
            yield (before := number)
