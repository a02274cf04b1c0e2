"""Plugs in a ribbon camera (libcamera's virtual one) before which somebody holds up a picture again and again: ribbon.py FILE.png.

libcamera reads all that such a camera will see at its start, and shows it in turn, for ever: it counts from the kiosk's next start.
Without a file the camera is pulled out.
"""

import shutil
import sys
from pathlib import Path

import cv2
from camera import HALL, living

FRAMES = Path("/run/ribbon")
CONFIGURATION = Path("/usr/share/libcamera/pipeline/virtual/virtual.yaml")
EMPTY, HELD = 8, 8
"""So many images of the hall, then so many of the picture. Each is shown for four frames: six seconds of both, at five a second."""
CAMERA = """\
"Ribbon":
  supported_formats:
  - width: {wide}
    height: {high}
    frame_rates: [1, 30]
  frames:
    path: "{frames}/"
  location: "CameraLocationFront"
  model: "virtual"
"""


def plug(picture: Path) -> None:
    """Put down what the camera will see, then the camera."""
    FRAMES.mkdir()
    high, wide = cv2.imread(str(HALL), cv2.IMREAD_GRAYSCALE).shape
    empty, held = living(HALL), living(picture)
    for number in range(EMPTY + HELD):
        frames = empty if number < EMPTY else held
        jpeg = cv2.cvtColor(frames[number % len(frames)], cv2.COLOR_GRAY2BGR)
        cv2.imwrite(str(FRAMES / f"{number}.jpg"), jpeg)
    CONFIGURATION.parent.mkdir(parents=True, exist_ok=True)
    CONFIGURATION.write_text(CAMERA.format(wide=wide, high=high, frames=FRAMES))


def pull() -> None:
    """Take the camera away."""
    CONFIGURATION.unlink(missing_ok=True)
    shutil.rmtree(FRAMES, ignore_errors=True)


if __name__ == "__main__":
    pull()
    if len(sys.argv) > 1:
        plug(Path(sys.argv[1]))
