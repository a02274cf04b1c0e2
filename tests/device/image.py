"""The virtual device's disk: a Debian root on which install.sh has installed this tree, as a technician would. It is no door's yet.

The installation runs in a container on that root: emulated, it would take most of an hour. What a container cannot show it
(the first console) install.sh finds at its second run, in the virtual device itself (`checks.py`).
"""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.device import parts
from tests.device.people import hall
from tests.install.container import bundles
from tests.install.container.course import say
from tests.install.container.machine import Failed, Machine
from tests.install.container.office import PORT

GUEST = Path(__file__).parent / "guest"
HOST = "10.0.2.2"
"""How a guest of QEMU's user network sees its host's loopback."""
PYTHON = "/opt/ashyq-kiosk/current/venv/bin/python"
PACKAGES = "usr/lib/python3/dist-packages"
CONTRACT = "tests/drivers/camera_contract.py"
SIZE = "5G"
CONFIGURATION = """
[registry]
question_s = 10.0

[camera]
driver = "auto"
size = "800x600"
fps = 5

[keypad]
driver = "evdev"
device = "/dev/input/by-id/usb-QEMU_QEMU_USB_Keyboard_door-event-kbd"

[gate]
driver = "gpio"
pulse_s = 1.0

[passage]
driver = "contact"
wait_s = 60.0

[lamp]
driver = "traffic-light"

[sound]
driver = "none"

[times]
admitted_s = 30.0
keypad_idle_s = 120.0
confirm_s = 60.0
record_s = 10.0
"""
"""What differs from the defaults: the hardware that this door has, and more patience than a Pi needs."""
FILES = {
    "etc/systemd/system/device.service": """\
[Unit]
Description=Virtual device: pins and camera
DefaultDependencies=no
Requires=sys-kernel-config.mount
After=sys-kernel-config.mount local-fs.target systemd-udevd.service
Before=sysinit.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /srv/device/set-up.sh
[Install]
WantedBy=sysinit.target
""",
    "etc/systemd/system/device-camera.service": f"""\
[Unit]
Description=Virtual device: what the camera sees
[Service]
ExecStart={PYTHON} /srv/device/camera.py
Restart=always
[Install]
WantedBy=multi-user.target
""",
    "etc/systemd/system/device-gate.service": """\
[Unit]
Description=Virtual device: watch the gate
[Service]
ExecStart=/usr/bin/python3 -S /srv/device/gate.py
Restart=always
[Install]
WantedBy=multi-user.target
""",
    "etc/systemd/system/device-registry.socket": f"""\
[Unit]
Description=Virtual device: the registry, on the other side of the network
[Socket]
ListenStream=127.0.0.1:{PORT}
[Install]
WantedBy=sockets.target
""",
    "etc/systemd/system/device-registry.service": f"""\
[Unit]
Description=Virtual device: the way to the registry
[Service]
ExecStart=/usr/lib/systemd/systemd-socket-proxyd {HOST}:{PORT}
""",
    "etc/systemd/network/device.network": """\
[Match]
Type=ether
[Network]
Address=10.0.2.15/24
""",
    # llvmpipe's code dies under emulation; and this processor is no Pi's.
    "etc/systemd/system/ashyq-kiosk.service.d/device.conf": """\
[Service]
Environment=GALLIUM_DRIVER=softpipe
BindReadOnlyPaths=/run/cpuinfo:/proc/cpuinfo
""",
    "etc/systemd/system/ashyq-kiosk-gate-safe.service.d/device.conf": """\
[Service]
BindReadOnlyPaths=/run/cpuinfo:/proc/cpuinfo
TimeoutStartSec=180
""",
    # systemd alone takes 10 s to load its units anew, emulated on a busy machine: longer than the product's watchdog waits.
    "etc/systemd/system.conf.d/device.conf": "[Manager]\nRuntimeWatchdogSec=60s\n",
    # It tells of every question that it is asked.
    "etc/systemd/system/qemu-guest-agent.service.d/device.conf": "[Service]\nLogLevelMax=warning\n",
    # What was said before the power went is read outside of the guest.
    "etc/systemd/journald.conf.d/device.conf": """\
[Journal]
ForwardToConsole=yes
TTYPath=/dev/ttyS0
MaxLevelConsole=info
""",
    "etc/fstab": "/dev/vda / ext4 defaults 0 1\n",
}
ENABLED = {
    "sysinit.target": ("device.service",),
    "multi-user.target": ("device-camera.service", "device-gate.service"),
    "sockets.target": ("device-registry.socket",),
}
MASKED = ("serial-getty@ttyS0.service", "apt-daily.timer", "apt-daily-upgrade.timer", "fstrim.timer", "e2scrub_all.timer")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Image:
    """What a device starts from."""

    disk: Path
    kernel: Path
    initrd: Path
    words: str
    """For the kernel's command line, as the product wants it."""


