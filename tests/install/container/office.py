"""The registry's people, on this machine, in the network that the container has for itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.install.container.machine import until

TREE = Path(__file__).resolve().parents[3]
PORT = 8443


class Office:
    """The reference registry, served at the container's loopback, with the demo's door."""

    def __init__(self, folder: Path, network: Path) -> None:
        self.db = folder / "registry.db"
        said = self._registry("demo-data")
        self.door = said.split(";")[0].removeprefix("door ").strip()
        with (folder / "registry.log").open("wb") as log:
            self._server = subprocess.Popen(
                ["nsenter", f"--net={network}", sys.executable, "-m", "registry", "serve",
                 "--db", self.db, "--port", str(PORT)],
                cwd=TREE, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        until(lambda: "answers at" in (folder / "registry.log").read_text(), 30, "the registry")

    def code(self) -> str:
        """Return a new one-time code for the door."""
        said = self._registry(
            "enrolment", "create", "--door", self.door, "--address", f"http://127.0.0.1:{PORT}"
        )
        return next(line.strip() for line in said.splitlines() if line.strip().startswith("AQE"))

    def close(self) -> None:
        """Serve no more."""
        self._server.terminate()
        self._server.wait()

    def _registry(self, *words: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "registry", *words, "--db", self.db],
            cwd=TREE, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        ).stdout  # fmt: skip
