"""Which kinds of code the door reads, what each is for, and how sure a reading of it is.

QR codes are looked for in every frame that moved. The others are an ID card's, and looked for only where something looks like
bars (bars.py), a few times a second (cards.py): all of them on every frame would cost ten times the QR codes.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.ports import Symbology


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One row of the table."""

    name: str
    """As its makers call it."""
    looks: int
    """In how many looks in a row the same text must be read before it counts: one, where the code checks itself."""


FORMATS = {
    # The name in [reader] formats; milliseconds of zxing-cpp on a hall of 1280x720 without a code, and on a card's bars alone
    # (tests/reader/test_cards.py measures nothing: `python -m tests.bench.formats` does).
    Symbology.QR: Format(name="QR code", looks=1),
    Symbology.CODE_128: Format(name="Code 128", looks=1),
    Symbology.CODE_39: Format(name="Code 39", looks=2),
    Symbology.PDF417: Format(name="PDF417", looks=1),
}
"""Micro QR, rMQR and QR model 1 are no rows: no pass is one, and the engine is not asked for them."""

CARD_FORMATS = tuple(symbology for symbology in FORMATS if symbology is not Symbology.QR)
