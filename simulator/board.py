"""A Raspberry Pi's proc and sys as a folder of real files, for tests, and for a desk that wants to see a weak supply.

`drivers.sensors.board.SystemBoard` reads it as it reads the machine's own. It obeys the board's physics: a weak supply trips
the kernel's sensor and the firmware's bits, heat slows the processor down from 80 degrees on.
"""

from __future__ import annotations

from pathlib import Path

from drivers.sensors.board import CAPPED_NOW, LOW_NOW, LOW_ONCE, SLOWED_NOW

_SLOWED_ONCE = SLOWED_NOW << 16
_THROTTLE_C = 80.0


class FakeBoard:
    """The tree below `root`, which belongs to the fake. A healthy board at 48 degrees, until it is told otherwise."""

    def __init__(self, root: Path, *, sensor: bool = True, firmware: bool = True) -> None:
        """`sensor` False: a kernel without rpi_volt. `firmware` False: no Pi at all."""
        self.root = root
        self._sensor, self._firmware = sensor, firmware
        self._low = False
        self._celsius = 48.0
        self._bits_once = 0
        self.write("sys/class/hwmon/hwmon0/name", "cpu_thermal")
        if sensor:
            self.write("sys/class/hwmon/hwmon1/name", "rpi_volt")
        self.write("sys/class/thermal/thermal_zone0/type", "cpu-thermal")
        (root / "sys/devices/block/mmcblk0p2").mkdir(parents=True)
        (root / "sys/dev/block").mkdir(parents=True)
        (root / "sys/dev/block/179:2").symlink_to(root / "sys/devices/block/mmcblk0p2")
        self.memory(0.6)
        self.mount()
        self._tell()

    def undervolt(self, *, low: bool = True) -> None:
        """Let the supply sag below 4.63 V, or recover."""
        self._low = low
        self._tell()

    def warm(self, celsius: float) -> None:
        """Bring the processor to a temperature."""
        self._celsius = celsius
        self._tell()

    def memory(self, share: float) -> None:
        """Leave so much of the memory, from 0 to 1."""
        total = 3_884_000
        self.write(
            "proc/meminfo",
            f"MemTotal: {total} kB\nMemFree: 90000 kB\nMemAvailable: {round(total * share)} kB\n",
        )

    def mount(self, *, read_only: bool = False, errors: int = 0) -> None:
        """Mount the card for everything, writable or not; `errors` is what its file system has counted."""
        state = "ro" if read_only else "rw"
        self.write(
            "proc/self/mountinfo",
            f"21 1 179:2 / / {state},noatime shared:1 - ext4 /dev/root {state}\n"
            "30 21 0:25 / /run rw,nosuid - tmpfs tmpfs rw\n",
        )
        self.write("sys/fs/ext4/mmcblk0p2/errors_count", str(errors))

    def write(self, file: str, text: str) -> None:
        """Write any file of the tree."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")

    def _tell(self) -> None:
        slow = self._celsius >= _THROTTLE_C
        now = (LOW_NOW | CAPPED_NOW if self._low else 0) | (SLOWED_NOW if slow else 0)
        self._bits_once |= (LOW_ONCE if self._low else 0) | (_SLOWED_ONCE if slow else 0)
        self.write("sys/class/thermal/thermal_zone0/temp", str(round(self._celsius * 1000)))
        if self._sensor:
            self.write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", str(int(self._low)))
            self._bits_once &= ~LOW_ONCE  # the kernel's sensor clears it when it reads
        if self._firmware:
            self.write("sys/devices/platform/soc/soc:firmware/get_throttled", f"{now | self._bits_once:x}")
