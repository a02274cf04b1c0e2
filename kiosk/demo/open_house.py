"""Made-up visitors, one after the other, for a desk without a camera."""

from __future__ import annotations

import itertools
import threading

from kiosk.demo.stage import Stage
from registry.passes import Life
from simulator.lens import Carrier, ScreenLook

PAUSE_S = 4.0

_LIVE, _CARRY = Life.LIVE, Life.CARRY
VISITORS: tuple[tuple[str, Life, dict[str, object]], ...] = (
    ("green", _LIVE, {}),
    ("yellow", _LIVE, {"yaw": 18.0, "roll": 14.0}),
    ("blue", _LIVE, {"look": ScreenLook.DIM, "phone_in": 6.7, "crack": 0.4}),
    ("green", _LIVE, {"look": ScreenLook.DARK_MODE, "speed_m_s": 0.7}),
    ("red", _LIVE, {"glare": 0.5}),
    ("foreigner", _CARRY, {"carrier": Carrier.PAPER, "curl": 12.0, "uneven": 0.3}),
    ("blue", _LIVE, {"phone_in": 5.4, "film": 0.4}),
    ("foreigner", _CARRY, {"carrier": Carrier.PAPER, "roll": -12.0}),
)


def visitors(stage: Stage, closed: threading.Event) -> None:
    """Send visitors to the simulated camera until the house is closed."""
    for name, life, how in itertools.cycle(VISITORS):
        stage.hold_up(stage.pass_of(name, life), **how)
        while not stage.recording.finished.wait(1.0):
            if closed.is_set():
                return
        if closed.wait(PAUSE_S):
            return
