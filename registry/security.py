"""Who is calling. Today every caller on the network is taken for a door's device: run this on loopback only.

The place where RFC 9421 signatures of enrolled devices will be checked: every call of a device depends on `device`.
"""

from __future__ import annotations


async def device() -> None:
    """Let the caller in."""
