"""zxing-cpp as a Decoder: the first engine, QR codes only.

It must never raise and never print what it read: anybody may hold anything before the camera.
"""

from __future__ import annotations

import zxingcpp

from kiosk.ports import Grey, Reading


class ZxingDecoder:
    """Finds QR codes, light on dark too, in a grey view of any stride; nothing is copied.

    Only QRCodeModel2: the wider `QRCode` also takes Micro QR and rMQR, which no pass is. `try_rotate` stays off because a QR
    code has no direction (the same codes were read with it off); invert and downscale are worth their time (facts-reader.md 3).
    """

    name = "zxing"

    def decode(self, frame: Grey) -> list[Reading]:
        """Return every code that could be read; nothing for a frame without pixels."""
        try:
            found = zxingcpp.read_barcodes(
                frame,
                formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2),
                try_rotate=False,
                try_downscale=True,
                try_invert=True,
                text_mode=zxingcpp.TextMode.Plain,
            )
            return [
                Reading(text=code.text, corners=_corners(code.position), engine=self.name) for code in found
            ]
        except Exception:  # a Decoder is total (ports.py): what cannot be decoded was not read
            return []


def _corners(position: zxingcpp.Position) -> tuple[tuple[int, int], ...]:
    points = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((point.x, point.y) for point in points)
