"""Takes a signed release, puts it beside the running one, and hands over to it when nobody is at the door.

What comes after the switch is not this program's: scripts/trial/guard.sh watches the new release and returns to the old one,
also when the power goes. It must never touch the running release, nor run a line of a new one before its signature is right.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kiosk.errors import UpdateFailed
from kiosk.service import signs
from kiosk.update.fetching import fetched, is_address
from kiosk.update.quiet import LOOK_S, wait_for_quiet
from kiosk.update.release import (
    Manifest,
    OpenedRelease,
    must_fit,
    opened,
    received,
    this_system,
    trusted_keys,
)
from kiosk.update.site import UpdateSite

ROOM_MB = 1000
"""In 2**20 bytes: what install.sh asks for, too (NEEDS_MB), which it does once the release is unpacked and its signature seen."""
STAGING_S = 1800.0
"""A Pi compiles nothing, but fetches a hundred megabytes and unpacks half a gigabyte onto a card."""
TRIAL_S = 600.0


def take(source: str, site: UpdateSite) -> str:
    """Install a release from a file or an address, and see it through its trial. Returns what became of it.

    Raises ReleaseRefused (nothing was changed) or UpdateFailed (the old release runs).
    """
    with _alone(site):
        current = _ready(site)
        tree = site.incoming / "tree"
        try:
            with _checked(source, current, site) as release:
                manifest = release.manifest
                release.unpack(tree)
            name = _staged(tree, manifest, site)
        finally:
            _take_away(site.incoming)
        if name == current:
            return f"{name} runs already: nothing to do"
        verdict = _hand_over(current, name, signs.given(site.runtime), site)
        # Only now: until it proved good, the release before the running one was still the one to go back to.
        _drop_others(site, {name, current})
        return verdict


def back(site: UpdateSite) -> str:
    """Return to the release before this one, on trial like any other. Raises UpdateFailed where there is none."""
    with _alone(site):
        current, previous = _ready(site), site.link("previous")
        if not previous or not (site.opt / "releases" / previous).is_dir():
            raise UpdateFailed(
                f"expected a release before {current} on this device, found none: {current} runs on"
            )
        return _hand_over(current, previous, [signs.ProofOfLife.ROW], site)


@contextmanager
def _alone(site: UpdateSite) -> Iterator[None]:
    """Raise UpdateFailed where another update is at work: it would take the tree away between its check and its use."""
    if os.geteuid() != 0:
        raise UpdateFailed("expected to be root, who alone may change what runs here: sudo kiosk update ...")
    try:
        folder = os.open(site.opt, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        raise UpdateFailed(f"expected an installed kiosk in {site.opt}, found none: run install.sh") from None
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UpdateFailed(
                "expected no other `kiosk update` at work, found one: wait for it, or end it with Ctrl-C where it runs"
            ) from None
        yield
    finally:
        os.close(folder)


def _ready(site: UpdateSite) -> str:
    """Return the running release, and clean up after an update that was cut off. Raises UpdateFailed where nothing can be updated here."""
    current = site.link("current")
    if not current:
        raise UpdateFailed(f"expected an installed kiosk in {site.opt}, found none: run install.sh")
    if (site.opt / "trial" / "state").exists():
        raise UpdateFailed(
            f"expected no release on trial, found one: it is decided within minutes, {site.result} says how"
        )
    _take_away(site.incoming)
    for left in site.opt.glob("fetched-*"):  # by earlier releases
        _take_away(left)
    _must_have_room(site, 0)
    return current


def _take_away(path: Path) -> None:
    """Remove what an update left, whatever it is."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _must_have_room(site: UpdateSite, length: int) -> None:
    """Raise UpdateFailed unless a payload can be copied, unpacked, and installed after that."""
    needed = ROOM_MB * 2**20 + 2 * length
    if site.free(site.opt) < needed:
        raise UpdateFailed(
            f"expected {needed // 2**20} MB free for another release, found {site.free(site.opt) // 2**20}: make room"
        )


@contextmanager
def _checked(source: str, current: str, site: UpdateSite) -> Iterator[OpenedRelease]:
    """Copy a release to where only root writes, and check it there."""
    keys = trusted_keys(site.keys)

    def wanted(manifest: Manifest) -> None:
        system, machine = this_system()
        must_fit(manifest, system=system, machine=machine, installed=current.partition("+")[0])
        site.say(f"{manifest.version}: signed, and for this system")
        _drop_others(site, {current, site.link("previous")})
        _must_have_room(site, manifest.bytes)

    try:
        # Anew, and never one that was there: it is nobody else's, whatever umask root has.
        site.incoming.mkdir(mode=0o700)
    except OSError as failure:
        raise UpdateFailed(
            f"expected to make {site.incoming}, found {failure.strerror}: the old release runs on"
        ) from None
    if is_address(source):
        with (
            fetched(source, site.mono) as pieces,
            received(pieces, "what was fetched", keys, copies=site.incoming, wanted=wanted) as release,
        ):
            site.say(f"fetched {release.manifest.bytes / 1e6:.0f} MB")
            yield release
    else:
        with opened(Path(source), keys, copies=site.incoming, wanted=wanted) as release:
            yield release


def _staged(tree: Path, manifest: Manifest, site: UpdateSite) -> str:
    """Install the tree beside the running release by its own installer; return the name that it has there."""
    site.say(f"{manifest.version}: installing beside {site.link('current')}; the door goes on meanwhile")
    said = _run([str(tree / "install.sh"), "--stage", str(tree)], STAGING_S)
    name = said.strip().rpartition("\n")[2]
    if name.partition("+")[0] != manifest.version or not (site.opt / "releases" / name).is_dir():
        raise UpdateFailed(
            f"expected release {manifest.version} in {site.opt / 'releases'} after its installation, found none: the old one runs on"
        )
    return name


def _hand_over(current: str, name: str, shown: list[signs.ProofOfLife], site: UpdateSite) -> str:
    """Switch in a quiet moment, and wait for the verdict."""
    wait_for_quiet(site)
    site.say(
        f"{name}: takes over; it has to show: {', '.join(shown) or 'nothing, since the kiosk does not run'}"
    )
    site.result.unlink(missing_ok=True)
    guard = site.opt / "releases" / current / "app" / "scripts" / "trial" / "guard.sh"
    _run([str(guard), "begin", current, name, *shown], TRIAL_S)
    ends = site.mono() + TRIAL_S
    while not site.result.exists():
        if site.mono() > ends:
            raise UpdateFailed(f"{name} is still on trial: {site.result} will say what became of it")
        site.pause(LOOK_S)
    verdict = site.result.read_text().strip()
    if verdict.startswith("good "):
        return verdict.removeprefix("good ")
    raise UpdateFailed(
        f"{verdict.removeprefix('back ')}. It runs again; the journal says what the new one lacked"
    )


def _drop_others(site: UpdateSite, kept: set[str]) -> None:
    """Remove releases that nothing returns to: a card is small."""
    for each in (site.opt / "releases").iterdir():
        if each.name not in kept:
            shutil.rmtree(each, ignore_errors=True)


def _run(command: list[str], within_s: float) -> str:
    try:
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within_s,
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise UpdateFailed(
            f"{Path(command[0]).name} could not be run ({type(failure).__name__}): the old release runs on"
        ) from None
    if done.returncode != 0:
        why = (done.stderr or done.stdout).strip()
        raise UpdateFailed(f"{Path(command[0]).name} failed, the old release runs on:\n{why[-2000:]}")
    return done.stdout
