"""What ails the board, as a finding: the same judgement as the door's own (kiosk/core/health/board.py), at one moment."""

from __future__ import annotations

from kiosk.core.events import Part
from kiosk.core.health import board
from kiosk.core.health.board import Ailment, Vitals
from kiosk.doctor.finding import Finding, warning


def ailing(part: Part, vitals: Vitals) -> Finding | None:
    """Return the warning where this part ails; None where it does not, or this machine does not tell."""
    ailment: Ailment | None = board.AILMENTS[part](vitals)
    return None if ailment is None else warning(ailment.says, ailment.remedy)
