"""Files for their owner's eyes alone, also those that were there before, with whatever mode somebody gave them."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

OTHERS = 0o077


def made_alone(path: Path) -> None:
    """Make a file where there is none, and let nobody else look into it from now on. Raises OSError.

    One that is there is not opened: closing it again would give up the locks that this process has on it (fcntl(2)). Where
    it is somebody else's its mode stays: only they change it.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        shut_to_others(path)


def shut_to_others(path: Path) -> None:
    """Let nobody else look into a file, where it is there and ours."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & OTHERS:
            path.chmod(mode & ~OTHERS)
