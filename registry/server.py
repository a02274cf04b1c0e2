"""How uvicorn serves the registry, in a process of its own or inside another: and that it writes down no address."""

from __future__ import annotations

import logging
import socket
from typing import Any

import uvicorn
from fastapi import FastAPI

LETS_GO_WITHIN_S = 2
"""How long a stop waits for answers that are on their way."""


def configuration(app: FastAPI, **listens: Any) -> uvicorn.Config:
    """Return uvicorn's configuration; logging is left to whoever runs this."""
    # An address holds whatever the caller put there; `registry.envelope` has a line of its own for each call. Turning
    # the access log off in the configuration is not enough: a handler that somebody hangs on the logger brings it back.
    logging.getLogger("uvicorn.access").disabled = True
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=LETS_GO_WITHIN_S,
        **listens,
    )


def bound(host: str, port: int) -> socket.socket:
    """Return a socket bound to an IPv4 address; `port` 0 takes a free one.

    It names its protocol: asyncio switches Nagle's algorithm off only where it reads IPPROTO_TCP, and with it on each
    answer waits some 40 ms for an acknowledgement that the kiosk delays.
    """
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind((host, port))
    return taken
