"""A bad line between the door and the registry: it holds every answer back, or swallows everything."""

from __future__ import annotations

import select
import socket
import threading
from typing import Self
from urllib.parse import urlsplit

CHUNK = 1 << 20


class BadLine:
    """Listens on 127.0.0.1 and passes on to `url`, what comes back by `delay_s` later; None: nothing ever comes back."""

    def __init__(self, url: str, *, delay_s: float | None) -> None:
        target = urlsplit(url)
        self._target = (target.hostname, target.port)
        self._delay_s = delay_s
        self._hung_up = threading.Event()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, name="line", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._hung_up.set()
        for one in (self._listener, *self._open):
            one.close()

    def _accept(self) -> None:
        while not self._hung_up.is_set():
            try:
                door, _ = self._listener.accept()
            except OSError:  # closed
                return
            self._open.append(door)
            if self._delay_s is None:
                continue
            registry = socket.create_connection(self._target)
            self._open.append(registry)
            for way in ((door, registry, 0.0), (registry, door, self._delay_s)):
                threading.Thread(target=self._pass_on, args=way, name="line", daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, delay_s: float) -> None:
        try:
            while select.select([source], [], []):
                # All that comes within the delay goes on together: headers and body of one answer are one delay.
                if self._hung_up.wait(delay_s) or not (said := source.recv(CHUNK)):
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(said)
        except (OSError, ValueError):  # one end hung up
            return
