"""The outside of a release file: three headers, what was signed, and its signature; read once, forwards, and no further than needed.

The file is a plain tar, so that any tool opens it; but a tar's reader obeys headers that nobody has signed (a name of a gibibyte,
a thousand of them in a chain). Here a header is 512 bytes that say what they have to, or the file is refused. It must never read
the payload, keep more than the manifest in memory, or look into anything before a trusted key has signed it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.errors import ReleaseRefused

CONTEXT = b"ashyq/v1/release|"
MEMBERS = ("release.json", "release.sig", "payload.tar.gz")
MOST_MANIFEST = 1 << 16
SIGNATURE = 64
MOST_PAYLOAD = 1 << 30
"""Bytes: the tree with all wheels for both Pythons is a fifth of it."""
BLOCK = 512
"""Bytes: of a header, and of what a content is filled up to."""
_SIZE = re.compile(rb"([0-7]{11})[\0 ]")
_SUM = re.compile(rb"([0-7]{6})\0 ")


class Inflow:
    """What comes in pieces, read once and forwards, in the lengths that are asked for."""

    def __init__(self, pieces: Iterator[bytes], called: str) -> None:
        self.called = called
        self._pieces = pieces
        self._rest = memoryview(b"")

    def exactly(self, length: int) -> bytes:
        """Return the next `length` bytes. Raises ReleaseRefused where fewer come, or none can be read."""
        taken = bytearray()
        self.pour(length, taken.extend)
        return bytes(taken)

    def pour(self, length: int, into: Callable[[memoryview], object]) -> None:
        """Hand the next `length` bytes on, piece by piece. Raises ReleaseRefused where fewer come, or none can be read."""
        while length > 0:
            if not self._rest:
                self._rest = memoryview(self._next())
                continue
            piece = self._rest[:length]
            into(piece)
            length -= len(piece)
            self._rest = self._rest[len(piece) :]

    def _next(self) -> bytes:
        try:
            return next(self._pieces)
        except StopIteration:
            raise ReleaseRefused(
                f"expected a whole release file, found that {self.called} ends too early: fetch it again"
            ) from None
        except ReleaseRefused:
            raise
        except OSError as failure:
            raise ReleaseRefused(
                f"expected to read {self.called}, found {failure.strerror}: is it there, and whole?"
            ) from None


def signed_manifest(inflow: Inflow, keys: Sequence[Ed25519PublicKey]) -> tuple[bytes, int]:
    """Read up to the payload; return the manifest's bytes, which one of the keys signed, and how long the payload says it is.

    Raises ReleaseRefused.
    """
    first, second, third = MEMBERS
    written = _content(inflow, first, 1, MOST_MANIFEST)
    signature = _content(inflow, second, SIGNATURE, SIGNATURE)
    if not any(_signed(key, signature, written) for key in keys):
        raise ReleaseRefused(
            f"expected a release signed by a key that this device trusts, found {inflow.called} without such a signature: "
            "it was changed on the way, or is somebody else's"
        )
    return written, _length(inflow, third, 1, MOST_PAYLOAD)


def _content(inflow: Inflow, name: str, least: int, most: int) -> bytes:
    length = _length(inflow, name, least, most)
    content = inflow.exactly(length)
    inflow.exactly(-length % BLOCK)
    return content


def _length(inflow: Inflow, name: str, least: int, most: int) -> int:
    """Read the header that has to come now. A reader for any tar would go on to the next one, and to wherever that leads."""
    header = inflow.exactly(BLOCK)
    size, checksum = _SIZE.fullmatch(header[124:136]), _SUM.fullmatch(header[148:156])
    is_it = (
        header[:100] == name.encode().ljust(100, b"\0")
        and header[156:157] == b"0"  # a plain file
        and not any(header[157:257])  # that links to nothing
        and header[257:265] == b"ustar\x0000"
        and not any(header[345:])  # and whose name has no other half
        and checksum is not None
        and int(checksum[1], 8) == sum(header) - sum(header[148:156]) + 8 * ord(" ")
    )
    if not is_it or size is None:
        raise ReleaseRefused(
            f"expected a release file ({', '.join(MEMBERS)}), found {inflow.called} without {name} in its place: "
            "it is none, or is damaged"
        )
    length = int(size[1], 8)
    if not least <= length <= most:
        raise ReleaseRefused(
            f"expected {name} of {least} to {most} bytes, found {length}: this is no release"
        )
    return length


def _signed(key: Ed25519PublicKey, signature: bytes, written: bytes) -> bool:
    try:
        key.verify(signature, CONTEXT + written)
    except InvalidSignature:
        return False
    return True
