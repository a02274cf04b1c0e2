"""What the service tells systemd (sd_notify(3)), and how often systemd wants to hear of it (sd_watchdog_enabled(3)).

One datagram a message over a UNIX socket; where nobody listens, nothing is done. It must never raise, or wait for long: the
door does not depend on being heard.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping
from typing import Self

from kiosk.core.printable import printable

log = logging.getLogger(__name__)

SEND_S = 1.0
"""Longer than systemd ever takes; a message that does not go is made up for by the next."""


class Systemd:
    """The line to the service manager."""

    def __init__(self, address: str = "", *, watchdog_s: float | None = None) -> None:
        """`address` is a path, or an abstract name that begins with "@"; empty where no service manager listens."""
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_s = watchdog_s
        """In how many seconds it wants to hear again; None where it does not watch."""

    @classmethod
    def of(cls, environment: Mapping[str, str], pid: int) -> Self:
        """Return the line that systemd named in the environment of process `pid`."""
        limit_us, meant = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
        watched = limit_us.isdecimal() and int(limit_us) > 0 and meant in ("", str(pid))
        return cls(
            environment.get("NOTIFY_SOCKET", ""), watchdog_s=int(limit_us) / 1_000_000 if watched else None
        )

    @property
    def is_there(self) -> bool:
        """Whether a service manager started this process and listens."""
        return bool(self._address)

    def ready(self) -> bool:
        """The start is over: who waits for this service may begin. Whether that was heard."""
        return self._tell("READY=1")

    def alive(self) -> bool:
        """All is well: feed the watchdog. Whether that was heard."""
        return self._tell("WATCHDOG=1")

    def stopping(self) -> bool:
        """The stop has begun. Whether that was heard."""
        return self._tell("STOPPING=1")

    def status(self, sentence: str) -> bool:
        """Say for `systemctl status` how things are. Whether that was heard."""
        return self._tell("STATUS=" + printable(" ".join(sentence.split())))

    def _tell(self, message: str) -> bool:
        if not self._address:
            return True
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.settimeout(SEND_S)
                line.connect(self._address)
                line.sendall(message.encode())
        except (OSError, ValueError) as failure:
            log.warning("systemd was not told %s: %s", message.partition("=")[0], failure)
            return False
        return True
