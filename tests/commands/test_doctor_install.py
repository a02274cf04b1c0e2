"""The right libraries, from the right place."""

from pathlib import Path

import pytest

from kiosk.doctor import install_checks
from kiosk.doctor.install_checks import PINS

VENV = Path("/venv")
PINNED = "numpy==2.4.6 ; python_version >= '3.11' \\\n    --hash=sha256:00\npygame-ce==2.5.8 \\\nrequests[socks]==2.32.5\n"
GOOD = {"numpy": "2.4.6", "pygame-ce": "2.5.8", "requests": "2.32.5"}
PLACES = {"numpy": VENV / "numpy.py", "simplejpeg": VENV / "simplejpeg.so", "lgpio": Path("/usr/lib/lgpio.py"),
          "picamera2": Path("/usr/lib/picamera2.py")}  # fmt: skip


def look(needed=(), versions=GOOD, places=PLACES):
    return install_checks.packages(needed, PINNED, where=places.get, version_of=versions.get, prefix=VENV)


@pytest.mark.parametrize(
    "needed,versions,places,state,says",
    [
        ((), {}, {}, "ok", "as pinned"),
        (("lgpio", "picamera2"), {}, {}, "ok", "lgpio, picamera2 there"),
        ((), {"pygame": "2.6.1"}, {}, "broken", "beside pygame-ce"),
        (("libcamera",), {}, {}, "broken", "not installed: libcamera"),
        (("lgpio",), {"lgpio": "0.0.0.2"}, {}, "broken", "ancient"),
        (("picamera2",), {}, {"simplejpeg": Path("/usr/lib/simplejpeg.so")}, "broken", "another numpy"),
        ((), {}, {"numpy": Path("/usr/lib/numpy.py")}, "ok", ""),
        ((), {"requests": "2.1"}, {}, "warning", "requests 2.1 instead of 2.32.5"),
    ],
)  # fmt: skip
def test_each_trap_is_told_with_its_remedy(needed, versions, places, state, says):
    found = look(needed, GOOD | versions, PLACES | places)
    assert (found.state, says in found.says) == (state, True)
    assert found.state == "ok" or found.remedy


def test_what_comes_from_debian_is_named_as_debian_names_it():
    assert (
        "sudo apt install python3-lgpio python3-picamera2" in look(("lgpio", "picamera2"), places={}).remedy
    )


def test_this_very_environment_is_as_pinned():
    found = install_checks.packages((), PINS.read_text())
    assert found.state == "ok", found.says
