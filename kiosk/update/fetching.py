"""A release from an address, in pieces as they come. It must never unpack anything on the way, nor go on without an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests
import urllib3

from kiosk.errors import ReleaseRefused
from kiosk.settings.schema import LOOPBACK

WITHIN_S = (10, 60)
"""To connect, and for the next bytes."""
LONGEST_S = 3600.0
"""For all of it: 200 MB at half a megabit a second. A server that sends a byte a minute is no server."""
PIECE = 1 << 16


def is_address(source: str) -> bool:
    """Whether it is an address, and no file."""
    return source.partition(":")[0].lower() in ("http", "https")


@contextmanager
def fetched(source: str, mono: Callable[[], float]) -> Iterator[Iterator[bytes]]:
    """Yield what an address answers, in pieces. Raises ReleaseRefused where it cannot be had, also from the pieces."""
    try:
        address = urlsplit(source)
    except ValueError:
        raise ReleaseRefused(
            "expected a file, or an address with https, found an address that is none"
        ) from None
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise ReleaseRefused("expected a file, or an address with https, found http to another machine")
    ends = mono() + LONGEST_S
    with _in_words(), requests.get(source, stream=True, timeout=WITHIN_S, headers={"Accept-Encoding": "identity"}) as answer:  # fmt: skip
        answer.raise_for_status()
        yield _pieces(answer, ends, mono)


def _pieces(answer: requests.Response, ends: float, mono: Callable[[], float]) -> Iterator[bytes]:
    # One reading of the line a time, and as it came: `iter_content` waits until a piece is full, and unpacks what is packed.
    with _in_words():
        while piece := answer.raw.read1(PIECE, decode_content=False):
            if mono() > ends:
                raise ReleaseRefused(
                    f"expected to fetch the release within {LONGEST_S / 60:.0f} min, found the line slower than that: take a file"
                )
            yield piece


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except (requests.RequestException, urllib3.exceptions.HTTPError) as failure:
        raise ReleaseRefused(
            f"expected to fetch the release, found {type(failure).__name__}: is the network there, and the address right?"
        ) from None
