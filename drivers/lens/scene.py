"""What one approach is like: who carries what, how it is held, and what the camera makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np


class Carrier(StrEnum):
    """What the code is on."""

    PHONE = "phone"
    CARD = "card"
    """Plastic, the size of a bank card: it shines."""
    PAPER = "paper"
    """A printed page's quarter: it does not shine, and is a little bent away."""


class Look(StrEnum):
    """How a phone's screen shows it."""

    BRIGHT = "bright"
    DIM = "dim"
    DARK_MODE = "dark-mode"
    """Light modules on a dark page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One visitor's approach. Lengths in metres, angles in degrees, times in seconds, levels as shares of white."""

    text: str = field(repr=False)
    """What the code says; not in the repr, since it may identify somebody."""
    seed: int = 0
    """The same seed gives the same frames to the last pixel."""
    size: tuple[int, int] = (1280, 720)
    """Width and height of the frames in pixels."""
    fps: float = 15.0
    carrier: Carrier = Carrier.PHONE
    look: Look = Look.BRIGHT
    error: str = "m"
    """The code's error correction: l, m, q or h."""
    nearest_m: float = 0.20
    """Where it is held; it comes from `farthest_m`."""
    farthest_m: float = 0.75
    yaw: float = 6.0
    pitch: float = 6.0
    roll: float = 4.0
    glare: float = 0.0
    """The strength of a lamp's reflection on it."""
    focus_m: float = 0.26
    """What the fixed lens is focused on."""
    exposure_s: float = 1 / 120
    gain: float = 1.0
    """Above 1 the screen burns out."""
    noise: float = 0.012
    tremor: float = 1.0
    """How unsteady the hand is; 0 for a tripod."""
    bystanders: int = 1
    """People who walk behind the visitor."""

    def __post_init__(self) -> None:
        if min(self.size) < 64 or self.size[0] % 2 or self.size[1] % 2:
            raise ValueError(
                f"expected an even frame size of at least 64x64 pixels, got {self.size[0]}x{self.size[1]}"
            )
        if not 0.05 <= self.nearest_m <= self.farthest_m:
            raise ValueError(
                f"expected 0.05 <= nearest_m <= farthest_m, got {self.nearest_m} and {self.farthest_m} metres"
            )


def varied(text: str, seed: int, size: tuple[int, int] = (1280, 720)) -> Scene:
    """Return what a door sees from one visitor to the next: most hold a bright phone well, some do not."""
    rng = np.random.default_rng(seed)
    return Scene(
        text=text,
        seed=seed,
        size=size,
        carrier=list(Carrier)[rng.choice(3, p=[0.8, 0.1, 0.1])],
        look=list(Look)[rng.choice(3, p=[0.6, 0.2, 0.2])],
        nearest_m=float(rng.uniform(0.14, 0.24)),
        yaw=float(rng.normal(0, 12)),
        pitch=float(rng.normal(0, 12)),
        roll=float(rng.normal(0, 12)),
        glare=float(rng.choice([0.0, rng.uniform(0.4, 1.2)], p=[0.7, 0.3])),
        exposure_s=float(rng.choice([1 / 120, 1 / 60, 1 / 30], p=[0.6, 0.25, 0.15])),
        gain=float(rng.uniform(0.8, 1.3)),
        noise=float(rng.uniform(0.008, 0.04)),
        tremor=float(rng.uniform(0.5, 2.0)),
        bystanders=int(rng.integers(0, 3)),
        focus_m=float(rng.choice([0.26, 0.5], p=[0.85, 0.15])),
    )
