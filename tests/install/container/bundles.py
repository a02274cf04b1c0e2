"""What a machine is installed from: today's tree as a release brings it, and a bundle for a machine without a network."""

from __future__ import annotations

import hashlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.install.container import root
from tests.install.container.machine import Failed
from tests.install.container.office import TREE


def copy_tree(to: Path) -> None:
    """Copy what a device gets, as a release would bring it."""
    to.mkdir(parents=True)
    script = f'. ./install.sh; release_files . | tar -c -T - -f - | tar -x --no-same-owner -C "{to}"'
    subprocess.run(["bash", "-c", script], cwd=TREE, check=True)


def bundle(suite: str, say: Callable[[str], None]) -> Path:
    """Return a bundle for the suite, made anew where what it brings along has changed. Raises Failed."""
    brings = [
        TREE / name
        for name in ("requirements/kiosk.txt", "scripts/install/packages.bash", "scripts/bundle.sh")
    ]
    recipe = hashlib.sha256(b"".join(path.read_bytes() for path in brings)).hexdigest()[:8]
    made = root.cache() / f"bundle-{suite}-{recipe}.tar"
    if not made.exists() or time.time() - made.stat().st_mtime > root.OLDEST_S:
        begun = time.monotonic()
        done = subprocess.run(
            [TREE / "scripts/bundle.sh", "--suite", suite, made],
            check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            raise Failed(f"no bundle: {done.stdout}{done.stderr}")
        root.forget_others(made, f"bundle-{suite}-*.tar")
        say(
            f"        {suite:9} a bundle of {made.stat().st_size / 1e6:.0f} MB, {time.monotonic() - begun:.0f} s"
        )
    return made


def unpacked(made: Path, machine_root: Path) -> Path:
    """Unpack it in the root, with today's tree (`srv/release`) in it: the bundle may be of yesterday."""
    place = machine_root / "srv/bundle"
    place.mkdir()
    # Of yesterday's tree nothing: a file that was removed since would be there again.
    subprocess.run(
        ["tar", "-x", "-C", place, "--strip-components=1", "--no-same-owner", "--wildcards", "-f", made, "*/wheels/*", "*/debs/*"], check=True
    )  # fmt: skip
    subprocess.run(["cp", "-rT", machine_root / "srv/release", place], check=True)
    return Path("/") / place.relative_to(machine_root)
