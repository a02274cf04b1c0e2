"""A camera simulator of our own: a visitor's code comes to a fixed camera in a drawn hall, frame by frame, from a seed.

It is the demo's recording and the tests' pictures. It must never read a picture from the disk: everything is drawn.
"""

from simulator.lens.approach import Shot, approach, before, shots
from simulator.lens.hall import empty_hall, people_walking
from simulator.lens.scene import Carrier, Clutter, Scene, ScreenLook
from simulator.lens.visitors import varied

__all__ = [
    "Carrier",
    "Clutter",
    "Scene",
    "ScreenLook",
    "Shot",
    "approach",
    "before",
    "empty_hall",
    "people_walking",
    "shots",
    "varied",
]
