"""A device with releases, on a disk of its own: real guard, real signatures, and stand-ins for systemd and each release's installer.

The stand-in for systemd obeys what the guard leans on: a restarted door shows the signs that its release can show, under its
version, or counts restarts when it cannot last; what is enabled is started again after a power cut, and /run is empty then.
"""

from __future__ import annotations

import http.server
import os
import shutil
import signal
import stat
import subprocess
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.update.evening import Evening

SYSTEMCTL = """\
#!/bin/sh
printf '%s\\n' "systemctl $*" >>"$DEVICE/log"
release=$(readlink "$OPT/current")
eyes="$DEVICE/running/eyes"
case " $* " in *ashyq-kiosk-eyes*) about=eyes ;; *) about=door ;; esac
case $1 in
    restart)
        cp -r "$OPT/$release/app" "$DEVICE/running.new"
        rm -rf "$DEVICE/running" && mv "$DEVICE/running.new" "$DEVICE/running"
        mkdir -p "$SIGNS"
        for sign in $(cat "$DEVICE/running/shows"); do
            if [ ! -f "$SIGNS/$sign" ] || [ -L "$SIGNS/$sign" ]; then rm -rf "$SIGNS/$sign"; fi
            cat "$DEVICE/running/version" >"$SIGNS/$sign"
        done
        ;;
    is-active)
        if [ $about = eyes ]; then [ "$(cat "$eyes" 2>/dev/null)" = good ]; else [ -e "$DEVICE/running/shows" ]; fi
        ;;
    show) if [ $about = eyes ]; then if [ "$(cat "$eyes")" = crash ]; then echo 3; else echo 0; fi; exit; fi
        cat "$DEVICE/running/restarts" 2>/dev/null || echo 0 ;;
    enable) touch "$DEVICE/enabled" ;;
    disable) rm -f "$DEVICE/enabled" ;;
esac
"""
INSTALLER = """\
#!/bin/sh
set -eu
printf '%s\\n' "install.sh $1" >>"$DEVICE/log"
case $1 in
    --stage)
        name=$(cat "$2/version")
        mkdir -p "$OPT/releases/$name"
        cp -r "$2" "$OPT/releases/$name/app"
        echo "what pip says"
        echo "$name"
        ;;
    --switch)
        if [ -e "$OPT/releases/$2/app/cannot-switch" ]; then echo "no room" >&2; exit 2; fi
        if [ "$(readlink "$OPT/current")" = "releases/$2" ]; then exit 0; fi
        ln -sfn "$(readlink "$OPT/current")" "$OPT/previous.new"
        mv -Tf "$OPT/previous.new" "$OPT/previous"
        ln -sfn "releases/$2" "$OPT/current.new"
        mv -Tf "$OPT/current.new" "$OPT/current"
        rm -f "$UNITS/ashyq-kiosk-eyes.service"
        if [ -e "$OPT/releases/$2/app/eyes" ]; then touch "$UNITS/ashyq-kiosk-eyes.service"; fi
        ;;
esac
"""
CUT = """\
#!/bin/sh
count=$(($(cat "$DEVICE/count") + 1))
echo "$count" >"$DEVICE/count"
if [ "$count" -eq "$CUT_AT" ]; then kill -9 0; fi # the guard, and all that it started
exec "$REAL" "$@"
"""
"""Every command that changes the disk passes here: the power goes before the one whose turn it is."""
CHANGES = ("mv", "rm", "sync", "systemctl", "ln", "chmod", "mkdir", "cp")


