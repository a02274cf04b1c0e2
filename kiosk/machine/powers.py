"""Root's powers, laid down while they are not needed: `sudo kiosk doctor` looks as the door's user does, and repairs as root.

So it finds what the door would find, what it makes is the door's own, and what it reads (a store, a device's key, a camera's
library) is not read as root. Whoever took over the service may have written what is read; root must trust none of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Whom:
    """Who a process acts as."""

    uid: int
    gid: int
    groups: tuple[int, ...]

    @classmethod
    def now(cls) -> Whom:
        """Return who this process acts as now."""
        return cls(os.geteuid(), os.getegid(), tuple(os.getgroups()))


class Powers:
    """Those of root that were laid down, or none."""

    def __init__(self, before: Whom | None = None, since: Whom | None = None) -> None:
        self._before, self._since = before, since

    @classmethod
    def laid_down(cls, uid: int, gid: int, groups: tuple[int, ...]) -> Powers:
        """Act as this user from now on, the whole process; return what was laid down: nothing where this is not root."""
        before, since = Whom.now(), Whom(uid, gid, groups)
        if before.uid != 0 or uid == 0:
            return cls()
        _become(since)
        return cls(before, since)

    @contextmanager
    def taken_up(self) -> Iterator[None]:
        """Act as root meanwhile. Changes nothing where nothing was laid down. For a command that has one thread."""
        if self._before is None or self._since is None:
            yield
            return
        _become(self._before)
        try:
            yield
        finally:
            _become(self._since)


def _become(whom: Whom) -> None:
    """The saved user stays root's: that is the way back. A program that is started has none, unless it is started as root."""
    os.setresuid(0, 0, 0)
    os.setgroups(whom.groups)
    os.setresgid(whom.gid, whom.gid, 0)
    os.setresuid(whom.uid, whom.uid, 0)
