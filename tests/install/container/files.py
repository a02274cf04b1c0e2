"""What lies in a root: every file with its kind, mode and content, but for what a running Debian writes for itself."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

LEFT_OUT = (
    "proc sys dev run tmp srv var/tmp var/log/journal var/log/apt var/cache var/lib/apt var/lib/systemd var/lib/dbus"
    " usr/lib/python3 etc/machine-id etc/resolv.conf etc/.pwd.lock etc/.updated var/.updated"
).split()
"""Folders and files that are the system's own diary. Python's compiled modules lie beside its packages."""
DIARIES = (
    "var/log/",
    "var/lib/dpkg/",
    "etc/ld.so.cache",
    "etc/passwd-",
    "etc/group-",
    "etc/shadow-",
    "etc/gshadow-",
)
"""What changes with every package or user and says nothing that is not said elsewhere."""


def listing(root: Path) -> dict[str, str]:
    """Return name -> kind, mode, owner and content, for everything below a root."""
    found = {}
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root).as_posix()
        folders[:] = [name for name in folders if _counts(f"{here}/{name}".removeprefix("./"))]
        for name in [*folders, *files]:
            path = f"{here}/{name}".removeprefix("./")
            if _counts(path):
                found[path] = _described(root / path)
    return found


def changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the names that are new (+), gone (-) or other than they were (~)."""
    return (
        [f"+{name}" for name in sorted(after.keys() - before.keys())]
        + [f"-{name}" for name in sorted(before.keys() - after.keys())]
        + [f"~{name}" for name in sorted(before.keys() & after.keys()) if before[name] != after[name]]
    )


def _counts(path: str) -> bool:
    return path not in LEFT_OUT and not path.startswith(DIARIES) and "__pycache__" not in path


def _described(path: Path) -> str:
    about = path.lstat()
    text = f"{stat.filemode(about.st_mode)} {about.st_uid}:{about.st_gid}"
    if stat.S_ISLNK(about.st_mode):
        return f"{text} -> {path.readlink()}"
    if stat.S_ISREG(about.st_mode):
        return f"{text} {hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()}"
    return text
