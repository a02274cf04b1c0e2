"""Whatever becomes of a text or of a picture of a code: what is taken for a credential says what was written there.

The first byte chooses: a text as it is, a text of ours that is changed, or a picture of a code that is changed on its way to the
engines. A text may be taken for a pass only where somebody signed it, and for an IIN only where it stands in it; a picture only for
what the codes in it say. Nothing that the engines or the reader do with it may raise.
"""

from __future__ import annotations

import functools
from collections import Counter

import numpy as np

from tests.factories import make_iin
from tests.fuzz.mutations import changed_picture, changed_text
from tests.fuzz.runner import main, watched
from tests.reader.cards import bars
from tests.reader.codes import qr
from tests.trust import make_vectors

with watched():
    from drivers.engine.zbar_engine import ZbarDecoder
    from drivers.engine.zxing_engine import CardDecoder, ZxingDecoder
    from kiosk.core.model import Credential, Identifier, NotACredential, OwnVenueCode, Pass, TextFault
    from kiosk.core.who.credential import understand
    from kiosk.ports import Grey, Symbology
    from kiosk.reader.cards import CardReader, Cards
    from kiosk.reader.formats import ON_CARDS
    from kiosk.reader.motion import Box
    from kiosk.trust import Keyring, verify_pass

VECTORS = make_vectors.read("passes.json")
KEYS = Keyring.from_document(VECTORS["keys"])
PASSES = [vector["text"] for vector in VECTORS["accepted"]]
SIGNED = {verify_pass(text, KEYS) for text in PASSES}
URL, DOOR = "HTTPS://A.KZ/V/", "D01"
NUMBERS = [make_iin(serial) for serial in range(40, 48)]
LABELLED = [
    f"{label} {number}" for label, number in zip(("ЖСН", "ИИН", "IIN:", "IIN ="), NUMBERS, strict=False)
]
ZONES = [
    f"IDKAZ0123456784{number}<<<\n9001011M3001017KAZ<<<<<<<<<<<8\nAKHMETOV<<ASKAR<<<<"
    for number in NUMBERS[:3]
]
TEXTS = [
    *PASSES,
    *NUMBERS,
    *LABELLED,
    *ZONES,
    f"{URL}{DOOR}.0123456789ABCDEF",
    "https://a.kz/menu?id=850601100017",
]
LABELS = ("ЖСН", "ИИН", "IIN")
TALLY: Counter[str] = Counter()
STATIC_FRAMES = 3
"""Looks at the same picture: worse than a hand that trembles, because each look errs alike."""


def meaning(text: str) -> Credential:
    return understand(text, verify=lambda shown: verify_pass(shown, KEYS), venue_url=URL, door=DOOR)


def target(octets: bytes) -> None:
    kind, rest = octets[:1], octets[1:]
    way = kind[0] % 16 if kind else 0
    if way < 4:
        a_text(rest.decode("utf-8", "surrogateescape"))
    elif way < 14:
        a_text(changed_text(TEXTS, rest))
    else:
        a_picture(kind[0] // 16 * 2 + way % 2, rest)


def a_text(text: str) -> None:
    read = meaning(text)
    TALLY[f"texts, taken for {type(read).__name__}"] += 1
    match read:
        case Pass():
            assert read in SIGNED, "a pass that nobody signed"
        case Identifier():
            assert stands_in(text, read.value), "a number that does not stand there"
        case OwnVenueCode():
            assert text.upper().startswith(URL), "not our own screen"
        case NotACredential():
            assert read.reason in TextFault


def stands_in(text: str, number: str) -> bool:
    """Whether it is the number that the text says, by other means than the reader's: no regular expression, a sum of its own."""
    digits = [ord(char) - ord("0") for char in number]
    sums = [sum(d * (1 + (i + shift) % 11) for i, d in enumerate(digits[:11])) % 11 for shift in (0, 2)]
    check = sums[0] if sums[0] < 10 else sums[1]
    bare = text.strip().removesuffix(number).rstrip(" :=#№")
    zone = text[0] == "I" and text[2:5] == "KAZ" and text[15:28] == f"{number}<"
    return len(digits) == 12 and max(digits) < 10 and check == digits[11] and (zone or bare in ("", *LABELS))


def a_picture(how: int, octets: bytes) -> None:
    which, another = (octets + b"\0\0")[:2]
    drawn = cards() if how % 8 == 0 else codes()
    (text, picture), (beside, other) = drawn[which % len(drawn)], drawn[another % len(drawn)]
    if how % 8 == 0:
        # Bars joined from two cards say what they say: there would be no truth to hold them to.
        beside, other = text, picture
    changed = changed_picture(picture, other, octets[2:])
    truths = {meaning(text), meaning(beside)}
    shown = readings(how, changed)
    TALLY[f"pictures of {'a card' if how % 8 == 0 else 'a code'}, {'read' if shown else 'not read'}"] += 1
    for read in shown:
        found = meaning(read)
        assert found in truths or not isinstance(found, Pass | Identifier), f"{found} was shown by nobody"


def readings(how: int, picture: Grey) -> list[str]:
    """Return what is read: of a card by a few looks, of a code by one engine, or now and then by the whole reader."""
    if how % 8 and how % 8 != 1:
        return [reading.text for reading in (ZxingDecoder(), ZbarDecoder())[how // 8 % 2].decode(picture)]
    rows, columns = picture.shape
    frame = np.full((rows + 80, columns + 80), 120, np.uint8)
    looks = Cards(CardDecoder(ON_CARDS))
    reader = CardReader(ZxingDecoder(), ZbarDecoder(), cards=looks)
    reader.read(frame, 0.0)
    frame[40 : 40 + rows, 40 : 40 + columns] = picture
    moments = [0.3 * (1 + index) for index in range(STATIC_FRAMES)]
    if how % 8 == 0:
        found = [looks.look(frame, Box.whole(frame), mono) for mono in moments]
    else:
        found = [reader.read(frame, mono) for mono in moments]
    return [reading.text for one in found for reading in one]


@functools.cache
def codes() -> list[tuple[str, Grey]]:
    return [(text, qr(text, error="m")) for text in TEXTS]


@functools.cache
def cards() -> list[tuple[str, Grey]]:
    numbers = [(number, kind) for number in NUMBERS for kind in (Symbology.CODE_128, Symbology.CODE_39)]
    zones = [(zone, Symbology.PDF417) for zone in ZONES]
    return [(text, bars(text, kind)) for text, kind in (*numbers, *zones)]


def seeds() -> list[bytes]:
    plain = [b"\0" + text.encode() for text in TEXTS]
    changed = [bytes([4, which, 0, 100, 7, 0]) for which in range(len(TEXTS))]
    pictures = [
        bytes([14 + 16 * which + which % 2, which, which + 1, which % 10, 40, 3, 9]) for which in range(16)
    ]
    return [*plain, *changed, *pictures]


if __name__ == "__main__":
    main(target, seeds(), TALLY)
