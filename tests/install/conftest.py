"""install.sh function by function: sourced by a shell whose root folder, PATH and programs are the test's own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNIT = "[Service]\nExecStart=/usr/local/bin/kiosk run\n[Install]\nWantedBy=multi-user.target\n"


class Machine:
    """A made-up machine below a folder, and a release tree to install on it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "machine"
        self.tree = folder / "tree"
        self.bin = folder / "bin"
        for path in (self.bin, self.root / "etc", self.root / "usr/bin", self.root / "var/log"):
            path.mkdir(parents=True)
        self.write(
            "etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
        )
        self.make_tree("1.0")
        self.program("dpkg", "echo amd64")
        self.program("systemctl", 'echo "systemctl $*" >>"$DONE"')
        self.program("apt-get", 'echo "apt-get $*" >>"$DONE"')
        self.program("apt-cache", "true")
        self.program("dpkg-query", "exit 1")
        for name in (
            "systemd-sysusers",
            "systemd-tmpfiles",
            "getent",
            "apt-mark",
            "userdel",
            "groupdel",
            "chown",
        ):
            self.program(name, "true")
        self.python()
        self.done = folder / "done"

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def program(self, name: str, body: str) -> None:
        """Put a program first on the PATH."""
        (self.bin / name).write_text(f"#!/bin/bash\n{body}\n")
        (self.bin / name).chmod(0o755)

    def python(
        self, *, pip: str = "true", prove: str = "true", check: str = "true", load: str = "true"
    ) -> None:
        """The machine's Python: it makes venvs that do as told, and runs our own scripts with the real one."""
        inner = (
            'case "$*" in *"-m pip"*) echo "pip $*" >>"$DONE"; '
            + pip
            + " ;; *prove_release*) "
            + prove
            + " ;; "
            "*check-config*) " + check + " ;; *import*) " + load + " ;; esac"
        )
        venv = (
            'v=${@: -1}; mkdir -p "$v/bin" "$v/lib/python3.11/site-packages"; '
            f"printf '%s\\n' '#!/bin/bash' '{inner}' >\"$v/bin/python\"; chmod +x \"$v/bin/python\""
        )
        path = self.root / "usr/bin/python3"
        path.write_text(
            f'#!/bin/bash\ncase $1 in --version) echo Python 3.11.2 ;; -m) {venv} ;; *) exec {sys.executable} "$@" ;; esac\n'
        )
        path.chmod(0o755)

    def make_tree(self, version: str) -> None:
        """A small release: every folder that one has, and the installer's own parts."""
        for name in (
            "kiosk",
            "drivers",
            "simulator",
            "ui",
            "config",
            "requirements",
            "systemd/udev",
            "scripts",
        ):
            (self.tree / name).mkdir(parents=True, exist_ok=True)
        self.release(version)
        for name in ("pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "requirements/kiosk.txt"):
            (self.tree / name).write_text(f"{name}\n")
        (self.tree / "config/kiosk.toml").write_text("[door]\n")
        (self.tree / "config/release-keys").write_text("# none\n")
        (self.tree / "systemd/ashyq-kiosk.service").write_text(UNIT)
        (self.tree / "systemd/udev/61-ashyq-kiosk.rules").write_text("# rules\n")
        (self.tree / "systemd/kernel-command-line").write_text("# why\nconsoleblank=0\nlogo.nologo\n")
        shutil.copy(ROOT / "install.sh", self.tree)
        shutil.copytree(ROOT / "scripts/install", self.tree / "scripts/install")

    def release(self, version: str) -> None:
        (self.tree / "kiosk/__init__.py").write_text(f'__version__ = "{version}"\n')

    def pi(self, *, repository: bool = True) -> None:
        self.write("proc/device-tree/model", "Raspberry Pi 5 Model B Rev 1.0\0")
        self.write("var/lib/apt/lists/x_Packages", "")
        self.program("dpkg", "echo arm64")
        if repository:
            self.program("apt-cache", "echo '  Candidate: 1.0'")

    def sh(self, lines: str, **state: str) -> subprocess.CompletedProcess[str]:
        """Run lines where install.sh is sourced; `state` is what its main would have set."""
        known = {"tree": str(self.tree), "mode": "install", "unattended": "1"} | state
        names = "argument answers offline fate staged restart reboot workplace".split()
        setting = "".join(f"{name}='{known.get(name, '')}'\n" for name in [*names, *known])
        return subprocess.run(
            ["bash", "-c", f"source {ROOT}/install.sh\nplaces {self.root}\n{setting}{lines}"],
            env={"PATH": f"{self.bin}:/usr/bin:/bin:/usr/sbin", "DONE": str(self.done), "HOME": str(self.root)},
            capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def did(self) -> list[str]:
        return self.done.read_text().splitlines() if self.done.exists() else []

    def staged(self) -> list[str]:
        return sorted(
            path.name
            for path in (self.root / "opt/ashyq-kiosk/releases").iterdir()
            if (path / ".complete").exists()
        )

    def link(self, name: str) -> str:
        return str((self.root / "opt/ashyq-kiosk" / name).readlink())


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)
