"""A root whose own systemd runs: systemd-nspawn, without a virtual machine. It has no camera, no display and no udev devices."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

LENT = ("/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt", "/etc/hosts")
"""Of this machine, read-only and for as long as the container needs its network; nothing of them stays in the root."""
_LENT_ENVIRONMENT = re.compile(r"(PIP_(?!FIND_LINKS)\w+|\w+_proxy|\w+_PROXY|SSL_CERT_FILE)\Z")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


T = TypeVar("T")


class Failed(Exception):
    """A command in the container did not do what it should; the text has its last words."""


class Machine:
    """One booted container."""

    def __init__(self, root: Path, *, network: Path | None, log: Path, lend: tuple[str, ...] = ()) -> None:
        self.root = root
        options = [f"--network-namespace-path={network}"] if network else ["--resolv-conf=bind-host"]
        options += [f"--bind-ro={path}" for path in lend]
        self._environment = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8"}
        if network is None:
            self._environment |= {
                key: value for key, value in os.environ.items() if _LENT_ENVIRONMENT.match(key)
            }
        with log.open("wb") as said:
            self._nspawn = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--timezone=off", "--link-journal=no",
                 f"--machine=door-{os.getpid()}-{root.parent.name[-6:]}", "-D", root, "--boot", "--console=read-only", *options],
                stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us, who then power it off
                env=os.environ | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            )  # fmt: skip
        self._init = 0
        try:
            self._init = until(self._find_init, 30, "systemd of the container")
            until(self._is_up, 60, "the container to have started")
        except BaseException:
            self.stop()
            raise

    def _find_init(self) -> int:
        pid = self._nspawn.pid
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            raise Failed("systemd-nspawn ended at once: see its log") from None
        return next((int(child) for child in children if _name(child) == "systemd"), 0)

    def _is_up(self) -> bool:
        return self.run("systemctl is-system-running", check=False).strip() in ("running", "degraded")

    def run(self, command: str, *, check: bool = True, within_s: float = 300, **more: str) -> str:
        """Run a shell command inside; return what it printed. Raises Failed."""
        try:
            done = subprocess.run(
                ["nsenter", "-t", str(self._init), "-m", "-u", "-i", "-n", "-p", "-C", "bash", "-c", command],
                env=self._environment | more, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, check=False, timeout=within_s,
                start_new_session=True,  # what is killed inside by mistake must not be us
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Failed(f"{command}: not done after {within_s:g} s") from None
        if check and done.returncode:
            raise Failed(f"{command}: exit code {done.returncode}\n{done.stdout[-3000:]}")
        return done.stdout

    def code(self, command: str) -> tuple[int, str]:
        """Run a command that may fail; return its exit code and what it printed."""
        said = self.run(f"{command}\necho :$?", check=False)
        text, _, code = said.rstrip().rpartition(":")
        return int(code), text

    def show(self, name: str, unit: str = "ashyq-kiosk") -> str:
        """Return a property of a unit."""
        return self.run(f"systemctl show -P {name} {unit}").strip()

    def stop(self) -> None:
        """Power off, as the machine would."""
        if self._init and self._nspawn.poll() is None:
            self.run("systemctl poweroff", check=False)
        try:
            self._nspawn.wait(40)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait()

    def cut_power(self) -> None:
        """End everything at once, with nothing written that was not written."""
        os.kill(self._init, signal.SIGKILL)
        self._nspawn.wait(20)


@contextmanager
def island() -> Iterator[Path]:
    """Yield a network of its own with nothing in it but loopback: no way leads out."""
    holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
    path = Path(f"/proc/{holder.pid}/ns/net")
    try:
        until(
            lambda: path.exists() and path.readlink() != Path("/proc/self/ns/net").readlink(),
            5,
            "a network of its own",
        )
        subprocess.run(["nsenter", f"--net={path}", "ip", "link", "set", "lo", "up"], check=True)
        yield path
    finally:
        holder.terminate()
        holder.wait()


def until(ask: Callable[[], T], within_s: float, what: str) -> T:
    """Return what `ask` returns, once that is something. Raises Failed."""
    ends = time.monotonic() + within_s
    while True:
        if found := ask():
            return found
        if time.monotonic() > ends:
            raise Failed(f"waited {within_s:g} s for {what}")
        time.sleep(0.2)


def _name(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""
