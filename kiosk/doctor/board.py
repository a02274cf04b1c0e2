"""What `kiosk doctor` looks at of the board itself: the same judgement as the door's own (kiosk/core/health/board.py), at one moment."""

from __future__ import annotations

from kiosk.core.events import Part
from kiosk.core.health import board
from kiosk.core.health.board import Ailment, Vitals
from kiosk.doctor.finding import Finding, ok, warning

NOT_TOLD = ok("this machine does not tell: it is no Raspberry Pi, or its kernel has no such sensor")


def power(vitals: Vitals) -> Finding:
    """The supply holds. A warning, not broken: the door works until it does not."""
    if vitals.undervolted is None:
        return NOT_TOLD
    return _found(Part.POWER, vitals) or ok("the supply holds")


def heat(vitals: Vitals) -> Finding:
    """The processor is cool enough to run at full speed."""
    if vitals.celsius is None and vitals.slowed is None:
        return NOT_TOLD
    shown = "" if vitals.celsius is None else f", {vitals.celsius:.0f} degrees"
    return _found(Part.HEAT, vitals) or ok(f"cool enough{shown}")


def memory(vitals: Vitals) -> Finding:
    """There is memory left."""
    if vitals.memory_share is None:
        return NOT_TOLD
    return _found(Part.MEMORY, vitals) or ok(f"{vitals.memory_share:.0%} of the memory is free")


def worn(vitals: Vitals) -> Finding | None:
    """What the card itself says; None where it complains of nothing. How much room there is another check tells."""
    only_the_card = Vitals(read_only=vitals.read_only, disk_errors=vitals.disk_errors)
    return _found(Part.DISK, only_the_card)


def _found(part: Part, vitals: Vitals) -> Finding | None:
    ailment: Ailment | None = board.AILMENTS[part](vitals)
    return None if ailment is None else warning(ailment.says, ailment.remedy)
