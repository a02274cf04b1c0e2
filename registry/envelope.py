"""What is around every call: a bound on what comes in, one line in the log, and a problem where the house fell.

The line has the route's own pattern and never the address that was asked for: an address can hold anything, and an
identifier that somebody puts in there by mistake must not stay in a log.
"""

from __future__ import annotations

import logging
import traceback

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry.problems import problem

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes. 500 visits are about 300 kB."""

log = logging.getLogger(__name__)


class Envelope:
    """ASGI middleware, the outermost."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, whatever happens in it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answered: list[int] = []

        async def finish(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered.append(message["status"])
                headers = MutableHeaders(scope=message)
                if "etag" not in headers:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self._app(scope, _bounded(scope, receive), finish)
        except Exception as error:
            # Without the exception's text: it may quote what was sent.
            frames = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s while answering:\n%s", type(error).__name__, frames)
            if not answered:
                answer = problem(
                    500, "the registry failed here; try again later, and tell its keeper the time"
                )
                await answer(scope, receive, finish)
        route = scope.get("route")
        log.info("%s %s %s", scope["method"], getattr(route, "path", "(no such call)"), answered[:1])


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """Return `receive` that refuses a body beyond the bound, declared or not."""
    declared = Headers(scope=scope).get("content-length", "0")
    too_large = HTTPException(413)
    came = int(declared) if declared.isascii() and declared.isdigit() else 0
    oversize = came > LARGEST_BODY
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        if oversize:
            raise too_large
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise too_large
        return message

    return bounded
