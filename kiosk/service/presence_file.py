"""Who is inside, kept over a restart of the service in a file that is gone with the power.

The key of the hashes lies in the same file, so the file must never reach a disk: with both, whoever steals the card could
try all IINs against them (docs/facts.md#few-numbers). Where there is no folder in memory, nothing is kept, and that is said.
"""

from __future__ import annotations

import logging
import os
import stat
import tempfile
import threading
from pathlib import Path

from kiosk.core.door.over_a_restart import Remembered

log = logging.getLogger(__name__)

IN_MEMORY = frozenset({"tmpfs", "ramfs"})
MOUNTS = Path("/proc/self/mounts")
OTHER_PLACE = Path("/dev/shm")  # noqa: S108 - in memory by definition, and our folder there is ours alone
LONGEST_BYTES = 16 * 1024 * 1024
WAIT_S = 0.5


def runtime_folder(wanted: Path, otherwise: Path = OTHER_PLACE) -> Path | None:
    """Return a folder for what must not outlive the power: `wanted`, or one of our own in `otherwise`.

    A folder that was asked for is taken where it can be written, and complained of where it is on a disk. None, and said
    so, where there is neither.
    """
    if _writable(wanted):
        if not in_memory(wanted):
            log.warning("%s is on a disk: set [store] runtime to a folder in memory, such as /run", wanted)
        return wanted
    ours = otherwise / f"ashyq-kiosk-{os.getuid()}"
    if otherwise.is_dir() and in_memory(otherwise) and _writable(ours):
        log.warning("%s cannot be written: who is inside is kept in %s", wanted, ours)
        return ours
    log.warning("%s cannot be written: who is inside will not be known after a restart", wanted)
    return None


def in_memory(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Whether a folder goes with the power, as far as the kernel tells."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    whole = folder.resolve()
    mounted = [(Path(words[1]), words[2]) for line in lines if len(words := line.split(" ")) > 2]
    holding = [(len(at.parts), kind) for at, kind in mounted if whole.is_relative_to(at)]
    return bool(holding) and max(holding, key=lambda mount: mount[0])[1] in IN_MEMORY


class PresenceFile:
    """One door's file. Reads at the start; later writes the newest of what it is handed, on a worker of its own."""

    def __init__(self, folder: Path | None, door: str, boot: str) -> None:
        """`folder` None keeps nothing. `boot` is the id of this start of the machine: a file of another one is nobody's."""
        self._file = None if folder is None else folder / f"presence-{door}.json"
        self._boot = boot
        self._newest: Remembered | None = None
        self._changed = threading.Event()
        self._failed = False

    def read(self) -> Remembered | None:
        """Return what was remembered; None where there is nothing of this start, or it is not whole."""
        if self._file is None:
            return None
        try:
            with self._file.open("rb") as file:
                body = file.read(LONGEST_BYTES)
        except OSError:
            return None
        remembered = Remembered.from_bytes(body, self._boot)
        if remembered is None:
            log.warning("who was inside is not known any more: the power was gone, or the file was damaged")
        return remembered

    def put(self, newest: Remembered) -> None:
        """Have this written soon, in place of what still waits. Returns at once."""
        self._newest = newest
        self._changed.set()

    def wake(self) -> None:
        """Look now: the worker was asked to stop."""
        self._changed.set()

    def body(self, stop: threading.Event) -> None:
        """Write whatever changes until stopped, the last change included."""
        while not stop.is_set():
            self._changed.wait(WAIT_S)
            self.flush()
        self.flush()

    def flush(self) -> None:
        """Write what waits, whole or not at all."""
        self._changed.clear()
        newest, self._newest = self._newest, None
        if newest is None or self._file is None:
            return
        try:
            self._write(newest.to_bytes(self._boot))
        except OSError as failure:
            if not self._failed:
                log.warning("who is inside could not be kept: %s", failure.strerror or failure)
            self._failed = True
        else:
            self._failed = False

    def _write(self, body: bytes) -> None:
        assert self._file is not None  # noqa: S101 - asked for only with a file
        # mkstemp: readable by us alone from the first byte on.
        number, name = tempfile.mkstemp(dir=self._file.parent, prefix=f".{self._file.name}.")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(body)
            Path(name).replace(self._file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def _writable(folder: Path) -> bool:
    """Whether a folder is there, or can be made, is no link of somebody else's, and takes a file."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
            return False
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
