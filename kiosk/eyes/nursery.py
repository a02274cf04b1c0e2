"""Keeps one process ready that can look: everything imported, no camera. What crashed on a picture is replaced within a second.

It must never look at a picture itself. One door at a time: who comes later has the camera, because a door that is started anew
must not wait for the line of the one before.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.errors import CameraLost
from kiosk.eyes import messages
from kiosk.eyes.engines import REST_S, AtWork

log = logging.getLogger(__name__)

ROUND_S = 2.0
"""How often the nursery looks around when nothing happens."""
LEAVES_S = 1.0
"""So long a process may take to end when its door has hung up; then it hangs in a decoder, and is killed."""
FIRST_FILE = 3
"""After standard input, output and error."""
ATTEMPTS = (0.0, 1.0, 2.0, 5.0)
"""Pauses before the next process is made, by how many ended in a row without having looked; the last one repeats."""

Work = Callable[[socket.socket, AtWork, Mapping[str, float]], None]
"""What such a process does with the line to a door: the engines say in AtWork when they have a picture; until when some of them rest."""


@dataclass(slots=True)
class _Process:
    """One process that looks, or will."""

    pid: int
    ended: int
    """Becomes readable when it has ended (pidfd_open(2))."""
    orders: socket.socket
    """Over it the line to a door is handed in."""
    at_work: AtWork
    door: socket.socket | None = None
    """Our own end of the line that it was given, to say what it cannot say any more."""
    leaves_at: float = float("inf")
    """When it is killed: its door has hung up."""


class Nursery:
    """The processes of one pair of eyes. Not for two threads."""

    def __init__(
        self,
        work: Work,
        prepare: Callable[[], None] = lambda: None,
        *,
        mono: Callable[[], float] = time.monotonic,
    ) -> None:
        """`prepare` is called in each process before it has a door: it imports what looking takes."""
        self._work, self._prepare, self._mono = work, prepare, mono
        self._spare: _Process | None = None
        self._busy: _Process | None = None
        self._rests_until: dict[str, float] = {}
        self._idle_ends = 0
        self._next_at = float("-inf")

    def serve(
        self,
        doors: socket.socket,
        *,
        each_round: Callable[[], object] = lambda: None,
        until: int | None = None,
    ) -> None:
        """Give each door that calls at `doors` (listening, SOCK_SEQPACKET) a process that looks, until `until` hangs up.

        `each_round` is called every ROUND_S at least.
        """
        try:
            while True:
                self._make_spare()
                each_round()
                ready = self._wait(doors, until)
                self._bury()
                if until is not None and until in ready:
                    return
                if doors.fileno() in ready and self._spare is not None:
                    self._hand_over(doors.accept()[0])
        finally:
            self.close()

    def close(self) -> None:
        """End every process."""
        for process in (self._busy, self._spare):
            if process is not None:
                self._kill(process)
                os.waitpid(process.pid, 0)
                self._let_go(process)
        self._busy = self._spare = None

    def _wait(self, doors: socket.socket, until: int | None) -> set[int]:
        """Return the open files of which there is news: a door that calls, a process that has ended, a line that was hung up."""
        now = self._mono()
        poll = select.poll()
        for process in (self._busy, self._spare):
            if process is not None:
                poll.register(process.ended, select.POLLIN)
        line = None if self._busy is None or self._busy.leaves_at < float("inf") else self._busy.door
        if line is not None:
            poll.register(line, select.POLLRDHUP)  # only that it hung up: what it says is not for us
        if self._spare is not None:
            poll.register(doors, select.POLLIN)
        if until is not None:
            poll.register(until, 0)
        next_at = min(
            now + ROUND_S,
            float("inf") if self._busy is None else self._busy.leaves_at,
            float("inf") if self._spare is not None else self._next_at,
        )
        ready = {file for file, _ in poll.poll(max(0.0, next_at - now) * 1000)}
        if self._busy is not None and line is not None and line.fileno() in ready:
            self._busy.leaves_at = self._mono() + LEAVES_S
        return ready

    def _make_spare(self) -> None:
        if self._spare is not None or self._mono() < self._next_at:
            return
        at_work = AtWork()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            self._live(theirs, at_work)
        theirs.close()
        self._spare = _Process(pid=pid, ended=os.pidfd_open(pid), orders=ours, at_work=at_work)

    def _live(self, orders: socket.socket, at_work: AtWork) -> None:
        """What the new process does, to its end: it never returns into the nursery's loop."""
        status = 1
        try:
            _keep_only(orders.fileno())
            for kind in (signal.SIGTERM, signal.SIGINT):
                signal.signal(kind, signal.SIG_DFL)
            self._prepare()
            packet, lines, _, _ = socket.recv_fds(orders, 4096, 1)
            if packet and lines:
                rests_until = {name: float(until) for name, until in _pairs(packet)}
                with socket.socket(fileno=lines[0]) as line:
                    self._work(line, at_work, rests_until)
            status = 0
        except BaseException:
            log.exception("the eyes could not begin")
        finally:
            logging.shutdown()
            os._exit(status)

    def _hand_over(self, door: socket.socket) -> None:
        process, self._spare = self._spare, None
        if process is None:
            door.close()
            return
        if self._busy is not None:
            self._kill(self._busy)
            os.waitpid(self._busy.pid, 0)
            self._let_go(self._busy)
        now = self._mono()
        self._rests_until = {name: until for name, until in self._rests_until.items() if until > now}
        words = "\n".join(f"{name} {until}" for name, until in self._rests_until.items()) or "-"
        with contextlib.suppress(OSError):  # one that has died meanwhile is buried in the next round
            socket.send_fds(process.orders, [words.encode()], [door.fileno()])
        process.door = door
        self._busy, self._idle_ends, self._next_at = process, 0, float("-inf")

    def _bury(self) -> None:
        """Take note of processes that have ended, and say to a door what its own cannot say any more."""
        now = self._mono()
        if self._busy is not None and self._busy.leaves_at <= now:
            self._kill(self._busy)
        for process in (self._busy, self._spare):
            if process is None:
                continue
            pid, status = os.waitpid(process.pid, os.WNOHANG)
            if pid == 0:
                continue
            if process is self._spare:
                self._spare = None
                self._next_at = now + ATTEMPTS[min(self._idle_ends, len(ATTEMPTS) - 1)]
                self._idle_ends += 1
                log.error("a process that was to look ended before it could: the next one is made")
            else:
                self._busy = None
                if os.WIFSIGNALED(status) and process.leaves_at == float("inf"):
                    self._tell_of_a_crash(process, os.WTERMSIG(status))
            self._let_go(process)

    def _tell_of_a_crash(self, process: _Process, number: int) -> None:
        engine = process.at_work.name
        if engine:
            self._rests_until[engine] = self._mono() + REST_S
        what = (
            f"the decoder {engine} was at work, it rests for {REST_S:g} s"
            if engine
            else "no decoder was at work"
        )
        sentence = (
            f"the eyes crashed ({signal.Signals(number).name}; {what}) and are opened anew: if this happens again and again, "
            "see what is held before the camera, then send what `sudo kiosk bundle` packs"
        )
        log.error("%s", sentence)
        if process.door is not None:
            with contextlib.suppress(OSError):
                process.door.setblocking(False)
                process.door.send(messages.failed(CameraLost(sentence)))

    @staticmethod
    def _kill(process: _Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)

    @staticmethod
    def _let_go(process: _Process) -> None:
        process.orders.close()
        os.close(process.ended)
        if process.door is not None:
            process.door.close()


def _keep_only(file: int) -> None:
    """Close every open file but the standard ones and this: a process that held the other end of its own line would never see it
    hung up, and one that held another's line would keep that open."""
    os.closerange(FIRST_FILE, file)
    os.closerange(file + 1, max(int(each.name) for each in Path("/proc/self/fd").iterdir()) + 1)


def _pairs(packet: bytes) -> list[list[str]]:
    return [row.split(" ") for row in packet.decode().split("\n") if " " in row]
