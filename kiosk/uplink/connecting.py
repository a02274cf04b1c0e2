"""Connects to a name by whichever of its addresses answers first (RFC 8305): a broken IPv6, or one dead server of two, costs a
quarter of a second and not the whole deadline.
"""

from __future__ import annotations

import errno
import os
import selectors
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from itertools import chain, zip_longest
from typing import Any

STAGGER_S = 0.25
"""So long one address is waited for before the next is tried beside it (RFC 8305, section 8: Connection Attempt Delay)."""
MOST_ADDRESSES = 8

Resolve = Callable[..., Sequence[tuple[Any, ...]]]
Option = tuple[int, int, int | bytes]


def connected(
    host: str,
    port: int,
    timeout_s: float,
    *,
    options: Iterable[Option] = (),
    resolve: Resolve = socket.getaddrinfo,
) -> socket.socket:
    """Return a connection to the address that answered first, blocking, with `timeout_s` as its time-out.

    Raises socket.gaierror where the name leads nowhere, TimeoutError where nobody answered within `timeout_s` seconds, and
    the first OSError where every address refused.
    """
    ends = time.monotonic() + timeout_s
    waiting = in_turn(resolve(host, port, 0, socket.SOCK_STREAM))[:MOST_ADDRESSES]
    refused: OSError | None = None
    next_at = time.monotonic()
    with ExitStack() as last, selectors.DefaultSelector() as open_ones:
        while waiting or open_ones.get_map():
            now = time.monotonic()
            if now >= ends:
                raise TimeoutError("timed out")
            if waiting and (now >= next_at or not open_ones.get_map()):
                next_at = now + STAGGER_S
                try:
                    open_ones.register(_begun(waiting.pop(0), options, last), selectors.EVENT_WRITE)
                except OSError as failure:
                    refused = refused or failure
                continue
            for key, _ in open_ones.select(min(ends, next_at if waiting else ends) - now):
                attempt: socket.socket = key.fileobj  # type: ignore[assignment]
                open_ones.unregister(attempt)
                if number := attempt.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    refused = refused or OSError(number, os.strerror(number))
                    continue
                winner = attempt.dup()  # the others, and this one's first number, are closed on the way out
                winner.settimeout(timeout_s)
                return winner
    raise refused or OSError(errno.EHOSTUNREACH, "the name has no address")


def _begun(address: tuple[Any, ...], options: Iterable[Option], last: ExitStack) -> socket.socket:
    """Begin to connect, and return the socket at once. Raises OSError where that is refused at once."""
    family, kind, protocol, _name, where = address
    attempt = last.enter_context(socket.socket(family, kind, protocol))
    for option in options:
        attempt.setsockopt(*option)
    attempt.setblocking(False)
    number = attempt.connect_ex(where)
    if number not in (0, errno.EINPROGRESS):
        raise OSError(number, os.strerror(number))
    return attempt


def in_turn(addresses: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return them with the two families in turn, the resolver's first one first."""
    first = [each for each in addresses if each[0] == addresses[0][0]]
    others = [each for each in addresses if each[0] != addresses[0][0]]
    return [each for each in chain.from_iterable(zip_longest(first, others)) if each is not None]
