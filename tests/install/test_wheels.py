"""scripts/wheels.py judges the pins by the device, not by the machine that it runs on. That the wheels exist is `make test-wheels`."""

import pytest

from scripts import wheels

PINS = """# a remark
plain==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
extra[tls]==2.0 --hash=sha256:cc
desk==3.0 ; platform_machine == 'x86_64' and sys_platform == 'linux' --hash=sha256:dd
pi==4.0 ; platform_machine == 'aarch64' --hash=sha256:ee
old==5.0 ; python_full_version < '3.12' --hash=sha256:ff
"""


def names(python, machine) -> list[str]:
    return [pin.split("==")[0] for pin in wheels.pins_for(PINS, python=python, machine=machine)]


def test_each_device_has_its_own_pins():
    assert names("3.11", "aarch64") == ["plain", "extra[tls]", "pi", "old"]
    assert names("3.13", "x86_64") == ["plain", "extra[tls]", "desk"]


def test_versions_and_hashes_stay_and_conditions_go():
    pins = wheels.pins_for(PINS, python="3.13", machine="aarch64")
    assert pins == [
        "plain==1.0 --hash=sha256:aa --hash=sha256:bb",
        "extra[tls]==2.0 --hash=sha256:cc",
        "pi==4.0 --hash=sha256:ee",
    ]


@pytest.mark.parametrize(
    "line", ["lgpio>=0.0.0.2 --hash=sha256:aa", "lgpio==0.* --hash=sha256:aa", "lgpio==0.2.2.0"]
)
def test_a_pin_that_leaves_pip_a_choice_is_refused(line):
    with pytest.raises(ValueError, match="expected an exact version with hashes, found lgpio"):
        wheels.pins_for(line, python="3.13", machine="aarch64")


def test_our_own_pins_are_exact_for_every_device():
    text = wheels.PINS.read_text()
    for python in wheels.GLIBC:
        pins = wheels.pins_for(text, python=python, machine="aarch64")
        assert any(pin.startswith("simplejpeg==") for pin in pins)
        assert not any(pin.startswith(("evdev", "lgpio", "pygame=")) for pin in pins)


def test_a_newer_c_library_than_the_device_has_is_not_taken():
    assert "manylinux_2_36_aarch64" in wheels.platforms(machine="aarch64", glibc=36)
    assert "manylinux_2_37_aarch64" not in wheels.platforms(machine="aarch64", glibc=36)
