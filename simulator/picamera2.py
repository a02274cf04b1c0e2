"""A Picamera2 without a camera, under the driver's own seam: requests, strides, buffers that are written over, controls and their limits;
jobs that queue behind one that nobody waits for any more, one owner at a time, and files that stay open.

It must never be kinder than the real one.
"""

from __future__ import annotations

import itertools
import math
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from typing import Any

import numpy as np

from kiosk.ports import Grey
from simulator.camera import FakeLight
from simulator.picamera2_parts import RIBBON, FakeAllocator, FakeFiles, FakeJob, FakeManager
from simulator.sensor import FakeSensor

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


class FakeRibbon:
    """What libcamera knows of the sockets: which cameras there are, and who owns the one on the ribbon cable."""

    def __init__(
        self,
        light: FakeLight,
        *,
        refuses: str = "",
        fails: str = "",
        fails_late: str = "",
        has: Mapping[str, tuple[Any, Any, Any]] = MODULE_3,
        sensor: FakeSensor | None = None,
        ids: Sequence[str] = (RIBBON,),
        registers_first: bool = False,
    ) -> None:
        """`refuses`: what `configure` says; `fails` and `fails_late`: what the constructor says before and after the camera is its own;
        `has`: the controls of this camera; without a `sensor` they change nothing about the frames. `registers_first`: as 0.3.31 does
        (0.3.38 no more), before it has opened anything.
        """
        self.light, self.sensor, self.has = light, sensor, dict(has)
        self.refuses, self.fails, self.fails_late = refuses, fails, fails_late
        self.ids, self.registers_first = list(ids), registers_first
        self.stuck = False
        """Whether the kernel lets nobody give a camera back."""
        self.owner: FakePicamera2 | None = None
        self.damaged = False
        """Whether somebody opened the camera that another one had open."""
        self.given_back = threading.Event()
        """Somebody's camera was closed to the end."""
        self.manager = FakeManager()
        self.opened: list[FakePicamera2] = []
        """Every camera whose constructor was run, if only to its first lines."""
        self.files = FakeFiles()

    @property
    def camera(self) -> FakePicamera2:
        """The one that was made last."""
        return self.opened[-1]

    def library(self) -> type[FakePicamera2]:
        """Return the class that picamera2 would give on this board."""
        return type("Picamera2", (FakePicamera2,), {"ribbon": self, "_cm": self.manager})


class FakePicamera2:
    """The calls and attributes of picamera2 that the driver may use, with a pool of buffers that are written over once released.

    Its event loop runs in whoever waits for it.
    """

    ribbon: FakeRibbon
    _cm: FakeManager

    @classmethod
    def global_camera_info(cls) -> list[dict[str, Any]]:
        """As libcamera orders them: the ribbon's first."""
        return [{"Id": each, "Num": number} for number, each in enumerate(cls.ribbon.ids)]

    def __init__(self, camera_num: int = 0) -> None:
        ribbon = self.ribbon
        ribbon.opened.append(self)
        self.notifyme_r, self.notifyme_w = ribbon.files.pipe()
        self.notifymeread = os.fdopen(self.notifyme_r, "rb")
        self.is_open = False
        if camera_num >= len(ribbon.ids):
            raise RuntimeError(f"No camera number {camera_num} found")
        self.camera_idx = camera_num
        self.camera_controls = dict(ribbon.has)
        self.held = 0
        """Requests that were not yet released."""
        self.light = ribbon.light
        self._job_list: list[FakeJob] = []
        self._next = 0
        self._started = False
        self.helpers = (self,)
        """As in the real one: only the collector finds who is no longer used."""
        if ribbon.registers_first:
            self._cm.add(camera_num, self)
        try:
            self._acquire()
        except RuntimeError as e:
            raise RuntimeError("Camera __init__ sequence did not complete.") from e
        self._cm.add(camera_num, self)
        self.allocator = FakeAllocator(ribbon.files)

    def _acquire(self) -> None:
        if self.ribbon.owner is not None:
            self.ribbon.damaged = self.ribbon.registers_first
            raise RuntimeError("Failed to acquire camera: Device or resource busy")
        if self.ribbon.fails:
            raise RuntimeError(self.ribbon.fails)
        self.ribbon.owner = self
        self.is_open = True
        if self.ribbon.fails_late:
            raise RuntimeError(self.ribbon.fails_late)

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
        if self.ribbon.refuses:
            raise RuntimeError(self.ribbon.refuses)
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
        request: FakeRequest = self._dispatch(self._capture, wait)
        return request

    def cancel_all_and_flush(self) -> None:
        for job in self._job_list:
            job.cancelled = True
        self._job_list = []

    def stop(self) -> None:
        if self._started:
            self._dispatch(self._stop, math.inf)

    def close(self) -> None:
        # The event loop ends first, so that nothing has to queue.
        if not self.is_open:
            return
        self._stop()
        self.light.wait_for(lambda: not self.ribbon.stuck, math.inf)
        self.ribbon.owner = None
        self._cm.cleanup(self.camera_idx)
        self.is_open = False
        self.notifymeread.close()
        os.close(self.notifyme_w)
        del self.allocator
        self.allocator = FakeAllocator(self.ribbon.files)
        self.ribbon.given_back.set()

    def _dispatch(self, step: Callable[[], tuple[bool, Any]], wait_s: float) -> Any:
        job = FakeJob(step)
        self._job_list.append(job)
        if not self.light.wait_for(lambda: self._run(job), wait_s):
            raise TimeoutError  # and the job stays
        if job.cancelled:
            raise CancelledError
        return job.result

    def _run(self, job: FakeJob) -> bool:
        """Go round once: each job in turn, until one is not done; return whether this one is."""
        while self._job_list and self._job_list[0].execute():
            self._job_list.pop(0)
        return job.done or job.cancelled

    def _capture(self) -> tuple[bool, Any]:
        # Every buffer held: libcamera has nothing to write into, and no frame ever comes again.
        if not (self.light.plugged and self.light.fallen() > self._next and self.held < len(self._pool)):
            return False, None
        self._next = self.light.fallen()
        buffer = next(self._turn)
        grey = self.light.frame(self._next - 1)
        if self.ribbon.sensor is not None:
            grey = self.ribbon.sensor.see(grey)
        height, width = grey.shape
        buffer[:] = 128
        buffer[:height, :width] = grey
        self.held += 1
        return True, FakeRequest(self, buffer)

    def _stop(self) -> tuple[bool, Any]:
        self._started = False
        return True, None

    def _take(self, controls: Mapping[str, Any]) -> None:
        for name, value in controls.items():
            if name not in self.camera_controls:
                raise RuntimeError(f"Control {name} is not advertised by libcamera")
            least, most, _ = self.camera_controls[name]
            if not all(least <= part <= most for part in (value if isinstance(value, tuple) else (value,))):
                raise RuntimeError(f"Control {name}: {value} is not within {least} to {most}")
        sensor = self.ribbon.sensor
        if sensor is not None:
            exposure_us = controls.get("ExposureTime")
            sensor.exposure_s = exposure_us / 1e6 if exposure_us else None
            sensor.gain = controls.get("AnalogueGain")
            sensor.stops = controls.get("ExposureValue", 0.0)
            sensor.dioptres = controls.get("LensPosition") if controls.get("AfMode") == 0 else None


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
