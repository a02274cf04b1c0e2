"""Files for the registry's own eyes: its database holds private keys, the picture of a code enrols a device."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def made_alone(path: Path) -> None:
    """Make a file where there is none, and let nobody but its owner look into it, also where it was there before.

    `touch(mode)` alone leaves the mode of one that is there. Where it is somebody else's it stays too: only they change it.
    """
    path.touch(mode=0o600)
    with suppress(PermissionError):
        path.chmod(0o600)
