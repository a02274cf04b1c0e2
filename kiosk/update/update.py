"""Takes a signed release, puts it beside the running one, and hands over to it when nobody is at the door.

What comes after the switch is not this program's: scripts/trial/guard.sh watches the new release and returns to the old one,
also when the power goes. It must never touch the running release, nor run a line of a new one before its signature is right.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import requests

from kiosk.core.rule.policy import Window
from kiosk.errors import ReleaseRefused, UpdateFailed
from kiosk.service import signs
from kiosk.settings.schema import LOOPBACK
from kiosk.update.release import MOST_PAYLOAD, Manifest, must_fit, opened, this_system, trusted_keys

INSTALLED = Path("/opt/ashyq-kiosk")
KEYS = Path("/etc/ashyq-kiosk/release-keys")
QUIET_S = 20.0
"""Nobody at the door for so long is a quiet moment: who was just let in is through by then."""
LOOK_S = 1.0
ROOM_MB = 1000
"""In 2**20 bytes: what install.sh asks for, too (NEEDS_MB), which it does once the release is unpacked and its signature seen."""
STAGING_S = 1800.0
"""A Pi compiles nothing, but fetches a hundred megabytes and unpacks half a gigabyte onto a card."""
TRIAL_S = 600.0
WITHIN_S = (10, 60)
"""To connect, and for the next bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSite:
    """Where everything is, and what time it is."""

    runtime: Path
    """Of the running kiosk: its signs."""
    opt: Path = INSTALLED
    keys: Path = KEYS
    hours: Window | None = None
    """When a release may take over, in local time; None: at any hour."""
    local: Callable[[], datetime] = field(default=datetime.now)
    say: Callable[[str], None] = print
    pause: Callable[[float], None] = time.sleep
    mono: Callable[[], float] = time.monotonic

    def link(self, name: str) -> str:
        """Return the name of the release that `current` or `previous` is; empty where there is none."""
        with contextlib.suppress(OSError):
            return (self.opt / name).readlink().name
        return ""

    @property
    def result(self) -> Path:
        """What became of the last trial, in one line."""
        return self.opt / "last-update"


def take(source: str, site: UpdateSite) -> str:
    """Install a release from a file or an address, and see it through its trial. Returns what became of it.

    Raises ReleaseRefused (nothing was changed) or UpdateFailed (the old release runs).
    """
    current = _ready(site)
    with _at_hand(source, site) as file, opened(file, trusted_keys(site.keys)) as release:
        manifest = release.manifest
        system, machine = this_system()
        must_fit(manifest, system=system, machine=machine, installed=current.partition("+")[0])
        site.say(f"{manifest.version}: signed, and for this system")
        tree = site.opt / "incoming"
        shutil.rmtree(tree, ignore_errors=True)
        try:
            _drop_others(site, {current, site.link("previous")})
            release.unpack(tree)
            name = _staged(tree, manifest, site)
        finally:
            shutil.rmtree(tree, ignore_errors=True)
    if name == current:
        return f"{name} runs already: nothing to do"
    verdict = _hand_over(current, name, signs.given(site.runtime), site)
    # Only now: until it proved good, the release before the running one was still the one to go back to.
    _drop_others(site, {name, current})
    return verdict


def back(site: UpdateSite) -> str:
    """Return to the release before this one, on trial like any other. Raises UpdateFailed where there is none."""
    current, previous = _ready(site), site.link("previous")
    if not previous or not (site.opt / "releases" / previous).is_dir():
        raise UpdateFailed(
            f"expected a release before {current} on this device, found none: {current} runs on"
        )
    return _hand_over(current, previous, [signs.ProofOfLife.ROW], site)


def _ready(site: UpdateSite) -> str:
    """Return the running release. Raises UpdateFailed where nothing can be updated here."""
    if os.geteuid() != 0:
        raise UpdateFailed("expected to be root, who alone may change what runs here: sudo kiosk update ...")
    current = site.link("current")
    if not current:
        raise UpdateFailed(f"expected an installed kiosk in {site.opt}, found none: run install.sh")
    if (site.opt / "trial" / "state").exists():
        raise UpdateFailed(
            f"expected no release on trial, found one: it is decided within minutes, {site.result} says how"
        )
    if shutil.disk_usage(site.opt).free < ROOM_MB * 2**20:
        raise UpdateFailed(f"expected {ROOM_MB} MB free for another release, found less: make room")
    return current


@contextmanager
def _at_hand(source: str, site: UpdateSite) -> Iterator[Path]:
    """Yield the file; what came from an address goes again."""
    address = urlsplit(source)
    if address.scheme not in ("http", "https"):
        yield Path(source)
        return
    if address.scheme == "http" and address.hostname not in LOOPBACK:
        raise ReleaseRefused("expected a file, or an address with https, found http to another machine")
    with tempfile.NamedTemporaryFile(dir=site.opt, prefix="fetched-") as file:
        try:
            _fetch(source, file, site)
        except requests.RequestException as failure:
            raise ReleaseRefused(
                f"expected to fetch the release, found {type(failure).__name__}: is the network there, and the address right?"
            ) from None
        file.flush()
        yield Path(file.name)


def _fetch(source: str, file: tempfile._TemporaryFileWrapper[bytes], site: UpdateSite) -> None:
    with requests.get(source, stream=True, timeout=WITHIN_S) as answer:
        answer.raise_for_status()
        length = 0
        for chunk in answer.iter_content(1 << 20):
            length += len(chunk)
            if length > MOST_PAYLOAD:
                raise ReleaseRefused(f"expected at most {MOST_PAYLOAD} bytes, found more: this is no release")
            file.write(chunk)
    site.say(f"fetched {length / 1e6:.0f} MB")


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
    _wait_for_quiet(site)
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


def _wait_for_quiet(site: UpdateSite) -> None:
    """Return when nobody was at the door for a while, in the hours that were set."""
    told, quiet_since = "", site.mono()
    while True:
        why = ""
        if site.hours is not None and not site.hours.holds(site.local()):
            why = f"waiting for {site.hours.start:%H:%M}, when a release may take over ([update] hours)"
        elif signs.is_busy(site.runtime):
            why = "waiting until nobody is at the door"
        if why:
            quiet_since = site.mono()
        elif site.mono() - quiet_since >= QUIET_S:
            return
        if why and why != told:
            site.say(why)
            told = why
        site.pause(LOOK_S)


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
