"""A Picamera2 without a camera, under the driver's own seam: requests, strides, buffers that are written over, controls and their limits.

It must never be kinder than the real one.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np

from drivers.fake_camera import FakeLight
from drivers.fake_sensor import FakeSensor
from kiosk.ports import Grey

PICAMERA2_ALIGN = 64
"""Bytes: the stride of a row is a multiple of this."""
MODULE_2: dict[str, tuple[Any, Any, Any]] = {
    "FrameDurationLimits": (8_000, 120_000, None),
    "ExposureTime": (75, 11_766_829, None),
    "AnalogueGain": (1.0, 10.6, None),
    "ExposureValue": (-8.0, 8.0, 0.0),
    "AeExposureMode": (0, 3, 0),
    "AeConstraintMode": (0, 3, 0),
    "AeMeteringMode": (0, 3, 0),
    "AeFlickerMode": (0, 1, 0),
    "AeFlickerPeriod": (100, 1_000_000, None),
}
"""What a Camera Module 2 has, as picamera2 tells it: least, most, usual. Its lens is turned by hand."""
MODULE_3 = MODULE_2 | {
    "AfMode": (0, 2, 0),
    "AfRange": (0, 2, 0),
    "AfSpeed": (0, 1, 0),
    "LensPosition": (0.0, 15.0, 1.0),
}


class FakePicamera2:
    """The nine calls and the one attribute of picamera2 that the driver may use, with a pool of buffers that are written over once
    released."""

    def __init__(
        self,
        light: FakeLight,
        *,
        refuses: str = "",
        has: Mapping[str, tuple[Any, Any, Any]] = MODULE_3,
        sensor: FakeSensor | None = None,
    ) -> None:
        """`has`: the controls of this camera; without a `sensor` they change nothing about the frames."""
        self.camera_controls = dict(has)
        self.asked: dict[str, Any] = {}
        """The controls that it was configured with."""
        self._sensor = sensor
        self.closed = threading.Event()
        self.held = 0
        """Requests that were not yet released."""
        self.light = light
        self._refuses = refuses
        self._next = 0
        self._started = False

    def create_video_configuration(
        self, *, main: dict[str, Any], lores: dict[str, Any], controls: dict[str, Any], buffer_count: int
    ) -> dict[str, Any]:
        return {
            "main": dict(main),
            "lores": dict(lores),
            "controls": dict(controls),
            "buffer_count": buffer_count,
        }

    def configure(self, configuration: dict[str, Any]) -> None:
        if self._refuses:
            raise RuntimeError(self._refuses)
        self._take(configuration["controls"])
        if any(
            low > high
            for low, high in zip(configuration["lores"]["size"], configuration["main"]["size"], strict=True)
        ):
            raise RuntimeError("lores stream dimensions may not exceed main stream")
        if configuration["lores"]["format"] != "YUV420":
            raise RuntimeError("lores stream must be YUV")
        width, height = configuration["lores"]["size"]
        stride = -(-width // PICAMERA2_ALIGN) * PICAMERA2_ALIGN
        self._pool = [
            np.zeros((height * 3 // 2, stride), np.uint8) for _ in range(configuration["buffer_count"])
        ]
        self._turn = itertools.cycle(self._pool)

    def start(self) -> None:
        self._started = True

    def capture_request(self, *, wait: float) -> FakeRequest:
        if not self._started:
            raise RuntimeError("Camera has not been started")
        # Every buffer held: libcamera has nothing to write into, and no frame ever comes again.
        come = self.light.wait_for(
            lambda: self.light.plugged and self.light.fallen() > self._next and self.held < len(self._pool),
            wait,
        )
        if not come:
            raise TimeoutError
        self._next = self.light.fallen()
        buffer = next(self._turn)
        grey = self.light.frame(self._next - 1)
        if self._sensor is not None:
            grey = self._sensor.see(grey)
        height, width = grey.shape
        buffer[:] = 128
        buffer[:height, :width] = grey
        self.held += 1
        return FakeRequest(self, buffer)

    def _take(self, controls: Mapping[str, Any]) -> None:
        for name, value in controls.items():
            if name not in self.camera_controls:
                raise RuntimeError(f"Control {name} is not advertised by libcamera")
            least, most, _ = self.camera_controls[name]
            if not all(least <= part <= most for part in (value if isinstance(value, tuple) else (value,))):
                raise RuntimeError(f"Control {name}: {value} is not within {least} to {most}")
        self.asked = dict(controls)
        if self._sensor is not None:
            exposure_us = controls.get("ExposureTime")
            self._sensor.exposure_s = exposure_us / 1e6 if exposure_us else None
            self._sensor.gain = controls.get("AnalogueGain")
            self._sensor.stops = controls.get("ExposureValue", 0.0)
            self._sensor.dioptres = controls.get("LensPosition") if controls.get("AfMode") == 0 else None

    def stop(self) -> None:
        self._started = False

    def close(self) -> None:
        self.closed.set()


class FakeRequest:
    """One completed request. Its buffer belongs to the camera again after `release`."""

    def __init__(self, camera: FakePicamera2, buffer: Grey) -> None:
        self._camera = camera
        self._buffer: Grey | None = buffer

    def make_buffer(self, name: str) -> Grey:
        """Return the stream's memory in one row: stride times rows."""
        return self.make_array(name).reshape(-1)

    def make_array(self, name: str) -> Grey:
        """Return the stream's memory, as wide as its stride, the colour below the luminance."""
        if name != "lores" or self._buffer is None:
            raise RuntimeError(f"Stream {name!r} is not defined, or the request was released")
        return self._buffer

    def get_metadata(self) -> dict[str, Any]:
        return {"SensorTimestamp": round(self._camera.light.now * 1e9)}

    def release(self) -> None:
        if self._buffer is None:
            raise RuntimeError("CompletedRequest: lock now has negative ref_count")
        self._buffer[:] = 255
        self._buffer = None
        self._camera.held -= 1
