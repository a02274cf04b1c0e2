"""How the door is, in one English sentence for a technician: `systemctl status` shows it. Parts and counts, no person."""

from __future__ import annotations

from kiosk.core.door.state import Door, State


def condition(door: Door) -> str:
    """Return the sentence, such as "Open for visitors, without camera and display. Offline, 12 records wait." """
    parts = [part.value for part, _why in door.broken]
    without = f", without {_listed(parts)}" if parts else ""
    return f"{_work(door)}{without}. {_link(door)}."


def _work(door: Door) -> str:
    match door.resting:
        case State.ALARM:
            return "Admits nobody, because the fire alarm rings; lets everybody out"
        case State.OUT_OF_SERVICE:
            return "Admits nobody, because the registry withdrew this device"
        case State.OUT_OF_ORDER:
            return "Admits nobody, because visits cannot be recorded"
        case _:
            return "Open for visitors"


def _link(door: Door) -> str:
    told = ["Online" if door.online else "Offline"]
    if door.waiting:
        told.append(f"{door.waiting} {'record waits' if door.waiting == 1 else 'records wait'}")
    if door.parked:
        told.append(f"{door.parked} parked")
    if door.guesses.alerts:
        told.append(f"numbers were tried: the keypad rested {door.guesses.alerts} times since the start")
    if not door.trusts_time:
        told.append("the time is not known to be right")
    return ", ".join(told)


def _listed(words: list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
