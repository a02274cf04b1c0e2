"""The camera that a scene describes: its light, its exposure, its noise and its compression, frame by frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.lens.hall import flicker
from simulator.lens.scene import Scene
from simulator.lens.sensor import AutoExposure, Exposure, ImageSensor, compressed


class SimulatedCamera:
    """Takes one frame after the other; with auto-exposure each may change how a later one is taken."""

    def __init__(self, scene: Scene, rng: np.random.Generator, hall: NDArray[np.uint8]) -> None:
        """`hall`: what the camera has been looking at until now, in ordinary light."""
        self._rng = rng
        self._hall_light, self._jpeg = scene.hall_light, scene.jpeg
        self._sensor = ImageSensor(rng, scene.size, scene.gain, scene.noise)
        self._loop: AutoExposure | None = None
        if scene.auto_exposure:
            self._loop = AutoExposure(self.lit(hall), scene.exposure_s, scene.gain)
            self._sensor.set(self._loop.exposure())
        else:
            self._sensor.set(Exposure(scene.exposure_s, scene.gain, scene.gain))

    @property
    def exposure(self) -> Exposure:
        """How the next frame is taken."""
        return self._sensor.exposure

    def lit(self, light: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return what was painted in ordinary light in the hall's own."""
        return self._sensor.dimmed(light, self._hall_light)

    def take(self, light: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the frame that this light makes."""
        frame = self._sensor.expose(light, flicker(self._rng))
        if self._loop:
            self._loop.saw(frame)
            self._sensor.set(self._loop.exposure())
        return compressed(frame, self._jpeg) if self._jpeg else frame
