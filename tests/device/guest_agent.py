"""Commands inside the virtual device, by QEMU's own guest agent (Debian's qemu-guest-agent): JSON, a line each."""

from __future__ import annotations

import base64
import json
import socket
import time
from pathlib import Path
from typing import Any

from tests.install.container.machine import Failed

LOOK_S = 0.5
PIECE = 48 * 1024
"""Of a file, at once: below what the agent takes in one line."""


class GuestAgent:
    """The host's end of the agent's port. One boot of the guest each: a power cut takes its answers with it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._read = b""
        self._serial = time.monotonic_ns() % 2**31

    def connect(self, within_s: float) -> None:
        """Wait until the guest answers. Raises Failed."""
        ends = time.monotonic() + within_s
        while time.monotonic() < ends:
            self.close()
            self._socket, self._read = socket.socket(socket.AF_UNIX), b""
            try:
                self._socket.connect(str(self._path))
                self._serial += 1
                # What an earlier boot left half-said ends here: the agent drops it at 0xFF.
                self._socket.sendall(b"\xff")
                self._send("guest-sync", {"id": self._serial})
                quiet = time.monotonic() + 3
                while time.monotonic() < quiet:
                    if self._answer(3).get("return") == self._serial:
                        return
            except (OSError, ValueError):
                time.sleep(LOOK_S)
        raise Failed(f"waited {within_s:g} s for the guest agent")

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def run(self, command: str, *, within_s: float) -> tuple[int, str]:
        """Run a shell command as root; return its exit code and what it said. Raises Failed when it takes longer."""
        started = self._ask(
            "guest-exec", path="/bin/bash", arg=["-c", f"exec 2>&1\n{command}"], **{"capture-output": True}
        )
        ends = time.monotonic() + within_s
        while True:
            state = self._ask("guest-exec-status", pid=started["pid"])
            if state["exited"]:
                said = base64.b64decode(state.get("out-data", "")).decode("utf-8", "replace")
                return state.get("exitcode", -state.get("signal", 0)), said
            if time.monotonic() > ends:
                raise Failed(f"{command}: not done after {within_s:g} s")
            time.sleep(LOOK_S)

    def put(self, path: str, content: bytes) -> None:
        """Write a file."""
        handle = self._ask("guest-file-open", path=path, mode="w")
        for begin in range(0, len(content), PIECE):
            piece = base64.b64encode(content[begin : begin + PIECE]).decode()
            self._ask("guest-file-write", handle=handle, **{"buf-b64": piece})
        self._ask("guest-file-close", handle=handle)

    def _ask(self, order: str, **words: Any) -> Any:
        try:
            self._send(order, words)
            answer = self._answer(120)
        except (OSError, ValueError) as lost:
            raise Failed(f"the guest agent does not answer: {lost!r}") from None
        if "error" in answer:
            raise Failed(f"{order}: {answer['error'].get('desc')}")
        return answer["return"]

    def _send(self, order: str, words: dict[str, Any]) -> None:
        if self._socket is None:
            raise OSError("not connected")
        self._socket.sendall(json.dumps({"execute": order, "arguments": words}).encode() + b"\n")

    def _answer(self, within_s: float) -> dict[str, Any]:
        """Return the next line. Raises OSError (also when nothing comes) and ValueError."""
        if self._socket is None:
            raise OSError("not connected")
        self._socket.settimeout(within_s)
        while b"\n" not in self._read:
            received = self._socket.recv(1 << 16)
            if not received:
                raise OSError("hung up")
            self._read += received
        line, _, self._read = self._read.partition(b"\n")
        answer = json.loads(line.lstrip(b"\xff"))
        return answer if isinstance(answer, dict) else {}
