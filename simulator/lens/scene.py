"""What one approach is like: who carries what, how it is held and in what light, and what camera looks at it.

Every field is one factor and its default is harmless, so that one of them can be turned up alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Carrier(StrEnum):
    """What the code is on."""

    PHONE = "phone"
    CARD = "card"
    """Plastic, the size of a bank card: it shines."""
    PAPER = "paper"
    """A printed page's quarter: it does not shine; it may curl and be lit unevenly."""


class ScreenLook(StrEnum):
    """How a phone's screen shows it."""

    BRIGHT = "bright"
    DIM = "dim"
    DARK_MODE = "dark-mode"
    """Light modules on a dark page."""


class Clutter(StrEnum):
    """What in the hall looks like a code and is none."""

    NONE = "none"
    MAZE = "maze"
    """A poster of squares within squares, with gaps."""
    HALFTONE = "halftone"
    """A poster printed in dots."""
    CHECKS = "checks"
    WIRES = "wires"
    """A wire fence across the hall."""
    SHIRT = "shirt"
    """Whoever walks by wears a matrix of modules with corner squares, as a code has them."""


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
    look: ScreenLook = ScreenLook.BRIGHT
    error: str = "m"
    """The code's error correction: l, m, q or h."""
    phone_in: float = 6.1
    """A phone's screen from corner to corner, in inches: 5.4 is small, 6.9 large."""
    brightness: float = 1.0
    """Of a phone's screen, on top of its look."""
    pwm_hz: float = 0.0
    """How often a dimmed screen goes dark and bright again; 0: it does not. Seen only with `readout_s`."""
    pixel_mm: float = 0.0
    """The pitch of the screen's own pixels in millimetres, 0.05 to 0.12; 0: a screen without a grid. Aliases to moire."""
    crack: float = 0.0
    """How badly a phone's glass is cracked, 0 to 1."""
    film: float = 0.0
    """How worn a phone's protective film is, 0 to 1."""
    curl: float = 0.0
    """How far a sheet of paper bends away from its middle to its sides, in degrees, 0 to 60."""
    uneven: float = 0.0
    """How much less light the darker end of a card or a paper gets, 0 to 0.9."""

    nearest_m: float = 0.20
    """Where it is held; it comes from `farthest_m`."""
    farthest_m: float = 0.75
    speed_m_s: float = 0.0
    """0: comes, holds it and goes. Above: walks by at this speed and holds it out meanwhile."""
    yaw: float = 6.0
    pitch: float = 6.0
    roll: float = 4.0
    tremor: float = 1.0
    """How unsteady the hand is; 0 for a tripod."""

    hall: int | None = None
    """The seed of the hall, where one camera sees several visitors; None: another one with each seed."""
    hall_light: float = 1.0
    """How bright the hall is, and with it paper and cards: 1 ordinary, 0.1 a dark corridor."""
    glare: float = 0.0
    """The strength of a lamp's reflection on it."""
    owner: bool = False
    """Whoever holds it is in the picture too."""
    bystanders: int = 1
    """People who walk behind the visitor."""
    clutter: Clutter = Clutter.NONE

    focus_m: float = 0.26
    """What the fixed lens is focused on."""
    exposure_s: float = 1 / 120
    """How long the shutter is open, with `auto_exposure` at the longest."""
    gain: float = 1.0
    """How much light becomes white: above 1 the screen burns out. With `auto_exposure` the camera finds it, and this biases it."""
    auto_exposure: bool = False
    """The camera adapts shutter and gain to what it sees, some frames late."""
    noise: float = 0.012
    """Shot noise at gain 1: half the spread of white."""
    readout_s: float = 0.0
    """From the first row's exposure to the last one's; 0: all rows at once."""
    skips: bool = False
    """The camera leaves pixels of its sensor out instead of averaging them: finer things alias."""
    jpeg: int = 0
    """The quality of the compression, 1 to 100, as USB cameras do it; 0: none."""

    def __post_init__(self) -> None:
        if min(self.size) < 64 or self.size[0] % 2 or self.size[1] % 2:
            raise ValueError(
                f"expected an even frame size of at least 64x64 pixels, got {self.size[0]}x{self.size[1]}"
            )
        if not 0.05 <= self.nearest_m <= self.farthest_m:
            raise ValueError(
                f"expected 0.05 <= nearest_m <= farthest_m, got {self.nearest_m} and {self.farthest_m} metres"
            )
        for name, (least, most) in _RANGES.items():
            if not least <= (value := getattr(self, name)) <= most:
                raise ValueError(f"expected {name} from {least:g} to {most:g}, got {value}")


_RANGES = {
    "fps": (1, 240),
    "phone_in": (4, 8),
    "brightness": (0.02, 1.5),
    "pwm_hz": (0, 5000),
    "pixel_mm": (0, 1),
    "crack": (0, 1),
    "film": (0, 1),
    "curl": (0, 60),
    "uneven": (0, 0.9),
    "speed_m_s": (0, 3),
    "hall_light": (0.01, 2),
    "bystanders": (0, 20),
    "exposure_s": (1e-5, 1),
    "gain": (0.05, 16),
    "noise": (0, 0.5),
    "readout_s": (0, 0.1),
    "jpeg": (0, 100),
}
"""What the physics below is made for."""
