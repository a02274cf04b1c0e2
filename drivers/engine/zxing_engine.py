"""zxing-cpp as Decoders: the first engine, for QR codes, and one for the barcodes of ID cards.

They must never raise and never print what they read: anybody may hold anything before the camera.
"""

from __future__ import annotations

from collections.abc import Collection

import zxingcpp

from kiosk.ports import Grey, Reading, Symbology

_FORMATS = {
    Symbology.QR: zxingcpp.BarcodeFormat.QRCodeModel2,
    Symbology.CODE_128: zxingcpp.BarcodeFormat.Code128,
    Symbology.CODE_39: zxingcpp.BarcodeFormat.Code39,
    Symbology.PDF417: zxingcpp.BarcodeFormat.PDF417,
}
_FOUND = {
    zxingcpp.BarcodeFormat.Code128: Symbology.CODE_128,
    zxingcpp.BarcodeFormat.Code39: Symbology.CODE_39,
    zxingcpp.BarcodeFormat.PDF417: Symbology.PDF417,
}
"""By the family that zxing-cpp names what it found by; every other is a QR code."""


class ZxingDecoder:
    """Finds QR codes, light on dark too, in a grey view of any stride; nothing is copied.

    Only QRCodeModel2: the wider `QRCode` also takes Micro QR and rMQR, which no pass is. `try_rotate` stays off because a QR
    code has no direction (the same codes were read with it off); invert and downscale are worth their time (docs/facts.md#decoders).
    """

    name = "zxing"

    def decode(self, frame: Grey) -> list[Reading]:
        """Return every code that could be read; nothing for a frame without pixels."""
        return _decode(frame, (Symbology.QR,), invert=True)


class CardDecoder:
    """Finds the barcodes that an ID card may bear, where their bars stand about upright.

    Dark on light only: cards are printed. It must not be given whole frames at their rate: see kiosk/reader/formats.py.
    """

    name = "zxing"

    def __init__(self, symbologies: Collection[Symbology]) -> None:
        """`symbologies`: what is looked for, at least one."""
        self._symbologies = tuple(symbologies)

    def decode(self, frame: Grey) -> list[Reading]:
        """Return every barcode that could be read; nothing for a frame without pixels."""
        return _decode(frame, self._symbologies, invert=False)


def _decode(frame: Grey, symbologies: Collection[Symbology], *, invert: bool) -> list[Reading]:
    try:
        codes = zxingcpp.read_barcodes(
            frame,
            formats=zxingcpp.BarcodeFormats([_FORMATS[each] for each in symbologies]),
            try_rotate=False,
            try_downscale=True,
            try_invert=invert,
            text_mode=zxingcpp.TextMode.Plain,
        )
        return [
            Reading(
                text=code.text,
                corners=_corners(code.position),
                engine="zxing",
                symbology=_FOUND.get(code.format, Symbology.QR),
            )
            for code in codes
        ]
    except Exception:  # a Decoder is total (ports.py): what cannot be decoded was not read
        return []


def _corners(position: zxingcpp.Position) -> tuple[tuple[int, int], ...]:
    points = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((point.x, point.y) for point in points)
