"""Codes for tests: made by segno, so that what reads them is not what wrote them."""

import numpy as np
import segno

from kiosk.ports import Grey

PASS = "AQ1:" + "K7Q0ZB$ %*+-./:5XV" * 9 + "TAIL00000"
"""As long as a real pass: 175 characters, version 7."""


def picture(code: segno.QRCode, scale: int = 3) -> Grey:
    """Return the code dark on light, with its quiet zone."""
    dark = np.array([list(row) for row in code.matrix_iter(scale=scale, border=4)], np.uint8)
    return (1 - dark) * np.uint8(255)


def qr(content: str | bytes, **options) -> Grey:
    return picture(segno.make(content, micro=False, **options))
