"""The virtual device's Picamera2: the real one, over libcamera's virtual camera, which is poorer than the one on a Pi's ribbon cable.

The virtual camera has one stream and no raw one, only NV12, buffers of several planes, no frame rate of its own, and does not say
how much of a buffer it filled. Nothing of this is the product's: it stands at the end of the system's picamera2 (tests/device/image.py).
"""

import contextlib
import mmap
import time

from picamera2.allocators import LibcameraAllocator
from picamera2.picamera2 import Picamera2 as RealPicamera2

SIZE = (800, 600)
"""As ribbon.py writes it into the camera's configuration."""


class WholeBuffer:
    """Maps a buffer by the length of its planes: how much of it was filled is 0."""

    def __init__(self, _allocator, buffer, _write):
        self._planes = buffer.planes
        self._memory = None

    def __enter__(self):
        length = sum(plane.length for plane in self._planes)
        self._memory = mmap.mmap(
            self._planes[0].fd, length, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE
        )
        return self._memory

    def __exit__(self, *_error):
        with contextlib.suppress(BufferError):  # somebody still looks into it; it goes with the last who does
            self._memory.close()


class Picamera2(RealPicamera2):
    """With a second stream, which is the first by another name: its luminance lies at the same place."""

    _period_s = 0.0
    _due = 0.0

    def __init__(self, *words, **more):
        super().__init__(*words, **more)
        self.allocator = LibcameraAllocator(self.camera)
        self.allocator.sync = WholeBuffer

    def _get_raw_modes(self):
        return [{"format": "NV12", "size": SIZE}]

    def create_video_configuration(self, main={}, lores=None, **more):  # noqa: B006  # as the real one has it
        if lores is None:
            return super().create_video_configuration(main, **more)
        if lores["size"] != main["size"]:
            raise RuntimeError("the virtual camera has one size at a time")
        configuration = super().create_video_configuration(main | {"format": "NV12"}, **more)
        self._period_s = configuration["controls"]["FrameDurationLimits"][0] / 1e6
        return configuration

    def configure(self, camera_config=None):
        super().configure(camera_config)
        self.camera_config["lores"] = self.camera_config["main"]
        self.stream_map["lores"] = self.stream_map["main"]

    def process_requests(self, display):
        # The virtual camera fills a buffer as soon as it gets it, and would never stop: here its pictures come one by one, as often
        # as they were asked for.
        time.sleep(max(0.0, self._due - time.monotonic()))
        self._due = time.monotonic() + self._period_s
        with self._requestslock:
            later, self._requests = self._requests[1:], self._requests[:1]
        super().process_requests(display)
        if not self.started:
            for request in later:
                request.release()
        elif later:
            with self._requestslock:
                self._requests = later + self._requests
            self._run_process_requests()
