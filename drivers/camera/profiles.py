"""How a camera is to see: profiles for bright halls and dark corridors, and what each asks of libcamera and of V4L2.

A phone's screen shines by itself, so a camera that exposes for the hall burns it out or smears it. Every exposure that is fixed
here is a whole number of half-waves of 50 Hz mains (1/100 s), or lamps draw stripes across the picture. It asks for what a camera
may not have; the drivers leave out what it has not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FLICKER_US = 10_000
"""Lamps on mains of 50 Hz, as Kazakhstan's, are brightest 100 times a second."""
# libcamera's own numbers, so that a driver needs no libcamera to name them.
EXPOSE_SHORT, KEEP_HIGHLIGHTS, CENTRE_WEIGHTED, FLICKER_MANUAL = 1, 1, 0, 1
AF_MANUAL, AF_CONTINUOUS, AF_MACRO, AF_FAST = 0, 2, 1, 1
# V4L2's own numbers (linux/v4l2-controls.h).
POWER_LINE, BACKLIGHT, GAIN = 0x00980918, 0x0098091C, 0x00980913
EXPOSURE_AUTO, EXPOSURE, SLOWS_DOWN = 0x009A0901, 0x009A0902, 0x009A0903
FOCUS, AUTOFOCUS = 0x009A090A, 0x009A090C
NAMES = {
    POWER_LINE: "power_line_frequency",
    BACKLIGHT: "backlight_compensation",
    GAIN: "gain",
    EXPOSURE_AUTO: "auto_exposure",
    EXPOSURE: "exposure_time_absolute",
    SLOWS_DOWN: "exposure_dynamic_framerate",
    FOCUS: "focus_absolute",
    AUTOFOCUS: "focus_automatic_continuous",
}
"""As v4l2-ctl prints them."""
MANUAL, APERTURE_PRIORITY, MAINS_50_HZ = 1, 3, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one kind of hall asks for."""

    exposure_s: float | None
    """Fixed, in seconds; None: the camera finds it, as short as it can."""
    gain: float | None
    """Fixed, as a multiple; None: the camera finds it."""
    stops: float
    """By how much the camera's own exposure is too bright for a screen: 1 is half the light."""
    usb_exposure_s: float | None
    """The same for USB, where exposure and gain are fixed together or not at all."""
    usb_gain: float = 0.0
    """A share of the camera's range, from 0 to 1."""


PROFILES: dict[str, Profile | None] = {
    "auto": Profile(exposure_s=None, gain=None, stops=-0.5, usb_exposure_s=None),
    "bright-hall": Profile(exposure_s=None, gain=1.0, stops=-1.0, usb_exposure_s=0.005),
    "dark-corridor": Profile(exposure_s=0.01, gain=None, stops=0.0, usb_exposure_s=0.01, usb_gain=0.6),
    "phones-only": Profile(exposure_s=0.01, gain=1.0, stops=0.0, usb_exposure_s=0.01),
    "none": None,
}
"""By name; None leaves the camera as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """Where a lens that can be set is focused."""

    mode: str = "fixed"
    """fixed, continuous, or camera: as it is."""
    distance_m: float = 0.26
    usb_step: int = 0
    """A USB camera's own number for it, which stands for no length; 0: nobody told, so it keeps its autofocus."""


def libcamera_controls(profile: Profile | None, focus: Focus) -> dict[str, Any]:
    """Return libcamera's controls by name. AeEnable is not among them: a fixed value switches its own half off."""
    asked: dict[str, Any] = {}
    if profile is not None:
        asked |= {
            "AeExposureMode": EXPOSE_SHORT,
            "AeConstraintMode": KEEP_HIGHLIGHTS,
            "AeMeteringMode": CENTRE_WEIGHTED,
            "ExposureValue": profile.stops,
            "AeFlickerMode": FLICKER_MANUAL,
            "AeFlickerPeriod": FLICKER_US,
        }
        if profile.exposure_s is not None:
            asked["ExposureTime"] = round(profile.exposure_s * 1e6)
        if profile.gain is not None:
            asked["AnalogueGain"] = profile.gain
    if focus.mode == "fixed":
        asked |= {"AfMode": AF_MANUAL, "LensPosition": 1.0 / focus.distance_m}
    elif focus.mode == "continuous":
        asked |= {"AfMode": AF_CONTINUOUS, "AfRange": AF_MACRO, "AfSpeed": AF_FAST}
    return asked


@dataclass(frozen=True, slots=True)
class Wish:
    """One V4L2 control: its number, and the value or the share of its range."""

    control: int
    value: int | None = None
    share: float = 0.0


def v4l2_wishes(profile: Profile | None, focus: Focus) -> list[Wish]:
    """Return what is asked of a USB camera, in the order in which it takes it: a fixed value only once its automatic is off."""
    asked: list[Wish] = []
    if profile is not None:
        asked += [Wish(POWER_LINE, MAINS_50_HZ), Wish(BACKLIGHT, 0), Wish(SLOWS_DOWN, 0)]
        if profile.usb_exposure_s is None:
            asked.append(Wish(EXPOSURE_AUTO, APERTURE_PRIORITY))
        else:
            asked += [
                Wish(EXPOSURE_AUTO, MANUAL),
                Wish(EXPOSURE, round(profile.usb_exposure_s * 1e4)),
                Wish(GAIN, share=profile.usb_gain),
            ]
    if focus.mode == "fixed" and focus.usb_step:
        asked += [Wish(AUTOFOCUS, 0), Wish(FOCUS, focus.usb_step)]
    elif focus.mode in ("fixed", "continuous"):
        asked.append(Wish(AUTOFOCUS, 1))
    return asked
