"""A clean Debian root, made by mmdebstrap from this machine's own package sources and kept packed in a cache.

Nothing of those sources is named here, and nothing of them leaves the machine: the cache lies beside other caches.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

INCLUDE = {
    # Python comes with the installation: a new Debian need not have it.
    "bookworm": ("systemd-sysv", "dbus", "udev", "ca-certificates"),
    # Debian's pygame lies in the kiosk's sight, and must not be the one that is imported.
    "trixie": ("systemd-sysv", "dbus", "udev", "ca-certificates", "python3-pygame", "polkitd"),
}
OPTIONS = (
    "--variant=minbase",
    "--mode=root",
    '--aptopt=Acquire::Languages "none"',
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=force-unsafe-io",  # the root is thrown away
)
OLDEST_S = 7 * 86400
"""A root that is older is made anew: its package lists no longer fit the mirror."""


def cache() -> Path:
    """Return the folder of packed roots, outside the tree."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or "/var/tmp") / "ashyq-kiosk-roots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def apt_settings() -> list[str]:
    """Return what this machine tells its apt about trusting dates: a mirror that lags is no concern of ours."""
    said = _output(
        "apt-config", "dump", "--format", '%f "%v"%n', "Acquire::Check-Valid-Until", "Acquire::Check-Date"
    )
    return [f"--aptopt={line}" for line in said.splitlines() if not line.endswith('""')]


def mirror() -> str:
    """Return the address of this machine's own Debian. Raises LookupError."""
    said = _output("apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN)", "Identifier: Packages")
    for line in said.splitlines():
        address, _, origin = line.partition(" ")
        if origin == "Debian":
            return address
    raise LookupError("expected a source of Debian in apt's configuration, found none: run apt-get update")


def packed(suite: str) -> Path:
    """Return the root as a tar, made where there is none yet."""
    recipe = hashlib.sha256(repr((INCLUDE[suite], OPTIONS)).encode()).hexdigest()[:8]
    tar = cache() / f"{suite}-{recipe}.tar"
    if not tar.exists() or time.time() - tar.stat().st_mtime > OLDEST_S:
        half = tar.with_suffix(".half.tar")
        made = subprocess.run(
            ["mmdebstrap", "--quiet", *OPTIONS, *apt_settings(), f"--include={','.join(INCLUDE[suite])}", suite, half, mirror()],
            check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if made.returncode:
            raise LookupError(f"expected mmdebstrap to make a {suite}, found: {made.stderr[-2000:]}")
        half.rename(tar)
        forget_others(tar, f"{suite}-*.tar")
    return tar


def forget_others(kept: Path, pattern: str) -> None:
    """Remove what the cache has of older recipes."""
    for old in set(cache().glob(pattern)) - {kept}:
        old.unlink(missing_ok=True)


def unpack(suite: str, folder: Path) -> None:
    """Make the root in a folder, as a machine of its own."""
    folder.mkdir(parents=True)
    subprocess.run(
        ["tar", "-x", "--numeric-owner", "--xattrs", "-C", folder, "-f", packed(suite)], check=True
    )
    (folder / "etc/machine-id").write_text("uninitialized\n")
    (folder / "etc/hostname").write_text("door\n")
    (folder / "boot/firmware").mkdir(exist_ok=True)


def like_a_pi(folder: Path) -> None:
    """Have the journal in memory, as Raspberry Pi OS has it."""
    rule = folder / "usr/lib/systemd/journald.conf.d/40-rpi-volatile-storage.conf"
    rule.parent.mkdir(exist_ok=True)
    rule.write_text("[Journal]\nStorage=volatile\n")
    shutil.rmtree(folder / "var/log/journal", ignore_errors=True)


def remove(folder: Path) -> None:
    """Away with it; nothing is mounted in it once its container has stopped."""
    shutil.rmtree(folder, ignore_errors=True)


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
