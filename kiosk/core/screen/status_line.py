"""How the door is, in one English sentence for a technician: `systemctl status` shows it. Parts and counts, no person."""

from __future__ import annotations

from kiosk.core.door.building import Standing
from kiosk.core.door.state import Door
from kiosk.core.model import Stamp


def condition(door: Door, stamp: Stamp) -> str:
    """Return the sentence, such as "Open for visitors, without camera and display. Offline, 12 records wait." """
    parts = [part.value for part in door.building.broken]
    without = f", without {_listed(parts)}" if parts else ""
    return f"{_work(door)}{without}. {_link(door)}.{_people(door, stamp)}"


def _work(door: Door) -> str:
    match door.standing:
        case Standing.ALARM:
            return "Admits nobody, because the fire alarm rings; lets everybody out"
        case Standing.OUT_OF_SERVICE:
            return "Admits nobody, because the registry withdrew this device"
        case Standing.OUT_OF_ORDER:
            return "Admits nobody, because visits cannot be recorded"
        case _:
            return "Open for visitors"


def _link(door: Door) -> str:
    facts = ["Online" if door.word.online else "Offline"]
    if door.word.waiting:
        facts.append(f"{door.word.waiting} {'record waits' if door.word.waiting == 1 else 'records wait'}")
    if door.word.parked:
        facts.append(f"{door.word.parked} parked")
    if door.guesses.alerts:
        facts.append(f"numbers were tried: the keypad rested {door.guesses.alerts} times since the start")
    if not door.building.trusts_time:
        facts.append("the time is not known to be right")
    return ", ".join(facts)


def _people(door: Door, stamp: Stamp) -> str:
    """The number inside, where staff are told more of it than the number: how old it is, or that it is too large."""
    counted, too_many = door.counted(stamp), door.people_too_many(door.now(stamp))
    if not counted and not too_many:
        return ""
    count = f" {door.people.inside} inside" + (f" as of {counted}" if counted else "")
    return f"{count}, {too_many} more than there are places." if too_many else f"{count}."


def _listed(words: list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
