"""Processes that only burn, and end with whoever started them, whatever becomes of that one."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import ExitStack
from typing import Self

LONGEST_S = 4 * 3600
"""Of the processor's time, after which the kernel ends each of them by itself."""
_BURN = f"""
import resource, sys, threading, os
resource.setrlimit(resource.RLIMIT_CPU, ({LONGEST_S}, {LONGEST_S}))
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print("burning", flush=True)
while True:
    pass
"""
"""The line on standard input closes when its other end is gone: of whoever is killed no burner stays behind."""


class Burners:
    """`with Burners(8) as burners:`; inside, so many processes burn. `processes` are theirs."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._last = ExitStack()
        self.processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        with self._last as undo:
            for _ in range(self._number):
                # A session of its own: Ctrl-C is for who waits in front, and that one ends them.
                burner = undo.enter_context(
                    subprocess.Popen(
                        [sys.executable, "-c", _BURN],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        text=True,
                        start_new_session=True,
                    )
                )
                undo.callback(burner.send_signal, signal.SIGKILL)
                self.processes.append(burner)
            for burner in self.processes:
                assert burner.stdout is not None
                burner.stdout.readline()
            self._last = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._last.close()
