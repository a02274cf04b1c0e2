"""Every way in which somebody might find a number or a passport in what a kiosk wrote."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

BASE32_BYTES = 5
BASE64_BYTES = 3


def writings(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of every common writing of an identifier: an IIN (12 digits) or a passport number."""
    for shown in (text, text.lower(), text[::-1], *_grouped(text)):
        yield shown, shown.encode()
        for codec in ("utf-16-le", "utf-16-be", "utf-32-le"):
            yield f"{shown} in {codec}", shown.encode(codec)
        yield f"{shown} in hexadecimal", shown.encode().hex().encode()
        yield f"{shown} in capital hexadecimal", shown.encode().hex().upper().encode()
    yield f"{text} in hexadecimal with gaps", text.encode().hex(" ").encode()
    yield f"{text} in an address", "".join(f"%{sign:02X}" for sign in text.encode()).encode()
    yield f"{text} escaped in JSON", "".join(f"\\u{ord(sign):04x}" for sign in text).encode()
    yield f"{text} escaped in Python", "".join(f"\\x{ord(sign):02x}" for sign in text).encode()
    yield from _encoded(text, "base64", base64.b64encode, BASE64_BYTES, 6)
    yield from _encoded(text, "base32", base64.b32encode, BASE32_BYTES, 5)
    if text.isdigit():
        yield f"{text} as an integer", int(text).to_bytes(6)
        yield f"{text} as a little integer", int(text).to_bytes(6, "little")
        yield f"{text} as packed decimals", bytes.fromhex(text)


def found(haystack: bytes, identifiers: Iterable[str]) -> list[str]:
    """Return which of them are there, and in which writing."""
    return [how for text in identifiers for how, needle in writings(text) if needle in haystack]


def found_below(folder: Path, identifiers: Iterable[str]) -> dict[Path, list[str]]:
    """Return what every file below a folder holds of them; an empty list where it is nothing."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: found(path.read_bytes(), identifiers) for path in files} | {
        path: names for path in files if (names := found(os.fsencode(path.name), identifiers))
    }


def _grouped(text: str) -> Iterator[str]:
    if not text.isdigit():
        return
    for gap in " -.":
        yield f"{text[:6]}{gap}{text[6:]}"
        yield gap.join((text[:4], text[4:8], text[8:]))
        yield gap.join((text[:3], text[3:6], text[6:9], text[9:]))
        yield gap.join((text[:6], text[6], text[7:11], text[11]))


def _encoded(text: str, name: str, encode, block: int, bits: int) -> Iterator[tuple[str, bytes]]:
    """Yield it as it looks wherever it stands in what was encoded: the signs that depend on nothing but itself."""
    for shift in range(block):
        before, length = shift * 8, len(text) * 8
        whole = encode(b"\0" * shift + text.encode() + b"\0" * block)
        yield f"{text} in {name} behind {shift} bytes", whole[-(-before // bits) : (before + length) // bits]
