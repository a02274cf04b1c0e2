"""A small HTTP server on loopback that misbehaves on command: every bad answer a door has met, over a real socket.

    with HostileServer() as server:
        server.behave(Manner.SLOW_DRIP)
        client = RegistryClient(server.url, ...)

It speaks bytes, not HTTP, because half a body or a dripping header is what a library would not send. A manner that
waits is woken when the server stops, so no test waits for it. `requests` is what came, for the tests to look at.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, BinaryIO, Self

PORTAL = b"<!doctype html><html><title>Wi-Fi</title><body>Please accept our terms</body></html>"
NOW = "2026-11-22T10:00:00Z"
SIGNED_OCTETS = b"what only an opener of signed documents understands"
DRIP_S = 0.02
"""Between two bytes: far below any socket's time-out, which is the point."""


class Manner(StrEnum):
    """How it answers, until it is told otherwise."""

    GOOD = "good"
    HTTP_500 = "500"
    HTTP_503_RETRY = "503 with Retry-After"
    HTTP_413 = "413"
    HTML_404 = "a 404 page that is no problem document"
    PROBLEM_403 = "a problem document that repeats what was asked"
    HTML_200 = "captive portal, 200"
    REDIRECT_302 = "captive portal, 302"
    HALF_BODY = "half a body"
    SILENCE = "silence"
    SLOW_DRIP = "slow drip of the body"
    HEADER_DRIP = "slow drip of the headers"
    WRONG_TYPE = "JSON that says it is text"
    WRONG_CHARSET = "JSON in another charset"
    OTHER_VISIT = "the answer to another visit"
    HUGE = "a huge body"
    BROKEN_JSON = "malformed JSON"
    DEEP_JSON = "JSON as deep as the sea"
    NOT_AN_OBJECT = "JSON that is a list"
    WRONG_SHAPE = "JSON of another shape"
    GZIP_BOMB = "a gzip bomb"
    GARBAGE = "bytes that are no HTTP"
    HANG_UP = "the line closed at once"
    STALE = "a good answer, and the kept-alive line closed after it"


