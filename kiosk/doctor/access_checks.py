"""What `kiosk doctor` looks at of who can get at what: secrets (16), groups (27), files (28), and where the runtime folder lies (29)."""

from __future__ import annotations

import grp
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from kiosk.doctor.finding import Finding, Fix, broken, ok, warning
from kiosk.doctor.owners import CONFIGURATION, USER, FileOwner, Wrong, owner_named, put_right, wrong_in
from kiosk.doctor.site import Site
from kiosk.machine.programs import said
from kiosk.service.presence_file import in_memory

GROUPS = ("audio", "dialout", "gpio", "input", "render", "video")
"""Those that systemd/sysusers.d gives the door's user."""
_SHOWN = 4


def check_secrets(site: Site) -> Finding:
    """Check 16."""
    with site.powers.taken_up():
        return secrets(site.device.folder)


def check_groups(site: Site) -> Finding:
    """Check 27."""
    return groups(said, here=site.here)


def check_files(site: Site) -> Finding:
    """Check 28."""
    owner = owner_named() if site.here else None
    root, data = FileOwner(uid=0, gid=0), site.settings.store.path.parent
    # What has come to be another's, the door's own user cannot look into.
    with site.powers.taken_up():
        return files(data, CONFIGURATION, owner, root)


def check_runtime(site: Site) -> Finding:
    """Check 29."""
    return runtime(site.settings.store.runtime, here=site.here)


def secrets(folder: Path) -> Finding:
    """What only this device may know (its key, its enrolment) is for the service's eyes alone. Nothing of it is read."""
    try:
        open_to_others = sorted(
            each.name
            for each in (folder, *folder.iterdir())
            if each.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        )
    except FileNotFoundError:
        return ok("nothing is kept yet")
    except OSError as wrong:
        return warning(
            f"the device's folder cannot be looked at: {wrong.strerror}", "sudo -u ashyq-kiosk kiosk doctor"
        )
    if open_to_others:
        return broken(
            f"others may look into {', '.join(open_to_others)} of {folder}", f"sudo chmod -R go= {folder}"
        )
    return ok("the device's key and enrolment are there, for their owner alone")


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
    users_of = members()
    missing = [group for group in GROUPS if group in users_of and user not in users_of[group]]
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
    return ok(f"{user} is in {', '.join(group for group in GROUPS if group in users_of)}")


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
        faults = {
            configuration: list(wrong_in(configuration, root, take_away=0o022, give=0o044)),
            data: list(wrong_in(data, owner, take_away=0o077, give=0)),
        }
    except PermissionError as refused:
        return warning(f"{refused.filename} may not be looked at", "sudo kiosk doctor")
    if not any(faults.values()):
        return ok(f"{data} is for the door alone, {configuration} is changed by root alone")
    return broken(
        f"others could read or change these, or the door could not: {_named([*faults[configuration], *faults[data]])}",
        f"sudo chown -R {USER}: {data}; sudo chmod -R go= {data}; sudo chmod -R go-w,a+rX {configuration}",
        *(_put_all_right(folder, wrong) for folder, wrong in faults.items() if wrong),
    )


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


def _join(ask: Callable[..., str], missing: Sequence[str], user: str) -> None:
    ask("usermod", "--append", "--groups", ",".join(missing), user)


def _put_all_right(folder: Path, wrong: Sequence[Wrong]) -> Fix:
    def do() -> None:
        for each in wrong:
            put_right(each)

    whom = "root alone to change" if folder == CONFIGURATION else "their owner alone"
    return Fix(f"give {_named(wrong)} to {whom}", do)


def _named(wrong: Sequence[Wrong]) -> str:
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return ", ".join(str(each.path) for each in wrong[:_SHOWN]) + more


def _make(folder: Path, owner: FileOwner, mode: int) -> Fix:
    def make() -> None:
        folder.mkdir(mode=mode)
        os.chown(folder, owner.uid, owner.gid, follow_symlinks=False)

    return Fix(f"make {folder}", make)
