"""Who holds a line, by what the kernel answers (linux/gpio.h): no chip is here, so its answers are packed by hand."""

import struct
from pathlib import Path

import pytest

from drivers.pins.gpio_lines import GET_CHIP_INFO, GET_LINE_INFO, HeaderLine, header_number, lines
from kiosk.errors import DriverError, DriverMissing

# What a C compiler makes of the two macros for struct gpiochip_info and struct gpio_v2_line_info.
assert (GET_CHIP_INFO, GET_LINE_INFO) == (0x8044B401, 0xC100B405)


class Kernel:
    """Chips by the order of their files; of the header's it knows who holds which line."""

    def __init__(self, *labels: str, held: dict[int, tuple[str, int]]) -> None:
        self._labels, self._held, self._at = labels, held, -1
        self.asked: list[int] = []

    def ioctl(self, _file: int, request: int, info: bytearray) -> None:
        if request == GET_CHIP_INFO:
            self._at += 1
            info[:] = struct.pack("32s32sI", b"gpiochip", self._labels[self._at].encode(), 54)
            return
        assert request == GET_LINE_INFO
        (pin,) = struct.unpack_from("I", info, 64)
        self.asked.append(pin)
        holder, flags = self._held.get(pin, ("", 0))
        struct.pack_into("32s32sIIQ", info, 0, b"GPIO", holder.encode(), pin, 0, flags)


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    for number in range(2):
        (tmp_path / f"gpiochip{number}").touch()
    return tmp_path


def test_the_header_is_found_among_the_chips_and_each_line_says_who_has_it(devices):
    kernel = Kernel("brcmvirt-gpio", "pinctrl-rp1", held={17: ("lg", 1 | 8), 27: ("", 1 | 4), 5: ("", 4)})
    assert lines([17, 27, 5], devices=devices, ioctl=kernel.ioctl) == [
        HeaderLine(pin=17, held_by="lg", output=True),
        HeaderLine(pin=27, held_by="the kernel", output=False),
        HeaderLine(pin=5, held_by="", output=False),
    ]
    assert kernel.asked == [17, 27, 5]


@pytest.mark.parametrize(
    "chips",
    [
        {4: "pinctrl-rp1", 0: "gpio-brcmstb", 10: "gpio-brcmstb"},
        {0: "pinctrl-rp1"},
        {11: "pinctrl-rp1", 12: "gpio-brcmstb", 13: "raspberrypi-exp-gpio"},
        {0: "mcp23017", 15: "pinctrl-rp1"},
        {0: "pinctrl-bcm2711", 1: "raspberrypi-exp-gpio"},
    ],
)
def test_the_header_is_found_by_what_it_is_whatever_its_number(tmp_path, chips):
    for number in chips:
        (tmp_path / f"gpiochip{number}").touch()
    names = sorted(f"gpiochip{number}" for number in chips)
    kernel = Kernel(*(chips[int(name.removeprefix("gpiochip"))] for name in names), held={})
    header = next(number for number, label in chips.items() if label.startswith("pinctrl-"))
    assert header_number(devices=tmp_path, ioctl=kernel.ioctl) == header


def test_chips_that_are_there_and_are_no_header_are_named(devices):
    kernel = Kernel("mcp23017", "raspberrypi-exp-gpio", held={})
    with pytest.raises(
        DriverMissing, match=r"found gpiochip0 \(mcp23017\), gpiochip1 \(raspberrypi-exp-gpio\)"
    ):
        header_number(devices=devices, ioctl=kernel.ioctl)


def test_a_machine_without_a_header_says_so(devices, tmp_path):
    kernel = Kernel("INT33FC:00", "some-expander", held={})
    with pytest.raises(DriverMissing, match="GPIO header"):
        lines([17], devices=devices, ioctl=kernel.ioctl)
    with pytest.raises(DriverMissing, match="GPIO header"):
        lines([17], devices=tmp_path / "none", ioctl=kernel.ioctl)


def test_a_line_that_the_kernel_does_not_tell_of_is_named(devices):
    kernel = Kernel("pinctrl-bcm2711", held={})

    def ioctl(file: int, request: int, info: bytearray) -> None:
        if request == GET_LINE_INFO:
            raise OSError(22, "Invalid argument")
        kernel.ioctl(file, request, info)

    with pytest.raises(DriverError, match="GPIO17 cannot be looked at \\(Invalid argument\\)"):
        lines([17], devices=devices, ioctl=ioctl)