BAD = tuple(manner for manner in Manner if manner not in (Manner.GOOD, Manner.STALE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One request."""

    method: str
    path: str
    query: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body, understood."""
        return json.loads(self.body)


Answer = tuple[int, dict[str, Any] | bytes]
"""Status, and a JSON object or the octets of a signed document."""
Handler = Callable[[Came], Answer]


class HostileServer:
    """Listens on 127.0.0.1, one thread a connection, until stopped."""

    def __init__(self, handler: Handler | None = None) -> None:
        self.requests: list[Came] = []
        self.connections = 0
        self._handler = handler or well_behaved
        self._manner = Manner.GOOD
        self._next: list[Manner] = []
        self._guard = threading.Condition()
        self._stopping = threading.Event()
        self._lines: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._spawn(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def behave(self, manner: Manner, *once: Manner) -> None:
        """Answer in this manner from now on; first each of `once`, one request long."""
        with self._guard:
            self._manner, self._next = manner, list(once)

    def wait_for(self, number: int, wait_s: float = 20.0) -> list[Came]:
        """Return the requests as soon as there are so many."""
        with self._guard:
            assert self._guard.wait_for(lambda: len(self.requests) >= number, wait_s), self.requests
            return list(self.requests)

    def stop(self) -> None:
        """Hang up on everybody. May be called twice."""
        self._stopping.set()
        _shut(self._listener)  # closing alone would not end the accept that waits in it
        self._listener.close()
        # It first: a line that it has just accepted would not be shut, and its thread would be joined before it is started.
        self._threads[0].join(10)
        with self._guard:
            lines = list(self._lines)
        for line in lines:
            _shut(line)
        for thread in self._threads[1:]:
            thread.join(10)

    def _spawn(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, name="hostile", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with self._guard:
                self.connections += 1
                self._lines.append(line)
            self._spawn(self._serve, line)

    def _serve(self, line: socket.socket) -> None:
        try:
            with line, line.makefile("rb") as stream:
                while (came := _read(stream)) is not None:
                    with self._guard:
                        manner = self._next.pop(0) if self._next else self._manner
                        self.requests.append(came)
                        self._guard.notify_all()
                    if not self._answer(line, manner, came):
                        _shut(line)
                        return
        except OSError:
            return  # the client went away, as it should

    def _answer(self, line: socket.socket, manner: Manner, came: Came) -> bool:
        """Answer one request; whether the line stays open."""
        if manner is Manner.SILENCE:
            self._stopping.wait()
            return False
        if manner in (Manner.SLOW_DRIP, Manner.HEADER_DRIP):
            return self._drip(line, headers=manner is Manner.HEADER_DRIP)
        raw = _bytes(manner, came, self._handler)
        if raw:
            line.sendall(raw)
        return manner not in (Manner.HALF_BODY, Manner.HANG_UP, Manner.STALE, Manner.GARBAGE)

    def _drip(self, line: socket.socket, *, headers: bool) -> bool:
        """Send a byte now and then, for ever: no single read of it takes long."""
        start = b"HTTP/1.1 200 OK\r\nX: " if headers else _head(200, {"Content-Length": "100000"})
        line.sendall(start)
        while not self._stopping.wait(DRIP_S):
            line.sendall(b"a" if headers else b" ")
        return False


def well_behaved(came: Came) -> Answer:
    """The registry as it should be: stores everything, knows everybody as green."""
    match came.method, came.path:
        case "POST", "/v1/status":
            status = {"colour": "green", "established_at": NOW, "valid_until": "2026-11-25T10:00:00Z"}
            return 200, {"visit": came.json()["visit"], "status": status, "subject": "", "hint": "А. Б."}
        case "POST", "/v1/visits":
            uids = [item["uid"] for item in came.json()["items"]]
            return 200, {"results": [{"uid": uid, "verdict": "stored", "reason": ""} for uid in uids]}
        case "POST", "/v1/heartbeat":
            return 200, {"time": NOW}
        case "GET", "/v1/policy" | "/v1/keys":
            return (304, {}) if came.headers.get("if-none-match") == '"1"' else (200, SIGNED_OCTETS)
        case "GET", path if path.endswith("/events"):
            return 200, {"cursor": 0, "events": []}
    return 404, {"type": "about:blank", "status": 404}


def _bytes(manner: Manner, came: Came, handler: Handler) -> bytes:
    code, answer = handler(came)
    good = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    signed = {"Content-Type": "application/cose"} if isinstance(answer, bytes) else {}
    html = {"Content-Type": "text/html"}
    match manner:
        case Manner.GOOD | Manner.STALE:
            problem = {"Content-Type": "application/problem+json"} if code >= 400 else {}
            return _whole(code, b"" if code == 304 else good, {"ETag": '"1"', **problem, **signed})
        case Manner.HTTP_500:
            return _whole(500, b"Internal Server Error", {"Content-Type": "text/plain"})
        case Manner.HTTP_503_RETRY:
            return _whole(503, b"{}", {"Retry-After": "120"})
        case Manner.HTTP_413:
            return _whole(413, b"<html>413 Request Entity Too Large</html>", html)
        case Manner.HTML_404:
            return _whole(404, PORTAL, html)
        case Manner.PROBLEM_403:
            told = json.dumps({"type": "https://a.kz/problems/not-enrolled", "detail": came.body.decode()})
            return _whole(403, told.encode(), {"Content-Type": "application/problem+json"})
        case Manner.HTML_200:
            return _whole(200, PORTAL, html)
        case Manner.REDIRECT_302:
            return _whole(302, PORTAL, {**html, "Location": "/portal"})
        case Manner.HALF_BODY:
            return _whole(200, good, signed)[: -len(good) // 2]
        case Manner.WRONG_TYPE:
            return _whole(200, good, {"Content-Type": "text/plain"})
        case Manner.WRONG_CHARSET:
            return _whole(200, good, {"Content-Type": "application/json; charset=utf-16"})
        case Manner.OTHER_VISIT if isinstance(answer, bytes):
            return _whole(200, good, signed)  # a document answers no visit
        case Manner.OTHER_VISIT:
            return _whole(200, json.dumps({**answer, **_ANOTHER}).encode())
        case Manner.HUGE:
            return _whole(200, b'{"a": "' + b"a" * (3 << 20) + b'"}')
        case Manner.BROKEN_JSON:
            return _whole(200, good[:-1] + b",")
        case Manner.DEEP_JSON:
            return _whole(200, b'{"a":' + b"[" * 100_000)
        case Manner.NOT_AN_OBJECT:
            return _whole(200, b"[1, 2, 3]")
        case Manner.WRONG_SHAPE:
            return _whole(200, json.dumps(dict.fromkeys(answer, 7)).encode())
        case Manner.GZIP_BOMB:
            return _whole(200, _bomb(), {"Content-Encoding": "gzip"})
        case Manner.GARBAGE:
            return b"\x16\x03\x01\x00\x05hello\r\n\r\n"
        case _:
            return b""


_ANOTHER = {
    "visit": "01900000-0000-7000-8000-00000000dead",
    "results": [{"uid": "01900000-0000-7000-8000-00000000dead", "verdict": "stored", "reason": ""}],
}


@cache
def _bomb() -> bytes:
    """Made once: under load the making alone outlasts a deadline."""
    return gzip.compress(b" " * (8 << 20))


def _whole(code: int, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    return _head(code, {"Content-Length": str(len(body)), **(headers or {})}) + body


def _head(code: int, headers: dict[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {code} -",
        *(f"{k}: {v}" for k, v in ({"Content-Type": "application/json"} | headers).items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _read(stream: BinaryIO) -> Came | None:
    """Read one request; None where the line was closed."""
    first = stream.readline().decode("latin-1").split()
    if len(first) < 2:
        return None
    headers: dict[str, str] = {}
    while (line := stream.readline().decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    path, _, query = first[1].partition("?")
    body = stream.read(int(headers.get("content-length", "0")))
    return Came(method=first[0], path=path, query=query, headers=headers, body=body)


def _shut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
