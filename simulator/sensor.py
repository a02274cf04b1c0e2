"""What exposure, gain and focus do to a picture, and the knobs by which a fake USB camera is told of them.

The physics that hurt: what is exposed for too long burns out and stays burnt out, a fixed value is refused while the camera's own
automatic has it, a value out of range becomes the nearest one, and what is out of focus is blurred.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping

import cv2
import numpy as np

from drivers.camera.profiles import (
    APERTURE_PRIORITY,
    AUTOFOCUS,
    EXPOSURE,
    EXPOSURE_AUTO,
    FOCUS,
    GAIN,
    MANUAL,
)
from drivers.camera.v4l2_controls import Range
from kiosk.ports import Grey

AS_DRAWN_S = 0.01
"""At this exposure and gain 1 a picture is as bright as it was drawn."""
MIDDLE_GREY = 118
BLUR_PX = 2.5
"""Standard deviation of the blur, in pixels, for each dioptre between the lens and the thing: a phone's code at 720p."""


class FakeSensor:
    """A sensor and its lens. `subject_m`: how far away what is drawn is; it has an automatic exposure, up to `longest_s`."""

    def __init__(self, *, subject_m: float = 0.26, longest_s: float = 1 / 30, most_gain: float = 8.0) -> None:
        self.exposure_s: float | None = None
        self.gain: float | None = None
        self.stops = 0.0
        self.dioptres: float | None = None
        """None: the lens finds the thing by itself."""
        self._subject_m, self._longest_s, self._most_gain = subject_m, longest_s, most_gain

    def see(self, light: Grey) -> Grey:
        """Return the picture that comes of the light."""
        exposed = np.clip(light.astype(np.float32) * self._brightness(light), 0, 255).astype(np.uint8)
        off = 0.0 if self.dioptres is None else abs(self.dioptres - 1 / self._subject_m)
        return exposed if off < 0.05 else cv2.GaussianBlur(exposed, (0, 0), BLUR_PX * off)

    def _brightness(self, light: Grey) -> float:
        if self.exposure_s is not None and self.gain is not None:
            return self.exposure_s / AS_DRAWN_S * self.gain
        wanted = MIDDLE_GREY * 2**self.stops / max(float(light.mean()), 1.0)
        longest = self._longest_s if self.exposure_s is None else self.exposure_s
        most = self._most_gain if self.gain is None else self.gain
        least = 0.0 if self.exposure_s is None else longest / AS_DRAWN_S
        return min(max(wanted, least), longest / AS_DRAWN_S * most)


class FakeKnobs:
    """The controls of a USB camera with a sensor: those in `ranges`, as the kernel's driver keeps them."""

    def __init__(self, sensor: FakeSensor, ranges: Mapping[int, Range]) -> None:
        self.values: dict[int, int] = {EXPOSURE_AUTO: APERTURE_PRIORITY, AUTOFOCUS: 1}
        self.closed = 0
        self._sensor = sensor
        self._ranges = ranges

    def open(self, _device: str) -> FakeKnobs:
        """Open a handle of it."""
        return self

    def range(self, control: int) -> Range | None:
        return self._ranges.get(control)

    def set(self, control: int, value: int) -> int:
        range_ = self._ranges.get(control)
        if range_ is None:
            raise OSError(errno.EINVAL, "Invalid argument")
        if control in (EXPOSURE, GAIN) and self.values[EXPOSURE_AUTO] != MANUAL:
            raise OSError(errno.EACCES, "Permission denied")
        if control == FOCUS and self.values[AUTOFOCUS]:
            raise OSError(errno.EACCES, "Permission denied")
        steps = round((min(max(value, range_.least), range_.most) - range_.least) / range_.step)
        self.values[control] = range_.least + steps * range_.step
        self._feel()
        return self.values[control]

    def close(self) -> None:
        self.closed += 1

    def _feel(self) -> None:
        """Let the sensor do as the knobs say."""
        manual = self.values[EXPOSURE_AUTO] == MANUAL
        self._sensor.exposure_s = self.values.get(EXPOSURE, 156) / 1e4 if manual else None
        gain = self._ranges.get(GAIN)
        share = (
            0.0
            if gain is None
            else (self.values.get(GAIN, gain.least) - gain.least) / (gain.most - gain.least)
        )
        self._sensor.gain = 1.0 + 7.0 * share if manual else None
        self._sensor.dioptres = None if self.values[AUTOFOCUS] else self.values.get(FOCUS, 0) / 25
