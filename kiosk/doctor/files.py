"""What `kiosk doctor` looks at of users and files: who the door runs as, and who else could read or change what is its own.

`--fix` runs as root in folders that the service can write to, so a repair follows no link, of either kind, and goes by the
file that it opened, not by its name: whoever took over the service must not be able to point it at another file.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kiosk.doctor.finding import Finding, Fix, broken, ok, warning
from kiosk.errors import KioskError
from kiosk.service.presence_file import in_memory

USER = "ashyq-kiosk"
GROUPS = ("audio", "dialout", "gpio", "input", "render", "video")
"""Those that systemd/sysusers.d gives the door's user."""
CONFIGURATION = Path("/etc/ashyq-kiosk")
_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOwner:
    """A user by number, with their own group."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A file or folder that somebody else could read or change."""

    path: Path
    folder: Path
    """The one of ours that it lies in, or is; what is above that belongs to root."""
    owner: FileOwner
    take_away: int
    """Permission bits that it must not have."""
    give: int
    """Permission bits that it must have; for a folder, the right to enter comes with the right to read."""


def owner_named(user: str = USER) -> FileOwner | None:
    """Return the door's user; None where there is none."""
    try:
        found = pwd.getpwnam(user)
    except KeyError:
        return None
    return FileOwner(uid=found.pw_uid, gid=found.pw_gid)


def _members() -> dict[str, list[str]]:
    return {each.gr_name: each.gr_mem for each in grp.getgrall()}


def groups(
    ask: Callable[..., str],
    *,
    here: bool,
    user: str = USER,
    members: Callable[[], dict[str, list[str]]] = _members,
    known: Callable[[str], FileOwner | None] = owner_named,
) -> Finding:
    """The door's user is there, and in every group of this system that opens one of its devices."""
    if not here:
        return ok("nothing to look at: the kiosk is not installed as a service here (22)")
    if known(user) is None:
        return broken(f"there is no user {user}", "run install.sh again")
    found = members()
    missing = [group for group in GROUPS if group in found and user not in found[group]]
    if missing:
        add = Fix(
            f"put {user} into {', '.join(missing)}",
            lambda: _join(ask, missing, user),
        )
        return broken(
            f"{user} is not in {', '.join(missing)}: what belongs to them does not open",
            f"sudo usermod -aG {','.join(missing)} {user}, then: sudo systemctl restart ashyq-kiosk",
            add,
        )
    return ok(f"{user} is in {', '.join(group for group in GROUPS if group in found)}")


def files(data: Path, configuration: Path, owner: FileOwner | None, root: FileOwner) -> Finding:
    """Data are for the door's user alone, the configuration is root's. `owner` None: it runs as whoever starts it here."""
    if owner is None:
        return ok("nothing to look at: the door has no user of its own here (27)")
    missing = [folder for folder in (configuration, data) if not folder.is_dir()]
    if missing:
        kinds = {configuration: (root, 0o755), data: (owner, 0o700)}
        makes = [_make(folder, *kinds[folder]) for folder in missing]
        return broken(f"not there: {', '.join(map(str, missing))}", "run install.sh again", *makes)
    try:
        found = {
            configuration: list(_wrong(configuration, root, take_away=0o022, give=0o044)),
            data: list(_wrong(data, owner, take_away=0o077, give=0)),
        }
    except PermissionError as refused:
        return warning(f"{refused.filename} may not be looked at", "sudo kiosk doctor")
    if not any(found.values()):
        return ok(f"{data} is for the door alone, {configuration} is changed by root alone")
    return broken(
        f"others could read or change these, or the door could not: {_named([*found[configuration], *found[data]])}",
        f"sudo chown -R {USER}: {data}; sudo chmod -R go= {data}; sudo chmod -R go-w,a+rX {configuration}",
        *(_put_all_right(folder, wrong) for folder, wrong in found.items() if wrong),
    )


def _put_all_right(folder: Path, wrong: Sequence[Wrong]) -> Fix:
    def do() -> None:
        for each in wrong:
            put_right(each)

    whom = "root alone to change" if folder == CONFIGURATION else "their owner alone"
    return Fix(f"give {_named(wrong)} to {whom}", do)


def _named(wrong: Sequence[Wrong]) -> str:
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return ", ".join(str(each.path) for each in wrong[:_SHOWN]) + more


def put_right(wrong: Wrong) -> None:
    """Give a file its owner and take away what others may do with it. Raises KioskError for a link of either kind."""
    try:
        number = _opened(wrong)
    except OSError as failure:
        raise KioskError(f"{wrong.path} cannot be opened ({failure.strerror}): look at it by hand") from None
    try:
        found = os.fstat(number)
        plain = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
        if not (plain or stat.S_ISDIR(found.st_mode)):
            raise KioskError(f"{wrong.path} is no plain file or has a second name: look at it by hand")
        os.fchown(number, wrong.owner.uid, wrong.owner.gid)
        os.fchmod(number, stat.S_IMODE(found.st_mode) & ~wrong.take_away | _given(wrong.give, found.st_mode))
    finally:
        os.close(number)


def _opened(wrong: Wrong) -> int:
    """Open it from its folder down, one name after the other: through no link, and not waiting for the end of a pipe."""
    only = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    names = wrong.path.relative_to(wrong.folder).parts
    number = os.open(wrong.folder, only | os.O_DIRECTORY)
    for at, name in enumerate(names):
        last = at == len(names) - 1
        try:
            inner = os.open(name, only | (os.O_NONBLOCK if last else os.O_DIRECTORY), dir_fd=number)
        finally:
            os.close(number)
        number = inner
    return number


@contextmanager
def as_owner_of(folder: Path) -> Iterator[None]:
    """Work as the user whose folder it is, where root asks: root must make no file where somebody else may put a link.

    For the whole process: for a command that has one thread.
    """
    owner = folder.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        yield
        return
    group = os.getegid()
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)


def runtime(folder: Path, *, here: bool, is_in_memory: Callable[[Path], bool] = in_memory) -> Finding:
    """Who is inside lies in memory, and goes with the power."""
    place = folder if folder.exists() else folder.parent
    if not is_in_memory(place):
        return broken(
            f"{folder} is on a disk: whoever steals it could find out who is inside",
            "set [store] runtime to a folder in memory, such as one in /run of a system that has that in memory",
        )
    if folder.exists():
        return ok(f"{folder} is in memory")
    who = "the service makes it when it starts" if here else "the kiosk makes one of its own when it runs"
    return ok(f"{place} is in memory; {who}")


def _wrong(folder: Path, owner: FileOwner, *, take_away: int, give: int) -> Iterator[Wrong]:
    for path in (folder, *sorted(folder.rglob("*"))):
        with suppress(FileNotFoundError):  # the kiosk works beside us
            found = path.lstat()
            if stat.S_ISLNK(found.st_mode):
                continue
            given = _given(give, found.st_mode)
            if found.st_uid != owner.uid or found.st_mode & take_away or found.st_mode & given != given:
                yield Wrong(path=path, folder=folder, owner=owner, take_away=take_away, give=give)


def _given(give: int, mode: int) -> int:
    return give | give >> 2 if stat.S_ISDIR(mode) else give


def _make(folder: Path, owner: FileOwner, mode: int) -> Fix:
    def make() -> None:
        folder.mkdir(mode=mode)
        os.chown(folder, owner.uid, owner.gid, follow_symlinks=False)

    return Fix(f"make {folder}", make)


def _join(ask: Callable[..., str], missing: Sequence[str], user: str) -> None:
    ask("usermod", "--append", "--groups", ",".join(missing), user)
