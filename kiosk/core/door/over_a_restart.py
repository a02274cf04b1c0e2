"""What survives a restart of the service and dies with the power: who is inside, as keyed hashes, and how many.

Pure: turns it into bytes and back. Where the bytes are kept is `kiosk/service/presence_file.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from kiosk.core.door.state import Door
from kiosk.core.inside.occupancy import Movement, MovementKind, Occupancy
from kiosk.core.inside.presence import Entered, Presence
from kiosk.core.model import Direction
from kiosk.core.who.keypad_budget import Guesses

VERSION = 4
"""1 had tags that did not tell a pass from a number, 2 times of the wall clock, 3 a count that was never negative."""
KEY_BYTES = 32
MOST_TRIES = 300_000
"""More than any budget allows in a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Presence and count after one record, and the key without which the tags say nothing."""

    key: bytes = field(repr=False)
    presence: Presence
    occupancy: Occupancy
    """What is written after its last record is in the store and not in here."""
    guesses: Guesses = field(default_factory=Guesses)
    """How many numbers were tried: whoever makes the kiosk begin anew begins no new budget."""

    @classmethod
    def of(cls, door: Door) -> Self:
        """Return what is to be remembered of a door. Who is still on the way through the gate is not inside yet."""
        presence = door.people.presence
        for coming in door.people.pending:
            if coming.direction is Direction.ENTRY:
                presence = presence.withdraw(coming.visit_id)
        return cls(
            key=door.setup.presence_key,
            presence=presence,
            occupancy=door.people.occupancy,
            guesses=door.guesses,
        )

    def caught_up(self, newer: Iterable[Movement]) -> tuple[Presence, Occupancy]:
        """Return who and how many are inside, after what the store has that was written since.

        Whoever passed since bears no tag here, so a count that fell below the list means that the list names people who
        have left: it is dropped, because a wrong name would open a door as an exit.
        """
        since = tuple(newer)
        occupancy = self.occupancy.after(since)
        closed = any(movement.kind is MovementKind.CLOSED for movement in since)
        left = closed or len(self.presence.inside) > occupancy.inside
        return Presence() if left else self.presence, occupancy

    def to_bytes(self, boot: str) -> bytes:
        """Return it as JSON, bound to this start of the machine."""
        until = self.occupancy.open_until
        return json.dumps(
            {
                "version": VERSION,
                "boot": boot,
                "key": self.key.hex(),
                "through": self.occupancy.through,
                "inside": self.occupancy.inside,
                "open_until": until.isoformat() if until else None,
                "entered": [
                    {"visit": entered.visit_id, "since": entered.since, "tags": sorted(entered.tags)}
                    for entered in self.presence.inside
                ],
                "guesses": _as_json(self.guesses),
            }
        ).encode()

    @classmethod
    def from_bytes(cls, body: bytes, boot: str) -> Self | None:
        """Read it back; None for anything else than the whole of it from this start of the machine."""
        try:
            said: dict[str, Any] = json.loads(body)
            key, inside, until = bytes.fromhex(said["key"]), said["inside"], said["open_until"]
            if said["version"] != VERSION or said["boot"] != boot or len(key) != KEY_BYTES:
                return None
            if type(inside) is not int or type(said["through"]) is not str:
                return None
            return cls(
                key=key,
                presence=Presence(tuple(_entered(row) for row in said["entered"])),
                occupancy=Occupancy(
                    inside=inside,
                    open_until=None if until is None else datetime.fromisoformat(until),
                    through=said["through"],
                ),
                guesses=_guesses(said.get("guesses")),
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None


def taken_up(door: Door, remembered: Remembered | None, newer: Iterable[Movement]) -> Door:
    """Return the door with the people of before its restart: who is inside where that is remembered, how many in any case.

    `newer` is what the store has that was written after the last record of what is remembered; all of it, where nothing is.
    """
    if remembered is None:
        return door.counts(occupancy=Occupancy().after(newer))
    presence, occupancy = remembered.caught_up(newer)
    setup = replace(door.setup, presence_key=remembered.key)
    return replace(door, setup=setup, guesses=remembered.guesses).counts(
        presence=presence, occupancy=occupancy
    )


def _as_json(guesses: Guesses) -> dict[str, Any]:
    paused = guesses.paused_until if math.isfinite(guesses.paused_until) else None
    return {
        "tries": guesses.tries,
        "mistakes": guesses.mistakes,
        "pauses": guesses.pauses,
        "paused_from": guesses.paused_from,
        "paused_until": paused,
        "alerts": guesses.alerts,
    }


def _guesses(said: dict[str, Any] | None) -> Guesses:
    """Read them back; none from a release that kept none."""
    if said is None:
        return Guesses()
    paused = said["paused_until"]
    times = [*said["tries"], said["paused_from"], *([] if paused is None else [paused])]
    counts = [said["mistakes"], said["pauses"], said["alerts"]]
    if len(times) > MOST_TRIES or not all(type(at) in (int, float) and math.isfinite(at) for at in times):
        raise ValueError("expected moments that can be compared")
    if not all(type(count) is int and count >= 0 for count in counts):
        raise ValueError("expected counts")
    return Guesses(
        tries=tuple(said["tries"]),
        mistakes=said["mistakes"],
        pauses=said["pauses"],
        paused_from=said["paused_from"],
        paused_until=float("-inf") if paused is None else paused,
        alerts=said["alerts"],
    )


def _entered(said: dict[str, Any]) -> Entered:
    since, tags = said["since"], said["tags"]
    if not isinstance(said["visit"], str) or not isinstance(tags, list) or type(since) not in (int, float):
        raise TypeError("expected a visit, a moment and its tags")
    if not math.isfinite(since):
        raise ValueError("expected a moment that can be compared")
    return Entered(visit_id=said["visit"], since=since, tags=frozenset(str(tag) for tag in tags))
