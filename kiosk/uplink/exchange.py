"""One HTTP question and its answer, within a deadline that holds whatever the other side does.

A socket's time-out starts anew with every byte, and a name look-up has none at all: so the exchange runs on a lane (a
thread of its own) and is left behind when its time is up, its connection shut under it. Nothing here follows a
redirect, unpacks an encoding or reads more than it was told to; no exception holds a body, an address or a header.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from kiosk.errors import RegistryUnreachable
from kiosk.uplink.connecting import connected

LEFT_BEHIND = 8
"""Lanes that may still hang in a name look-up or a handshake. They end by themselves; more of them would pile up."""
LONGEST_CONNECT_S = 30.0
IDLE_S = 25.0
"""A connection that was idle for longer is not used again: routers forget theirs after half a minute and more, and drop what
comes then without a word, which would cost the first visitor after a quiet time the whole deadline."""
PIECE = 1 << 18
"""Bytes that are read at once: a long list takes its room once and not twice."""

SignRequest = Callable[[requests.PreparedRequest], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came, unjudged."""

    status: int
    content_type: str
    etag: str
    retry_after_s: float | None
    body: bytes = field(repr=False)


class Exchange:
    """Talks to one address. Each calling thread keeps its own connection alive between calls."""

    def __init__(
        self,
        base_url: str,
        *,
        mono: Callable[[], float],
        new_session: Callable[[], requests.Session] = requests.Session,
        verify: str | bool = True,
    ) -> None:
        """`verify` is a file of certificates (`kiosk/uplink/authorities.py`); True: those of our own packages."""
        self._verify = verify
        self._base_url = base_url.rstrip("/")
        self._mono = mono
        self._new_session = new_session
        self._mine = threading.local()
        self._guard = threading.Lock()
        self._lanes: list[_Lane] = []
        self._left: list[_Lane] = []
        """Left behind or closed, and perhaps not at their end yet."""
        self._closed = False

    def request(
        self,
        method: str,
        path: str,
        *,
        deadline_s: float,
        most_bytes: int,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        sign: SignRequest | None = None,
    ) -> Reply:
        """Return what came within `deadline_s` seconds. Raises RegistryUnreachable, never later than that, and once closed.

        `sign` is called on each try: what was sent once is not sent again under the same nonce.
        """
        ends = self._mono() + deadline_s
        lane = self._lane()
        question = requests.Request(
            method, self._base_url + path, params=params, data=body, headers={**_HEADERS, **headers}
        )

        def perform() -> Reply:
            lane.forget_idle(self._mono())
            for may_be_stale in (True, False):
                left = ends - self._mono()
                if left <= 0:
                    break
                try:
                    reply = lane.once(question, left, most_bytes, sign)
                    lane.used_at = self._mono()
                    return reply
                except requests.ConnectionError as error:
                    # The kept-alive connection was closed on the other side: once more, within the same deadline.
                    if lane.left or not (may_be_stale and _closed_there(error)):
                        raise
            raise RegistryUnreachable("timeout")

        done = lane.hand(perform)
        try:
            return done.result(deadline_s)
        except TimeoutError:
            self._leave(lane)
            raise RegistryUnreachable("timeout") from None
        except RegistryUnreachable:
            raise
        except Exception as error:
            raise RegistryUnreachable(_why(error)) from None

    def close(self) -> None:
        """Shut every connection; whoever asks from now on is refused. May be called twice."""
        with self._guard:
            self._closed = True
            lanes, self._lanes = self._lanes, []
            self._left += lanes
        for lane in lanes:
            lane.leave()

    def ended(self, within_s: float) -> bool:
        """Wait up to so many seconds for what was left behind or closed; return whether nothing of it runs any more."""
        ends = time.monotonic() + within_s
        with self._guard:
            left = list(self._left)
        return all(lane.ended(max(0.0, ends - time.monotonic())) for lane in left)

    def _lane(self) -> _Lane:
        lane: _Lane | None = getattr(self._mine, "lane", None)
        with self._guard:
            if self._closed:  # a worker that asks once more while the kiosk stops: nobody would end its lane
                raise RegistryUnreachable("closed")
            if lane is not None and lane in self._lanes:
                return lane
            self._left = [left for left in self._left if left.alive]
            if len(self._left) >= LEFT_BEHIND:
                raise RegistryUnreachable("stuck", f"{LEFT_BEHIND} earlier questions still hang")
            lane = self._mine.lane = _Lane(self._new_session(), self._base_url, self._verify)
            self._lanes.append(lane)
        return lane

    def _leave(self, lane: _Lane) -> None:
        with self._guard:
            if lane in self._lanes:  # else it was closed meanwhile, and is there already
                self._lanes.remove(lane)
                self._left.append(lane)
        lane.leave()


