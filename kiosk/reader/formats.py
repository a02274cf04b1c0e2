"""Which kinds of code the door reads, what each is for, and how sure a reading of it is.

QR codes are looked for in every frame that moved. The others are an ID card's, and looked for only where something looks like
bars (bars.py), a few times a second (cards.py).

What each costs: milliseconds of zxing-cpp on a frame of 1280x720 with people and no code, and on a part with bars alone, medians
of one run on a shared x86 machine that was twice as slow as that of docs/facts.md#decoders (only ratios carry over):

            QR     Code 128   Code 39   PDF417   the three for cards   where bars are (bars.py)
    frame   5.2    2.8        2.9       3.6      7.0                   0.5
    part    0.3    0.2        0.2       0.1      0.4
"""

from __future__ import annotations

from kiosk.ports import Symbology

LOOKS = {Symbology.QR: 1, Symbology.CODE_128: 1, Symbology.CODE_39: 2, Symbology.PDF417: 1}
"""In how many looks in a row the same text must be read before it counts: one, where the code checks itself. What does not must
besides stand in the upper half of its bars and in the lower (cards.py): `make fuzz` found damage that made another valid number.

Micro QR, rMQR and QR model 1 are no rows: no pass is one, and the engine is not asked for them."""

ON_CARDS = tuple(symbology for symbology in LOOKS if symbology is not Symbology.QR)
