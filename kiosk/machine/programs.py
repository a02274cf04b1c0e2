"""Asks the programs of the system (systemctl, journalctl, dpkg-query), within a time limit, in plain English.

Nothing secret may be in the words: every process of the machine can read them.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from shutil import which

from kiosk.errors import KioskError

LIMIT_S = 15.0
RunProgram = Callable[..., str]
"""Runs a program of the system and returns what it prints: `said`, or what stands for it in a test."""


class ProgramFailed(KioskError, OSError):
    """A program of the system is missing, took too long, or said no."""


def said(*words: str, limit_s: float = LIMIT_S, most_bytes: int | None = None) -> str:
    """Return what a program prints, the last `most_bytes` of it (None: all). Raises ProgramFailed where it does not end well."""
    program = which(words[0])
    if program is None:
        raise ProgramFailed(f"expected the program {words[0]}, found none on this machine")
    try:
        done = subprocess.run(
            [program, *words[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limit_s,
            check=False,
            # A pager would wait for a key, another language would not be understood.
            env=os.environ | {"LC_ALL": "C.UTF-8", "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0"},
        )
    except subprocess.TimeoutExpired:
        raise ProgramFailed(f"{words[0]} did not answer within {limit_s:g} s") from None
    except OSError as failure:
        raise ProgramFailed(f"{words[0]} cannot be run: {failure.strerror}") from None
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ProgramFailed(
            f"`{' '.join(words)}` failed: {lines[-1] if lines else f'exit code {done.returncode}'}"
        )
    return done.stdout[-most_bytes if most_bytes else 0 :].decode("utf-8", "replace")
