"""A USB camera is found by what it is, however its number changes, and what is no camera is passed over."""

from pathlib import Path

import pytest

from drivers.camera.video_devices import Chooser, cameras


class Machine:
    """Folders as /dev and /sys are, and the hands that plug cameras in."""

    def __init__(self, folder: Path) -> None:
        self.dev, self.sys = folder / "dev", folder / "sys"
        for each in ("v4l/by-id", "v4l/by-path"):
            (self.dev / each).mkdir(parents=True)

    def plug_in(self, number: int, name: str, *, by_id: str = "", by_path: str = "", index: int = 0) -> Path:
        device = self.dev / f"video{number}"
        device.touch()
        about = self.sys / "class/video4linux" / device.name
        about.mkdir(parents=True)
        (about / "name").write_text(name + "\n")
        (about / "index").write_text(f"{index}\n")
        for folder, link in (("by-id", by_id), ("by-path", by_path)):
            if link:
                (self.dev / "v4l" / folder / f"{link}-video-index{index}").symlink_to(device)
        return device

    def pull(self, device: Path) -> None:
        for link in self.dev.glob("v4l/*/*"):
            if link.resolve() == device:
                link.unlink()
        device.unlink()
        for file in (self.sys / "class/video4linux" / device.name).iterdir():
            file.unlink()
        (self.sys / "class/video4linux" / device.name).rmdir()

    def chooser(self) -> Chooser:
        return Chooser(self.dev, self.sys)


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def first(chooser):
    return next(iter(chooser.candidates()))


def test_the_same_camera_is_found_again_under_another_number_before_any_other(machine):
    old = machine.plug_in(0, "C920", by_id="usb-046d_C920_A1", by_path="platform-usb-0:1.3:1.0")
    chooser = machine.chooser()
    assert chooser.works(first(chooser))
    machine.pull(old)
    machine.plug_in(1, "Other", by_id="usb-0000_Other")
    new = machine.plug_in(2, "C920", by_id="usb-046d_C920_A1")
    found = first(chooser)
    assert (found.device, found.identity.rpartition("/")[2]) == (new, "usb-046d_C920_A1-video-index0")
    assert chooser.works(found)
    assert not chooser.works(found)


def test_another_camera_is_taken_where_the_one_is_gone(machine):
    old = machine.plug_in(0, "C920", by_id="usb-046d_C920_A1")
    chooser = machine.chooser()
    chooser.works(first(chooser))
    machine.pull(old)
    new = machine.plug_in(3, "Other", by_id="usb-0000_Other")
    assert [found.device for found in chooser.candidates()] == [new]


def test_a_camera_without_a_serial_number_is_known_by_its_socket(machine):
    device = machine.plug_in(0, "Cheap", by_path="platform-xhci-usb-0:1.2:1.0")
    assert [(found.device, "by-path" in found.identity) for found in cameras(machine.dev, machine.sys)] == [
        (device, True)
    ]


def test_what_a_raspberry_pi_has_of_its_own_and_what_tells_about_pictures_is_no_camera(machine):
    machine.plug_in(10, "bcm2835-codec-decode", by_path="platform-bcm2835-codec")
    machine.plug_in(13, "bcm2835-isp-output0")
    machine.plug_in(19, "rpi-hevc-dec")
    machine.plug_in(0, "unicam-image")
    machine.plug_in(2, "C920", by_id="usb-046d_C920_A1", index=1)
    webcam = machine.plug_in(1, "C920", by_id="usb-046d_C920_A1")
    assert [found.device for found in cameras(machine.dev, machine.sys)] == [webcam]


def test_where_no_udev_names_them_numbers_are_taken_in_order(machine):
    for number in (11, 2):
        machine.plug_in(number, "Dummy video device")
    assert [found.device.name for found in cameras(machine.dev, machine.sys)] == ["video2", "video11"]


def test_a_link_that_leads_nowhere_is_passed_over(machine):
    (machine.dev / "v4l/by-id/usb-gone-video-index0").symlink_to(machine.dev / "video7")
    assert cameras(machine.dev, machine.sys) == []
