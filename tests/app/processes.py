"""Processes of ours, as the technician starts them, and what they say on standard error."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LIMIT_S = 60.0


class Running:
    """A process of ours, and what it says on standard error."""

    def __init__(self, root: Path, *words: str, **env: str) -> None:
        self.said: list[str] = []
        self._ended = False
        self._changed = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=root,
            env={name: value for name, value in os.environ.items() if name != "GPIOZERO_PIN_FACTORY"} | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def says(self, *texts: str) -> None:
        """Wait until each of these stood in some line."""

        def missing() -> list[str]:
            return [text for text in texts if not any(text in line for line in self.said)]

        with self._changed:
            self._changed.wait_for(lambda: self._ended or not missing(), LIMIT_S)
            assert not missing(), self.said

    def stop(self) -> tuple[int, float]:
        """Send SIGTERM; return the exit code and how many seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(LIMIT_S)
        self._reader.join(LIMIT_S)
        return code, time.monotonic() - begun

    def _read(self) -> None:
        with self.process.stderr as lines:
            for line in lines:
                with self._changed:
                    self.said.append(line)
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


@contextmanager
def running(root: Path, *words: str, **env: str) -> Iterator[Running]:
    process = Running(root, *words, **env)
    try:
        yield process
    finally:
        if process.process.poll() is None:
            process.process.kill()
            process.process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def done(root: Path, *words: str, said: str = "") -> str:
    """Run a command of ours to its end, which must be a good one; return what it printed. `said` is its standard input."""
    ended = subprocess.run(
        [sys.executable, "-m", *words], cwd=root, input=said, check=False, capture_output=True, text=True, timeout=LIMIT_S
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
