"""Texts and pictures of codes changed by bytes: the same bytes make the same change, so that a finding can be tried again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from kiosk.ports import Grey

STRANGE = (
    "",
    " ",
    "\0",
    "\x1b",
    "\n",
    "０",
    "١",
    "\u200b",
    "<",
    "AQ1:",
    "AQ2:",
    "ИИН ",
    "IIN",
    "%",
    "é",
    "\ud800",
)
"""What is put into texts: what has been used to get past a check somewhere."""
PARAMETERS = 4
"""Bytes that one change takes: which, and three for how."""


def changed_text(texts: Sequence[str], octets: bytes) -> str:
    """Return one of the texts, chosen by the first byte, after a change for every PARAMETERS of the others."""
    text = texts[(octets[0] if octets else 0) % len(texts)]
    for kind, where, what, more in _changes(octets[1:]):
        at = where * (len(text) + 1) // 256
        match kind % 8:
            case 0:
                text = text[:at] + chr(32 + what % 95) + text[at + 1 :]
            case 1:
                text = text[:at] + text[at + 1 + what % 4 :]
            case 2:
                text = text[:at] + STRANGE[what % len(STRANGE)] + text[at:]
            case 3:
                text = text[:at] + str(what % 10) + text[at + 1 :]
            case 4:
                other = texts[what % len(texts)]
                text = text[:at] + other[more * (len(other) + 1) // 256 :]
            case 5:
                text = text[:at] + text[at : at + 1 + what % 8] * (1 + more % 3) + text[at + 1 + what % 8 :]
            case 6:
                text = text[:at] + text[at:].swapcase()
            case _:
                there = what * (len(text) + 1) // 256
                text = text[:at] + text[there : there + 1] + text[at + 1 :]
    return text


MOST_PX = 1280
"""The longest side of a changed picture."""


def changed_picture(picture: Grey, other: Grey, octets: bytes) -> Grey:
    """Return the picture after a change for every PARAMETERS of the bytes; `other` is what is spliced into it."""
    for kind, a, b, c in _changes(octets):
        picture = _OPTICS[kind % len(_OPTICS)](picture, other, a, b, c)
    return picture


def _changes(octets: bytes) -> list[tuple[int, ...]]:
    whole = len(octets) // PARAMETERS * PARAMETERS
    return [tuple(octets[at : at + PARAMETERS]) for at in range(0, whole, PARAMETERS)]


def _noise(picture: Grey, _other: Grey, a: int, b: int, _c: int) -> Grey:
    rng = np.random.default_rng(b)
    return np.clip(picture + rng.normal(0, a / 2, picture.shape), 0, 255).astype(np.uint8)


def _blur(picture: Grey, _other: Grey, a: int, b: int, _c: int) -> Grey:
    return cv2.GaussianBlur(picture, (0, 0), 0.3 + a / 100, sigmaY=0.3 + b / 100)


def _erase(picture: Grey, _other: Grey, a: int, b: int, c: int) -> Grey:
    """Cover a part, as a thumb, a crack or a lamp does."""
    rows, columns = picture.shape
    top, left = a * rows // 256, b * columns // 256
    changed = picture.copy()
    changed[top : top + 2 + c % 64, left : left + 2 + c // 4] = (a * b) % 256
    return changed


def _flip(picture: Grey, _other: Grey, a: int, b: int, c: int) -> Grey:
    """Turn a few squares of a module's size about from black to white and back."""
    rng = np.random.default_rng((a, b))
    changed = picture.copy()
    for _ in range(1 + c):
        top, left = (int(rng.integers(0, side)) // 3 * 3 for side in picture.shape)
        changed[top : top + 3, left : left + 3] ^= 255
    return changed


def _splice(picture: Grey, other: Grey, a: int, b: int, _c: int) -> Grey:
    """Put a part of another code over this one."""
    rows, columns = (min(sides) for sides in zip(picture.shape, other.shape, strict=True))
    bottom, right = a * rows // 256, columns if b < 128 else (b - 128) * columns // 128
    changed = picture.copy()
    changed[:bottom, :right] = other[:bottom, :right]
    return changed


def _shear(picture: Grey, _other: Grey, a: int, b: int, c: int) -> Grey:
    """Hold it askew, or roll the shutter over it."""
    rows, columns = picture.shape
    there = np.float32([[1, (a - 128) / 300, 0], [(b - 128) / 300, 0.5 + c / 256, 0]])
    there[:, 2] = (np.array([columns, rows]) - there[:, :2] @ (columns, rows)) / 2
    return cv2.warpAffine(picture, there, (columns, rows), borderValue=255)


def _light(picture: Grey, _other: Grey, a: int, b: int, c: int) -> Grey:
    changed = cv2.convertScaleAbs(picture, alpha=a / 128, beta=b - 128)
    return cv2.bitwise_not(changed) if c % 4 == 0 else changed


def _compress(picture: Grey, _other: Grey, a: int, _b: int, _c: int) -> Grey:
    done, octets = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, a % 40])
    return cv2.imdecode(octets, cv2.IMREAD_GRAYSCALE) if done else picture


def _resize(picture: Grey, _other: Grey, a: int, b: int, _c: int) -> Grey:
    height, width = picture.shape
    # A frame is no larger either; without a limit a row of these grows the picture to gigabytes.
    size = (
        min(MOST_PX, max(1, width * (40 + a) // 200)),
        min(MOST_PX, max(1, height * (40 + b) // 200)),
    )
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def _mirror(picture: Grey, _other: Grey, a: int, _b: int, _c: int) -> Grey:
    return np.ascontiguousarray(cv2.flip(picture, a % 3 - 1))


_OPTICS: tuple[Callable[[Grey, Grey, int, int, int], Grey], ...] = (
    _noise, _blur, _erase, _flip, _splice, _shear, _light, _compress, _resize, _mirror,
)  # fmt: skip
