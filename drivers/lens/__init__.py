"""A camera simulator of our own: a visitor's code comes to a fixed camera in a drawn hall, frame by frame, from a seed.

It is the demo's recording and the tests' pictures. It must never read a picture from the disk: everything is drawn.
"""

from drivers.lens.approach import Shot, approach, before, shots
from drivers.lens.hall import empty_hall, people_walking
from drivers.lens.scene import Carrier, Clutter, Look, Scene
from drivers.lens.visitors import varied

__all__ = [
    "Carrier",
    "Clutter",
    "Look",
    "Scene",
    "Shot",
    "approach",
    "before",
    "empty_hall",
    "people_walking",
    "shots",
    "varied",
]
