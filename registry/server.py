"""How uvicorn serves the registry, in a process of its own or inside another: and that it writes down no address."""

from __future__ import annotations

import logging
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
