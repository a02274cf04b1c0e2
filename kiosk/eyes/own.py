"""Eyes of our own, where no service of the machine has any: a nursery that we begin, and that ends with us.

It has no cell around it: on a kiosk systemd builds one (systemd/ashyq-kiosk-eyes.service). What it keeps of it is that a code which
crashes a decoder crashes only that.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kiosk.errors import DriverMissing
from kiosk.eyes.far import called

PROGRAM = (sys.executable, "-m", "kiosk", "eyes")
THE_DOORS_OWN = frozenset({"NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_PID", "LISTEN_FDS"})
"""What systemd tells the door alone: eyes that fed its watchdog would keep a door that hangs."""
WAITING = 4
"""Calls that may wait to be taken."""


class OwnEyes:
    """A nursery as a process of ours. Called, it returns a line to it; where it has ended it is begun anew."""

    def __init__(self, program: Sequence[str] = PROGRAM) -> None:
        """`program` is given `--doors FD --until FD`: where it listens, and what hangs up when it is to end."""
        self._program = program
        self._folder = tempfile.TemporaryDirectory(prefix="ashyq-kiosk-eyes-")
        self._place = Path(self._folder.name, "eyes")
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline: int | None = None

    def __call__(self) -> socket.socket:
        """Call it. Raises DriverMissing."""
        if self._process is None or self._process.poll() is not None:
            self._begin()
        return called(self._place, "it is begun anew")()

    @property
    def process(self) -> int | None:
        """Its number; None while there is none."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End it, whatever it does."""
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1.0)
            self._process.kill()
            self._process.wait()
            self._process = None
        self._folder.cleanup()

    def _begin(self) -> None:
        if self._lifeline is not None:
            os.close(self._lifeline)
        until, self._lifeline = os.pipe()
        self._place.unlink(missing_ok=True)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as doors:
                doors.bind(str(self._place))  # in a folder that is ours alone
                doors.listen(WAITING)
                self._process = subprocess.Popen(
                    [*self._program, "--doors", str(doors.fileno()), "--until", str(until)],
                    pass_fds=(doors.fileno(), until),
                    stdin=subprocess.DEVNULL,
                    env={name: value for name, value in os.environ.items() if name not in THE_DOORS_OWN},
                )
        except OSError as failure:
            raise DriverMissing(f"expected to begin the eyes, found: {failure.strerror or failure}") from None
        finally:
            os.close(until)
