"""What a virtual device is made of and Debian does not ship ready: two kernel modules, what a Pi has of Python, and a root with a kernel.

Made from Debian's own source packages, kept in the cache of `tests/install/container/root.py`. Nothing of this machine's
package sources is named here.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.install.container import root

SUITE, PYTHON = "trixie", "3.13"
SOURCES = ("lgpio==0.2.2.0", "pidng==4.0.9")
WHEELS = ("picamera2==0.3.38", "videodev2==0.0.4")
"""A Pi has them from its own package source (python3-lgpio, python3-picamera2 and what it imports), Debian has not."""
VENV_WHEELS = ("simplejpeg==1.9.0",)
"""Which a Pi has in the kiosk's own environment (requirements/kiosk.in says why), and a PC has not."""
TOOLS = (
    "linux-headers-amd64", "linux-source", "gcc", "make", "xz-utils", "kmod",
    "swig", "python3-dev", "python3-pip", "python3-setuptools", "python3-wheel",
)  # fmt: skip
INCLUDE = (
    "systemd-sysv", "dbus", "udev", "kmod", "ca-certificates", "iproute2", "polkitd",
    "linux-image-amd64", "initramfs-tools", "busybox-static", "zstd", "qemu-guest-agent",
    "python3-libcamera", "python3-pil", "python3-piexif", "python3-prctl", "python3-pytest",
)  # fmt: skip
IN_INITRD = ("virtio_pci", "virtio_blk", "ext4", "i6300esb")
"""The watchdog too: Debian bars its driver from loading by itself, and systemd wants it at its start."""

BUILD = r"""
set -eu
headers=$(echo /lib/modules/*/build)
mkdir -p /made/wheels /sim /source
tar -C /source -xJf /usr/src/linux-source-*.tar.xz --strip-components=1 --wildcards \
    '*/drivers/gpio/gpio-sim.c' '*/drivers/gpio/gpiolib.h' '*/kernel/irq/irq_sim.c'
cp /source/drivers/gpio/gpio-sim.c /sim/simulator.c
cp /source/drivers/gpio/gpiolib.h /source/kernel/irq/irq_sim.c /sim
# The kernel keeps irq_to_desc to itself; this does the same by number.
sed -i 's/handle_simple_irq(irq_to_desc(\([a-z]*\)))/generic_handle_irq(\1)/' /sim/irq_sim.c
printf 'obj-m += gpio-sim.o\ngpio-sim-y := simulator.o irq_sim.o\n' >/sim/Makefile
make -s -C "$headers" M=/sim modules
dpkg-deb -x /v4l2loopback-dkms*.deb /camera
camera=$(echo /camera/usr/src/v4l2loopback-*)
make -s -C "$headers" M="$camera" modules
cp /sim/gpio-sim.ko "$camera/v4l2loopback.ko" /made
strip --strip-debug /made/*.ko
basename "$(dirname "$headers")" >/made/kernel
PYPI=1 pip wheel -q --no-deps --no-index --no-build-isolation -w /made/wheels /sources/*.tar.gz
"""


def made() -> Path:
    """Return the folder with gpio-sim.ko, v4l2loopback.ko, `kernel` (whose release they fit), and the wheels: `wheels` for the
    system, `venv-wheels` for the kiosk's environment."""
    folder = root.cache() / f"device-parts-{_digest(BUILD, TOOLS, SOURCES, WHEELS, VENV_WHEELS)}"
    if not folder.exists():
        half = folder.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        with tempfile.TemporaryDirectory() as place:
            sources, script = Path(place, "sources"), Path(place, "build.sh")
            _download(sources, "--no-binary=:all:", "--no-build-isolation", *SOURCES)
            script.write_text(BUILD)
            _mmdebstrap(
                TOOLS, Path("/dev/null"),
                f"--customize-hook=copy-in {script} {sources} /",
                '--customize-hook=cd "$1" && APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get download -q v4l2loopback-dkms',
                '--customize-hook=chroot "$1" sh /build.sh',
                f"--customize-hook=sync-out /made {half}",
                "--format=null",
            )  # fmt: skip
        for_guest = ("--only-binary=:all:", "--python-version", PYTHON, "--platform=manylinux2014_x86_64")
        _download(half / "wheels", *for_guest, *WHEELS)
        _download(half / "venv-wheels", *for_guest, *VENV_WHEELS)
        half.rename(folder)
        for old in set(root.cache().glob("device-parts-*")) - {folder}:
            shutil.rmtree(old)
    return folder


def packed() -> Path:
    """Return a root with a kernel that starts from a virtio disk, as a tar."""
    tar = root.cache() / f"device-root-{_digest(INCLUDE, IN_INITRD, root.OPTIONS)}.tar"
    if not tar.exists():
        half = tar.with_suffix(".half.tar")
        _mmdebstrap(INCLUDE, half)
        half.rename(tar)
        root.forget_others(tar, "device-root-*.tar")
    return tar


def _mmdebstrap(include: tuple[str, ...], to: Path, *more: str) -> None:
    modules = "".join(f"{name}\\n" for name in IN_INITRD)
    # Before a kernel comes (the headers bring one too): Debian's own choice of modules takes minutes to pack.
    small = (
        '--essential-hook=mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"',
        '--essential-hook=echo MODULES=list >"$1/etc/initramfs-tools/conf.d/device"',
        f'--essential-hook=printf "{modules}" >"$1/usr/share/initramfs-tools/modules.d/device"',
    )
    subprocess.run(
        ["nice", "mmdebstrap", "--quiet", *root.OPTIONS, *root.apt_settings(), *small, *more, f"--include={','.join(include)}", SUITE, to, root.mirror()],
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _download(folder: Path, *words: str) -> None:
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "download", "--no-deps", "-d", folder, *words], check=True)


def _digest(*recipe: object) -> str:
    return hashlib.sha256(repr(recipe).encode()).hexdigest()[:8]


if __name__ == "__main__":
    sys.stdout.write(f"{packed()}\n{made()}\n")