class _Lane:
    """A thread with a session of its own, that does one exchange after the other until it is left."""

    def __init__(self, session: requests.Session, base_url: str, verify: str | bool) -> None:
        self._session = session
        self._verify = verify
        self._session.trust_env = False  # no .netrc, no proxy to this machine itself
        if not _loopback(base_url):
            self._session.proxies.update(get_environ_proxies(base_url))
        self.left = False
        """Whether nobody waits for what it does any more."""
        self.used_at = float("inf")
        """When an answer came last (seconds of the monotonic clock)."""
        self._open: list[socket.socket] = []
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(self._opened))
        self._work: SimpleQueue[tuple[Future[Reply], Callable[[], Reply]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="exchange", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    def ended(self, within_s: float) -> bool:
        """Wait up to so many seconds for the thread's end; return whether it has ended."""
        self._thread.join(within_s)
        return not self.alive

    def hand(self, perform: Callable[[], Reply]) -> Future[Reply]:
        """Have one exchange done."""
        done: Future[Reply] = Future()
        self._work.put((done, perform))
        return done

    def leave(self) -> None:
        """End the thread after what it does; what it does ends because its connection is shut under it."""
        self.left = True
        self._work.put(None)
        for each in self._open:
            _shut(each)

    def forget_idle(self, now: float) -> None:
        """Give up a connection that was idle for too long: the next question makes a new one."""
        if now - self.used_at > IDLE_S:
            for adapter in self._session.adapters.values():
                adapter.close()

    def once(
        self, question: requests.Request, left_s: float, most_bytes: int, sign: SignRequest | None
    ) -> Reply:
        """Ask once."""
        prepared = self._session.prepare_request(question)
        if sign is not None:
            sign(prepared)
        settings = self._session.merge_environment_settings(prepared.url, {}, True, self._verify, None)
        with self._session.send(prepared, timeout=left_s, allow_redirects=False, **settings) as came:
            if came.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise RegistryUnreachable("encoded", "expected an answer as it is, which was asked for")
            body = bytearray()
            # Until nothing comes, and not once: only the read after the last byte says that some were missing.
            while chunk := came.raw.read(min(PIECE, most_bytes + 1 - len(body)), decode_content=False):
                body += chunk
                if len(body) > most_bytes:
                    raise RegistryUnreachable("too-long", f"expected at most {most_bytes} bytes")
            retry_after = came.headers.get("Retry-After", "")
            return Reply(
                status=came.status_code,
                content_type=came.headers.get("Content-Type", ""),
                etag=came.headers.get("ETag", ""),
                # The other form is a date, which says nothing to a kiosk without the right time.
                retry_after_s=float(retry_after)
                if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 9
                else None,
                body=bytes(body),
            )

    def _opened(self, connection: socket.socket) -> None:
        self._open[:] = [connection]
        if self.left:  # while it was being made: nobody will shut it any more
            _shut(connection)

    def _run(self) -> None:
        while (handed := self._work.get()) is not None:
            done, perform = handed
            try:
                done.set_result(perform())
            except Exception as error:
                done.set_exception(error)
        self._session.close()


class _Adapter(HTTPAdapter):
    """Tells the socket of its one connection, so that it can be shut from another thread."""

    def __init__(self, opened: Callable[[socket.socket], None]) -> None:
        self._opened = opened
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        opened = self._opened

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return _connected(self)

            def connect(self) -> None:
                super().connect()
                opened(self.sock)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return _connected(self)

            def connect(self) -> None:
                super().connect()
                opened(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def _connected(to: HTTPConnection) -> socket.socket:
    """Connect as urllib3 does, but by all addresses of the name side by side. Raises urllib3's own errors."""
    seconds = to.timeout if isinstance(to.timeout, int | float) else LONGEST_CONNECT_S
    try:
        return connected(to.host, to.port or to.default_port, seconds, options=to.socket_options or ())
    except socket.gaierror as failure:
        raise urllib3.exceptions.NameResolutionError(to.host, to, failure) from failure
    except TimeoutError as failure:
        raise urllib3.exceptions.ConnectTimeoutError(to, "timed out") from failure
    except OSError as failure:
        raise urllib3.exceptions.NewConnectionError(to, f"no connection: {failure.strerror}") from failure


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        connection.shutdown(socket.SHUT_RDWR)


def _loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _closed_there(error: requests.ConnectionError) -> bool:
    return any(isinstance(cause, ConnectionResetError | BrokenPipeError) for cause in _causes(error))


def _causes(error: BaseException) -> list[BaseException]:
    """All that an error was made of: requests and urllib3 hand causes on as arguments, as `reason` and as context."""
    causes: list[BaseException] = []
    open_ones: list[object] = [error]
    while open_ones:
        cause = open_ones.pop()
        if isinstance(cause, BaseException) and cause not in causes:
            causes.append(cause)
            open_ones += [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
    return causes


def _why(error: Exception) -> str:
    """Return the link's reason, one word."""
    causes = _causes(error)
    for why, kinds in _WHY:
        if any(isinstance(cause, kinds) for cause in causes):
            return why
    return "broken-off"


_WHY: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("tls", (requests.exceptions.SSLError, urllib3.exceptions.SSLError)),
    ("no-name", (socket.gaierror,)),
    ("refused", (ConnectionRefusedError,)),
    ("timeout", (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)),
)
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "ashyq-kiosk"}
