"""ID cards for tests: a plastic card with a real barcode, held before the lens in the drawn hall.

zxing-cpp writes the bars and reads them: no other library here writes them. What a lens makes of them is our own.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import zxingcpp

from kiosk.ports import Grey, Symbology
from simulator.lens import empty_hall, optics
from tests.factories import make_iin

IIN = make_iin(41)
MRZ = f"IDKAZ0123456784{IIN}<<<\n9001011M3001017KAZ<<<<<<<<<<<8\nAKHMETOV<<ASKAR<<<<<<<<<<<<<<<"
TEXTS = {Symbology.CODE_128: IIN, Symbology.CODE_39: IIN, Symbology.PDF417: MRZ}
SIZE = (1280, 720)

_WIDTH, _HEIGHT, _BARS = 85.6, 54.0, 72.0
"""Millimetres: a card (ISO 7810 ID-1), and the longest that bars on it may be."""
_PX = 16
"""Of the drawing, a millimetre."""


def bars(text: str, symbology: Symbology, scale: int = 2) -> Grey:
    """Return a barcode with its quiet zone, dark on light, `scale` pixels a module."""
    kind = {
        Symbology.CODE_128: zxingcpp.BarcodeFormat.Code128,
        Symbology.CODE_39: zxingcpp.BarcodeFormat.Code39,
        Symbology.PDF417: zxingcpp.BarcodeFormat.PDF417,
    }[symbology]
    return np.array(zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, kind), scale=scale))


def card(code: Grey) -> Grey:
    """Return a card with the code along its lower edge, and lines that stand for print above."""
    drawn = np.full((round(_HEIGHT * _PX), round(_WIDTH * _PX)), 235, np.uint8)
    for y in range(6, 24, 5):
        cv2.line(drawn, (30 * _PX, y * _PX), (70 * _PX, y * _PX), 60, _PX)
    width = round(_BARS * _PX)
    height = min(round(24 * _PX), code.shape[0] * width // code.shape[1])
    code = cv2.resize(code, (width, height), interpolation=cv2.INTER_NEAREST)
    left, top = (drawn.shape[1] - width) // 2, drawn.shape[0] - height - 2 * _PX
    drawn[top : top + height, left : left + width] = code
    return cv2.convertScaleAbs(drawn, alpha=0.62, beta=4)


def held(
    code: Grey,
    *,
    seed: int = 3,
    away_m: float = 0.17,
    yaw: float = 5.0,
    pitch: float = 5.0,
    roll: float = 4.0,
    focus_m: float = 0.26,
    frames: int = 15,
) -> Iterator[Grey]:
    """Yield frames of a hall in which a card with the code is held, by a hand that trembles. Degrees and metres."""
    rng = np.random.default_rng(seed)
    thing = card(code)
    metre = 0.001 / _PX
    centred = np.array([[metre, 0, -_WIDTH / 2000], [0, metre, -_HEIGHT / 2000], [0, 0, 1.0]])
    sigma = optics.defocus_px(away_m, focus_m, SIZE[0])
    opaque = np.full_like(thing, 255)
    for hall in empty_hall(seed, SIZE, frames):
        x, y = rng.normal(0, 0.002, 2)
        turn = optics.rotation(*(angle + rng.normal(0, 0.6) for angle in (yaw, pitch, roll)))
        place = optics.projection(SIZE, turn, (float(x), float(y), away_m)) @ centred
        # Four times as fine and then averaged, as a sensor's pixel does: thin bars would alias.
        fine = np.diag([2.0, 2.0, 1.0]) @ place
        layers = [
            cv2.resize(
                cv2.warpPerspective(layer, fine, (2 * SIZE[0], 2 * SIZE[1]), flags=cv2.INTER_AREA),
                SIZE,
                interpolation=cv2.INTER_AREA,
            )
            for layer in (thing, opaque)
        ]
        seen, mask = (cv2.GaussianBlur(layer, (0, 0), max(sigma, 0.4)) for layer in layers)
        frame = np.where(mask > 127, seen, hall)
        noise = rng.normal(0, 3, frame.shape)
        yield np.clip(frame + noise, 0, 255).astype(np.uint8)
