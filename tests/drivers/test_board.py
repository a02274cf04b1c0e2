"""The board as a folder of real files: what a Pi's kernel tells, and what another machine does not."""

import os
import shutil
from pathlib import Path

import pytest

from drivers.sensors.board import SystemBoard
from kiosk.core.health.board import Vitals
from simulator.board import FakeBoard


@pytest.fixture
def fake(tmp_path):
    return FakeBoard(tmp_path / "pi")


@pytest.fixture
def read(fake, tmp_path):
    return SystemBoard(tmp_path, fake.root).read


def test_a_healthy_board_says_so(read):
    found = read()
    assert (found.undervolted, found.slowed, found.celsius) == (False, False, 48.0)
    assert (found.read_only, found.disk_errors) == (False, 0)
    assert found.memory_share == pytest.approx(0.6, abs=0.001)


def test_room_is_that_of_the_folder_where_the_visits_are(read, tmp_path):
    assert read().free_bytes == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.05)


def test_a_weak_supply_is_seen_while_it_lasts_and_not_for_ever(fake, read):
    fake.undervolt()
    assert read().undervolted
    fake.undervolt(low=False)
    assert read().undervolted is False


def test_without_the_kernels_sensor_the_firmwares_bit_stays_until_the_next_start(tmp_path):
    fake = FakeBoard(tmp_path / "pi", sensor=False)
    read = SystemBoard(tmp_path, fake.root).read
    assert read().undervolted is False
    fake.undervolt()
    fake.undervolt(low=False)
    assert read().undervolted


def test_heat_is_told_and_that_the_firmware_acts_on_it_only_while_it_does(fake, read):
    fake.warm(84.5)
    assert (read().celsius, read().slowed) == (84.5, True)
    fake.warm(60)
    assert (read().celsius, read().slowed) == (60.0, False)


def test_the_firmware_of_a_pi_5_is_found_at_its_other_place(tmp_path):
    fake = FakeBoard(tmp_path / "pi", firmware=False)
    fake.write("sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled", "4")
    assert SystemBoard(tmp_path, fake.root).read().slowed


def test_the_soft_limit_of_a_pi_3_is_no_trouble(fake, read):
    fake.write("sys/devices/platform/soc/soc:firmware/get_throttled", "80008")
    assert read().slowed is False


def test_the_hottest_zone_of_the_processor_counts_and_a_battery_does_not(fake, read):
    fake.write("sys/class/thermal/thermal_zone1/type", "cpu1-thermal")
    fake.write("sys/class/thermal/thermal_zone1/temp", "51000")
    fake.write("sys/class/thermal/thermal_zone2/type", "battery")
    fake.write("sys/class/thermal/thermal_zone2/temp", "99000")
    assert read().celsius == 51.0


def test_a_card_that_turned_read_only_or_counts_errors_is_seen(fake, read):
    fake.mount(read_only=True, errors=7)
    found = read()
    assert (found.read_only, found.disk_errors) == (True, 7)


def test_the_mount_nearest_to_the_folder_is_the_one_that_counts(fake, tmp_path):
    folder = tmp_path / "a place" / "kiosk"
    folder.mkdir(parents=True)
    place = str(folder.parent.resolve()).replace(" ", "\\040")
    fake.write(
        "proc/self/mountinfo",
        f"21 1 179:2 / / ro - ext4 /dev/root ro\n22 21 179:2 / {place} rw - ext4 /dev/root rw\n",
    )
    assert SystemBoard(folder, fake.root).read().read_only is False
    assert SystemBoard(tmp_path, fake.root).read().read_only is True


def test_a_file_system_that_is_read_only_beneath_a_writable_mount_is_seen(fake, read):
    """After an error ext4 turns read-only below: the mount's own options still say rw."""
    fake.write("proc/self/mountinfo", "21 1 179:2 / / rw shared:1 - ext4 /dev/root ro,errors=remount-ro")
    assert read().read_only


def test_scarce_memory_is_told_as_a_share(fake, read):
    fake.memory(0.03)
    assert read().memory_share == pytest.approx(0.03, abs=0.001)


def test_a_machine_that_tells_nothing_is_not_taken_for_a_sick_one(tmp_path):
    assert SystemBoard(tmp_path / "gone", tmp_path / "nothing").read() == Vitals()


@pytest.mark.parametrize(
    "file, text",
    [
        ("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "?"),
        ("sys/devices/platform/soc/soc:firmware/get_throttled", "busy"),
        ("sys/class/thermal/thermal_zone0/temp", ""),
        ("proc/meminfo", "MemTotal: 0 kB\nMemAvailable: 0 kB\nbroken"),
        ("proc/meminfo", "MemTotal:\n"),
        ("proc/self/mountinfo", "21 1 179:2\n\n"),
        ("sys/fs/ext4/mmcblk0p2/errors_count", "-"),
    ],
)
def test_a_file_that_says_nothing_sensible_is_no_news(fake, read, file, text):
    fake.write(file, text)
    read()


def test_this_machine_itself_can_be_read():
    found = SystemBoard(Path.cwd()).read()
    assert found.free_bytes > 0
    assert found.read_only is (not os.access(Path.cwd(), os.W_OK))
    assert 0 < found.memory_share <= 1