class Device:
    """One device: what lies on its disk, and what runs."""

    def __init__(self, folder: Path, guard: Path) -> None:
        self.folder, self.opt = folder, folder / "opt"
        self.runtime, self.units = folder / "run", folder / "units"
        self._guard = guard
        self.bin = folder / "bin"
        for made in (self.opt / "releases", self.runtime, self.units, self.bin):
            made.mkdir(parents=True)
        self._program(self.bin / "systemctl", SYSTEMCTL)
        (folder / "count").write_text("0")
        self.key = Ed25519PrivateKey.generate()

    def release(
        self, version: str, *, shows: str = "frame screen row", restarts: int = 0, eyes: str = ""
    ) -> Path:
        """Put a release's tree where it can be packed or staged, and return it. `eyes`: how its are ("good", "dead", "crash"), if any."""
        tree = self.folder / "trees" / version
        (tree / "scripts").mkdir(parents=True)
        shutil.copytree(self._guard.parent, tree / "scripts" / "trial")
        self._program(tree / "install.sh", INSTALLER)
        for name, content in {"version": version, "shows": shows, "restarts": str(restarts)}.items():
            (tree / name).write_text(content)
        if eyes:
            (tree / "eyes").write_text(eyes)
        return tree

    def install(self, tree: Path) -> None:
        """Make it the release that runs."""
        self.stage(tree)
        self.install_again(tree.name)

    def install_again(self, name: str) -> None:
        """Make a release that is there the one that runs."""
        link = self.opt / "current"
        link.unlink(missing_ok=True)
        link.symlink_to(f"releases/{name}")
        self.systemctl("restart")

    def stage(self, tree: Path) -> None:
        """Put it beside the one that runs."""
        shutil.copytree(tree, self.opt / "releases" / tree.name / "app")

    def guard(self, *words: str, cut_at: int = 0) -> int:
        """Run the current release's guard, or its copy on trial; the power goes at its n-th change. Returns the exit code."""
        copy = self.opt / "trial" / "guard.sh"
        script = (
            copy if words == ("watch",) else self.opt / "current" / "app" / "scripts" / "trial" / "guard.sh"
        )
        environment = self.environment
        if cut_at:
            environment |= {"PATH": f"{self._cutting()}:{environment['PATH']}", "CUT_AT": str(cut_at)}
            (self.folder / "count").write_text("0")
        with subprocess.Popen(
            ["sh", str(script), *words],
            env=environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as running:
            try:
                code = running.wait(60)
            finally:
                running.kill()
        return 0 if code == -signal.SIGKILL else code

    def power_returns(self) -> None:
        """Start the machine: /run is empty, the door starts, and what is enabled."""
        shutil.rmtree(self.runtime)
        self.runtime.mkdir()
        self.systemctl("restart")
        if (self.folder / "enabled").exists() and (self.opt / "trial" / "guard.sh").exists():
            assert self.guard("watch") == 0

    def systemctl(self, *words: str) -> None:
        subprocess.run([str(self.bin / "systemctl"), *words], env=self.environment, check=True)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "PATH": f"{self.bin}:{os.environ['PATH']}", "DEVICE": str(self.folder), "OPT": str(self.opt),
            "SIGNS": str(self.runtime / "signs"), "UNITS": str(self.units), "LOOKS": "3", "PAUSE_S": "0", "STEADY": "1",
        }  # fmt: skip

    @property
    def current(self) -> str:
        return (self.opt / "current").readlink().name

    @property
    def running(self) -> str:
        return (self.folder / "running" / "version").read_text()

    @property
    def on_trial(self) -> bool:
        """Whether anything of a trial would go on; a copy of the guard that nothing starts is only untidy."""
        return (self.opt / "trial" / "state").exists() or (self.folder / "enabled").exists()

    @property
    def log(self) -> list[str]:
        """What systemd and the installers were told."""
        return (self.folder / "log").read_text().splitlines()

    @property
    def result(self) -> str:
        return (self.opt / "last-update").read_text().strip()

    @property
    def changes(self) -> int:
        """How many commands so far could have been the last."""
        return int((self.folder / "count").read_text())

    def _cutting(self) -> Path:
        folder = self.folder / "cutting"
        if not folder.exists():
            folder.mkdir()
            for name in CHANGES:
                real = shutil.which(name, path=self.environment["PATH"])
                self._program(folder / name, CUT.replace("$REAL", str(real)))
        return folder

    @staticmethod
    def _program(file: Path, text: str) -> None:
        file.write_text(text)
        file.chmod(file.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


@pytest.fixture
def device(tmp_path: Path, root: Path) -> Device:
    made = Device(tmp_path / "device", root / "scripts" / "trial" / "guard.sh")
    made.install(made.release("1.3.0"))
    return made


@pytest.fixture
def evening(device: Device, monkeypatch: pytest.MonkeyPatch) -> Evening:
    return Evening(device, monkeypatch)


@pytest.fixture
def served(device):
    """The device's folder over HTTP on loopback."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments) -> None:
            super().__init__(*arguments, directory=str(device.folder))

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
