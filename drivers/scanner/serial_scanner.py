"""A USB desk scanner that is a serial line to the kernel (CDC: /dev/ttyACM0), or hangs on a USB serial adapter.

Faster than a keyboard, and it knows every alphabet: the better mode where a scanner has both. It must never print what it
read, and never block: the line is opened without waiting for a carrier.

The standard library, not pyserial: what is needed of it is forty lines of termios (docs/decisions.md).
"""

from __future__ import annotations

import codecs
import errno
import fcntl
import os
import re
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from drivers.input.plugged import Plugged
from drivers.scanner.assembly import PATIENCE_S, Assembly, Ends
from kiosk.core.model import TextFault
from kiosk.errors import DriverError, DriverMissing
from kiosk.ports import Scanned

_AT_ONCE = 4096
_ENDS = re.compile("([\r\n\t\x03])")
"""CR, LF, Tab, or the ETX that some scanners are set to."""
_COMPLETE = "\x03"
_STARTS = "\x02"
"""STX, which goes with ETX: no part of the text."""


def find_scanner() -> str:
    """Return the one serial line that may be a scanner. Raises DriverMissing with a list where there is not one."""
    lines = sorted(Path("/dev").glob("ttyACM*"))
    if len(lines) == 1:
        return str(lines[0])
    listed = ", ".join(str(line) for line in lines) or "none"
    raise DriverMissing(
        f"expected one desk scanner at /dev/ttyACM*, found {listed}: plug it in, see that it is set to its USB serial "
        "(CDC) mode, or name it in the settings by its path under /dev/serial/by-id"
    )


class SerialLine:
    """An open serial line: raw bytes, nothing echoed, for one program alone."""

    def __init__(self, path: str, baud: int) -> None:
        """Raises OSError."""
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.ioctl(self.fd, termios.TIOCEXCL)
            speed = getattr(termios, f"B{baud}")
            control = termios.tcgetattr(self.fd)[6]
            control[termios.VMIN], control[termios.VTIME] = 1, 0
            local = termios.CS8 | termios.CREAD | termios.CLOCAL
            termios.tcsetattr(self.fd, termios.TCSANOW, [0, 0, local, 0, speed, speed, control])
            termios.tcflush(self.fd, termios.TCIFLUSH)  # somebody's code of before we looked
        except termios.error as error:
            self.close()
            raise OSError(*error.args) from error
        except OSError:
            self.close()
            raise

    def read(self) -> bytes | None:
        """Return what waits, None where nothing does. Raises OSError once the line has gone."""
        try:
            data = os.read(self.fd, _AT_ONCE)
        except BlockingIOError:
            return None
        if not data:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return data

    def close(self) -> None:
        """Give the line back. May be called twice."""
        if self.fd >= 0:
            with suppress(OSError):
                fcntl.ioctl(self.fd, termios.TIOCNXCL)
            os.close(self.fd)
            self.fd = -1


class SerialScanner:
    """A scanner that is found, opened and, after it was unplugged, found again."""

    def __init__(
        self,
        device: str = "auto",
        *,
        baud: int = 9600,
        ends: Ends | str = Ends.ENTER,
        pause_s: float = 0.3,
        find: Callable[[], str] = find_scanner,
    ) -> None:
        """Touch nothing yet: the first `read` opens it.

        `device` is a path, or "auto" for the one that `find` gives. `baud` matters to an adapter only, a CDC scanner has
        none. `pause_s` seconds without a byte end a scan; it is a whole one only where `ends` says so.
        """
        self._baud = baud
        self._find = find
        self._line = Plugged("desk scanner", device, self._open)
        self._scan = Assembly(ends=Ends(ends), pause_s=pause_s)
        self._decoder = _decoder()
        self._pause_s = pause_s
        self._came_at = float("-inf")

    def read(self, wait_s: float) -> Scanned | None:
        """Return the next scan, or why it was none; None after `wait_s` seconds.

        Raises DriverMissing where there is no scanner, DriverError where it went away or may not be read; half a scan
        is forgotten then, and the next call looks for it again.
        """
        deadline = time.monotonic() + wait_s
        while True:
            due = self._scan.due
            ends = deadline if due is None else min(deadline, due)
            try:
                came = self._line.take(ends, SerialLine.read)
            except DriverError:
                self._forget()
                raise
            now = time.monotonic()
            if came is not None:
                self._sent(came, now)
            scan = self._scan.take(now, silent=came is None)
            over = now >= deadline + (0.0 if came is None else PATIENCE_S)
            if scan is not None or over:
                return scan

    def close(self) -> None:
        """Give the scanner back, once a `read` that waits has returned."""
        self._line.close()

    def _open(self, device: str) -> SerialLine:
        path = self._find() if device == "auto" else device
        try:
            return SerialLine(path, self._baud)
        except PermissionError as error:
            raise DriverError(
                f"the desk scanner {path} may not be read: put the kiosk's user into the group dialout"
            ) from error
        except OSError as error:
            if error.errno == errno.EBUSY:
                raise DriverError(
                    f"the desk scanner {path} is held by another program: stop that one (ModemManager?)"
                ) from error
            if error.errno == errno.ENOTTY:
                raise DriverError(f"{path} is no serial line: see [scanner] device") from error
            raise DriverMissing(
                f"expected the desk scanner at {path}, found none ({error.strerror}): plug it in"
            ) from error

    def _sent(self, came: bytes, now: float) -> None:
        """Take what the scanner sent: text and endings in turn."""
        if now - self._came_at >= self._pause_s:
            # What is left of a torn character is no beginning of the next scan.
            self._decoder = _decoder()
        self._came_at = now
        for part in _ENDS.split(self._decoder.decode(came).replace(_STARTS, "")):
            if part == _COMPLETE:
                self._scan.complete(now)
            elif _ENDS.fullmatch(part):
                self._scan.end(part, now)
            elif "�" in part:
                self._scan.spoil(TextFault.CONTROL_BYTES, now)
            elif part:
                self._scan.add(part, now)

    def _forget(self) -> None:
        self._scan.clear()
        self._decoder = _decoder()


def _decoder() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8")("replace")
