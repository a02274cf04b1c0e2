"""What the virtual camera sees: the hall, and each picture in /run/held for a while, in the order of their names.

Runs in the guest, with the kiosk's Python for its OpenCV. The luminance goes into the loopback device as YUYV; chroma is grey.
"""

import ctypes
import fcntl
import os
import struct
import time
from pathlib import Path

import cv2
import numpy as np

DEVICE, HALL, HELD = "/dev/video40", Path("/srv/device/hall.png"), Path("/run/held")
FPS = 6
HELD_S, BETWEEN_S = 6.0, 1.5
NOISES = 3
VIDIOC_S_FMT, OUTPUT, YUYV = 0xC0D05605, 2, 0x56595559
ADJ_KNOWN = 0x10 | 0x04 | 0x08
"""adjtimex(2): set status, greatest and estimated error."""


def tell_kernel_that_its_time_is_right() -> None:
    """As a time daemon does that reached its server: the machine's clock is the host's."""
    timex = ctypes.create_string_buffer(512)
    struct.pack_into("<I", timex, 0, ADJ_KNOWN)
    ctypes.CDLL(None).adjtimex(timex)


def living(path: Path) -> list[np.ndarray]:
    """Return a picture as a sensor gives it, some frames of luminance: no two of a living one are the same."""
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    noises = (np.random.default_rng(seed).normal(0, 1.5, grey.shape) for seed in range(NOISES))
    return [np.clip(grey + noise, 0, 255).astype(np.uint8) for noise in noises]


def yuyv(path: Path) -> list[bytes]:
    """Return a picture as the loopback device takes it, some frames."""
    frames = []
    for grey in living(path):
        frame = np.full((*grey.shape, 2), 128, np.uint8)
        frame[:, :, 0] = grey
        frames.append(frame.tobytes())
    return frames


def main() -> None:
    """Be the camera for as long as the machine runs."""
    tell_kernel_that_its_time_is_right()
    high, wide = cv2.imread(str(HALL), cv2.IMREAD_GRAYSCALE).shape
    camera = os.open(DEVICE, os.O_RDWR)
    form = bytearray(208)
    struct.pack_into("<I", form, 0, OUTPUT)
    struct.pack_into("<IIIIIII", form, 8, wide, high, YUYV, 1, wide * 2, wide * high * 2, 8)
    fcntl.ioctl(camera, VIDIOC_S_FMT, form)
    hall = yuyv(HALL)
    showing, held, until, turn = hall, None, 0.0, 0
    while True:
        now = time.monotonic()
        if now >= until:
            if held is not None:
                held.unlink()
                showing, held, until = hall, None, now + BETWEEN_S
            elif waiting := sorted(HELD.glob("*.png")):
                held = waiting[0]
                showing, until = yuyv(held), now + HELD_S
        os.write(camera, showing[turn % NOISES])
        turn += 1
        time.sleep(1 / FPS)


if __name__ == "__main__":
    main()
