"""Ed25519 keys by which anybody can sign: the points of small order. A key like that proves nothing, so none is taken.

With one of them a signature of zeros fits any message. Libraries differ in whether they look; the encodings are a handful,
so everybody who takes a key from outside asks here first.
"""

from __future__ import annotations

_P = 2**255 - 19
_OF_ORDER_8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL = frozenset({0, 1, _P - 1, _OF_ORDER_8, _P - _OF_ORDER_8})
"""The y of the eight points; each but two of them has two signs of x."""


def is_weak(public: bytes) -> bool:
    """Whether a raw public key (32 bytes) is a point of small order, in whatever encoding.

    >>> is_weak(bytes(32)), is_weak(bytes([1]) + bytes(31)), is_weak(bytes([9]) + bytes(31))
    (True, True, False)
    """
    return int.from_bytes(public, "little") % (1 << 255) % _P in _SMALL
