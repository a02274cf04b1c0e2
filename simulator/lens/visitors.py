"""What a door sees from one visitor to the next: most hold a good phone well, in a lit hall; some do not.

The shares are our estimate of a club's entrance, not counted at one.
"""

from __future__ import annotations

import numpy as np

from simulator.lens.scene import Carrier, Clutter, Scene, ScreenLook


def varied(text: str, seed: int, size: tuple[int, int] = (1280, 720)) -> Scene:
    """Return one visitor by chance, and the camera they meet. The same seed gives the same scene.

    Seeds below 60 are for tuning, those from 1000 on for reporting.
    """
    rng = np.random.default_rng(seed)
    carrier = list(Carrier)[rng.choice(3, p=[0.8, 0.1, 0.1])]
    dark = rng.random() < 0.2
    common = {
        "text": text,
        "seed": seed,
        "size": size,
        "carrier": carrier,
        "nearest_m": float(rng.uniform(0.14, 0.24)),
        "yaw": float(rng.normal(0, 12)),
        "pitch": float(rng.normal(0, 12)),
        "roll": float(rng.normal(0, 12)),
        "tremor": float(rng.uniform(0.5, 2.0)),
        # Three quarters stop for it; the others walk on, at half to full walking speed.
        "speed_m_s": _sometimes(rng, 0.25, 0.5, 1.4),
        "glare": _sometimes(rng, 0.25, 0.4, 1.2),
        "hall_light": float(rng.uniform(0.1, 0.4) if dark else rng.uniform(0.7, 1.2)),
        "owner": True,
        "bystanders": int(rng.integers(0, 3)),
        "clutter": list(Clutter)[rng.choice(6, p=[0.7, 0.06, 0.06, 0.06, 0.06, 0.06])],
    }
    return Scene(**common, **_held(rng, carrier, dark=dark), **_camera(rng))  # type: ignore[arg-type]


def _held(rng: np.random.Generator, carrier: Carrier, *, dark: bool) -> dict[str, object]:
    if carrier is not Carrier.PHONE:
        bent = carrier is Carrier.PAPER
        return {
            "curl": _sometimes(rng, 0.6, 5, 30) if bent else 0.0,
            "uneven": _sometimes(rng, 0.5, 0.1, 0.6),
        }
    look = list(ScreenLook)[rng.choice(3, p=[0.7, 0.1, 0.2])]
    return {
        "look": look,
        "phone_in": float(np.clip(rng.normal(6.4, 0.35), 5.4, 6.9)),
        # Most phones turn themselves down where it is dark.
        "brightness": float(rng.uniform(0.25, 0.6) if dark else rng.uniform(0.55, 1.0)),
        # Half of the dimmed screens are dimmed by switching.
        "pwm_hz": float(rng.choice([0.0, rng.uniform(235, 245), rng.uniform(470, 490)], p=[0.5, 0.3, 0.2]))
        if dark or look is ScreenLook.DIM
        else 0.0,
        "pixel_mm": float(rng.uniform(0.052, 0.1)),
        "crack": _sometimes(rng, 0.08, 0.1, 0.8),
        "film": _sometimes(rng, 0.35, 0.1, 0.7),
    }


def _camera(rng: np.random.Generator) -> dict[str, object]:
    usb = bool(rng.random() < 0.35)
    return {
        "focus_m": float(rng.choice([0.26, 0.2, 0.5], p=[0.7, 0.18, 0.12])),
        "exposure_s": float(rng.choice([1 / 120, 1 / 60, 1 / 30], p=[0.6, 0.25, 0.15])),
        "gain": float(rng.uniform(0.8, 1.3)),
        "auto_exposure": bool(rng.random() < 0.7),
        "noise": float(rng.uniform(0.008, 0.03)),
        "readout_s": float(rng.uniform(0.01, 0.03)),
        "skips": usb,
        "jpeg": int(rng.integers(55, 92)) if usb else 0,
    }


def _sometimes(rng: np.random.Generator, share: float, least: float, most: float) -> float:
    """Return 0 mostly, and in this share of the visitors something between."""
    value = float(rng.uniform(least, most))
    return value if rng.random() < share else 0.0