def build(folder: Path, network: Path) -> Image:
    """Make the disk in a folder; `network` is the namespace in which it is installed. Raises Failed."""
    machine_root = folder / "root"
    machine_root.mkdir()
    subprocess.run(
        ["tar", "-x", "--numeric-owner", "--xattrs", "-C", machine_root, "-f", parts.packed()], check=True
    )
    (machine_root / "etc/machine-id").write_text("uninitialized\n")
    (machine_root / "etc/hostname").write_text("door\n")
    bundles.copy_tree(machine_root / "srv/release")
    bundle = bundles.unpacked(bundles.bundle(parts.SUITE, say), machine_root)
    machine = Machine(machine_root, network=network, log=folder / "container.log")
    try:
        _install(machine, bundle)
    finally:
        machine.stop()
    made = parts.made()
    _add_modules(machine_root, made)
    _add_libraries(machine_root, made)
    _add_guest(machine_root)
    boot = machine_root / "boot"
    kernel, initrd = folder / "vmlinuz", folder / "initrd"
    shutil.copy(next(boot.glob("vmlinuz-*")), kernel)
    shutil.copy(next(boot.glob("initrd.img-*")), initrd)
    disk = folder / "disk.img"
    with disk.open("wb") as file:
        file.truncate(int(SIZE.removesuffix("G")) << 30)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", machine_root, disk], check=True)
    shutil.rmtree(machine_root)
    words = [
        line
        for line in (bundles.TREE / "systemd/kernel-command-line").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    return Image(disk, kernel, initrd, " ".join(words))


def _add_modules(machine_root: Path, made: Path) -> None:
    release = (made / "kernel").read_text().strip()
    modules = machine_root / "lib/modules" / release
    if not modules.is_dir():
        raise Failed(
            f"the modules are for kernel {release}, the root has another: remove both from {made.parent}"
        )
    (modules / "updates").mkdir(exist_ok=True)
    for module in made.glob("*.ko"):
        shutil.copy(module, modules / "updates")
    subprocess.run(["chroot", machine_root, "depmod", release], check=True)


def _add_libraries(machine_root: Path, made: Path) -> None:
    """Put in what a Pi has of Python and Debian has not: as on a Pi the system's, or in the kiosk's own environment."""
    of_system = machine_root / PACKAGES
    of_kiosk = next(machine_root.glob("opt/ashyq-kiosk/releases/*/venv/lib/python3.*/site-packages"))
    for folder, to in ((made / "wheels", of_system), (made / "venv-wheels", of_kiosk)):
        for path in folder.glob("*.whl"):
            with zipfile.ZipFile(path) as wheel:
                wheel.extractall(to)
    shutil.copytree(GUEST / "packages", of_system, dirs_exist_ok=True)
    with (of_system / "picamera2/__init__.py").open("a") as file:
        file.write("\nfrom ribbon_camera import Picamera2\n")
    subprocess.run(["chroot", machine_root, PYTHON, "-P", "-c", "import lgpio, picamera2"], check=True)


def _install(machine: Machine, bundle: Path) -> None:
    (machine.root / "srv/answers.toml").write_text(CONFIGURATION)
    said = machine.run(
        f"/srv/release/install.sh --offline {bundle} --answers /srv/answers.toml --unattended", within_s=1800
    )
    if "is installed" not in said:
        raise Failed(f"it was not installed:\n{said[-3000:]}")


def _add_guest(machine_root: Path) -> None:
    place = machine_root / "srv/device"
    shutil.copytree(GUEST, place)
    (place / "hall.png").write_bytes(hall())
    (place / CONTRACT).parent.mkdir(parents=True)
    shutil.copy(bundles.TREE / CONTRACT, place / CONTRACT)
    for name, text in FILES.items():
        file = machine_root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    units = machine_root / "etc/systemd/system"
    for target, names in ENABLED.items():
        (units / f"{target}.wants").mkdir(exist_ok=True)
        for name in names:
            (units / f"{target}.wants" / name).symlink_to(f"../{name}")
    for name in MASKED:
        (units / name).unlink(missing_ok=True)
        (units / name).symlink_to("/dev/null")
    subprocess.run(
        ["systemctl", f"--root={machine_root}", "enable", "--quiet", "systemd-networkd"], check=True
    )
