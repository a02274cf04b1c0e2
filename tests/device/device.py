"""A door kiosk's hardware in QEMU: screen, keypad, pins, camera, watchdog, and a power cord that can be pulled.

Without KVM: everything is emulated, an order of magnitude slower than a Pi. It proves what happens, never how fast.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.device.guest_agent import GuestAgent
from tests.device.picture import pixels
from tests.install.container.machine import Failed, until

BOOT_S = 400
"""From power to an agent that answers: 20 s on an idle machine, minutes on a busy one."""
QUIET = "quiet audit=0 systemd.show_status=0 mitigations=off"
"""The console is for the journal and the gate."""
SIZE = (800, 480)
"""A Pi's own panel."""


class Device:
    """One virtual device, from power on to power off."""

    def __init__(
        self, folder: Path, *, disk: Path, kernel: Path, initrd: Path, words: str, network: Path
    ) -> None:
        """`words` are added to the kernel's command line; `network` is the namespace whose loopback the guest sees as 10.0.2.2."""
        self._folder = folder
        self.console_log = folder / "console.log"
        wide, high = SIZE
        self._command = [
            "nsenter", f"--net={network}",
            "qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "2048",
            "-nodefaults", "-display", "none", "-device", f"virtio-vga,xres={wide},yres={high}",
            "-kernel", str(kernel), "-initrd", str(initrd), "-append", f"root=/dev/vda rw console=ttyS0 {QUIET} {words}",
            "-drive", f"file={disk},if=virtio,format=raw,cache=writeback",
            "-serial", f"file:{self.console_log}",
            "-qmp", f"unix:{folder}/qmp,server=on,wait=off",
            "-device", "virtio-serial", "-chardev", f"socket,id=agent,path={folder}/agent,server=on,wait=off",
            "-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
            "-device", "qemu-xhci", "-device", "usb-kbd,serial=door",
            "-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,id=cable",
            "-device", "virtio-rng-pci", "-device", "i6300esb", "-action", "watchdog=reset",
        ]  # fmt: skip
        self._agent = GuestAgent(folder / "agent")
        self._qemu: subprocess.Popen[bytes] | None = None
        self._answers: Any = None
        self.events: list[str] = []

    def start(self) -> None:
        """Switch it on, and wait until it can be spoken to."""
        with (self._folder / "qemu.log").open("wb") as log:
            self._qemu = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        monitor = until(self._monitor, 30, "QEMU")
        self._answers = monitor.makefile("rw")  # type: ignore[union-attr]  # until() returns no None
        json.loads(self._answers.readline())
        self._qmp("qmp_capabilities")
        self.wait_until_up()

    def wait_until_up(self) -> None:
        """Wait until the guest answers. Raises Failed."""
        self._agent.connect(BOOT_S)

    def cut_power(self) -> None:
        """Pull the cord and put it back: all is lost that was not on the disk."""
        self._agent.close()
        self._qmp("system_reset")

    def stop(self) -> None:
        """Switch it off for good."""
        self._agent.close()
        if self._qemu is None:
            return
        self._qemu.terminate()
        try:
            self._qemu.wait(20)
        except subprocess.TimeoutExpired:
            self._qemu.kill()
            self._qemu.wait()

    def cable(self, *, plugged: bool) -> None:
        """Plug the network's cable in, or pull it."""
        self._qmp("set_link", name="cable", up=plugged)

    def type(self, *keys: str) -> None:
        """Press keys of the USB keypad, by QEMU's names for them."""
        for key in keys:
            self._qmp("send-key", keys=[{"type": "qcode", "data": key}], **{"hold-time": 80})
            time.sleep(0.4)  # an emulated keyboard has a short queue

    def screen(self, keep: str | None = None) -> Any:
        """Return what the panel shows, an array (height, width, 3); `keep` names a file to keep it in."""
        path = self._folder / f"{keep or 'screen'}.ppm"
        self._qmp("screendump", filename=str(path))
        return pixels(path.read_bytes())

    def console(self) -> str:
        """Return all that the guest wrote to its first serial line: its journal and its gate, kept outside of it."""
        return self.console_log.read_text(errors="replace") if self.console_log.exists() else ""

    def run(self, command: str, *, check: bool = True, within_s: float = 240) -> str:
        """Run a shell command as root; return what it said. Raises Failed."""
        code, said = self._agent.run(command, within_s=within_s)
        if check and code:
            raise Failed(f"{command}: exit code {code}\n{said[-3000:]}")
        return said

    def send(self, command: str) -> None:
        """Give a command and wait for nothing: the machine may not live to answer."""
        self._agent.run(f"({command}) >/dev/null 2>&1 &", within_s=60)

    def news(self) -> list[str]:
        """Return what QEMU told by itself so far."""
        self._qmp("query-status")  # it tells before it answers
        return self.events

    def put(self, path: str, content: bytes) -> None:
        """Write a file in the guest: under another name first, so that whoever waits for it never sees half of it."""
        self._agent.put(f"{path}.half", content)
        self.run(f"mv '{path}.half' '{path}'")

    def show(self, name: str, unit: str = "ashyq-kiosk") -> str:
        """Return a property of a unit."""
        return self.run(f"systemctl show -P {name} {unit}").strip()

    def _monitor(self) -> socket.socket | None:
        if self._qemu is not None and self._qemu.poll() is not None:
            raise Failed(f"QEMU ended: {(self._folder / 'qemu.log').read_text(errors='replace')[-2000:]}")
        monitor = socket.socket(socket.AF_UNIX)
        try:
            monitor.connect(str(self._folder / "qmp"))
        except OSError:
            monitor.close()
            return None
        monitor.settimeout(60)
        return monitor

    def _qmp(self, order: str, **words: Any) -> Any:
        self._answers.write(json.dumps({"execute": order, "arguments": words}) + "\n")
        self._answers.flush()
        while True:
            answer = json.loads(self._answers.readline())
            if "event" in answer:
                self.events.append(answer["event"])
            elif "error" in answer:
                raise Failed(f"{order}: {answer['error'].get('desc')}")
            else:
                return answer["return"]
