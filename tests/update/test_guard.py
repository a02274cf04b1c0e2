"""A release on trial stays if it proves good, and goes by itself if it does not, whenever the power goes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.concurrent

SIGNS = ("frame", "screen", "row")


def begin(device, **how):
    device.stage(device.release("1.4.0", **how))
    assert device.guard("begin", "1.3.0", "1.4.0", *SIGNS) == 0
    return device


def settled(device) -> tuple[str, str]:
    """Nothing of the trial is left; what runs is what is current."""
    assert not device.on_trial
    return device.current, device.running


def test_a_release_that_shows_all_it_should_stays(device):
    begin(device)
    assert (device.current, device.on_trial) == ("1.4.0", True)
    assert device.guard("watch") == 0
    assert settled(device) == ("1.4.0", "1.4.0")
    assert device.result == "good 1.4.0: in place of 1.3.0"


@pytest.mark.parametrize(
    "how, why",
    [
        ({"shows": "frame screen"}, "it did not show in time that it works: row"),
        ({"shows": "row"}, "it did not show in time that it works: frame screen"),
        ({"shows": ""}, "it did not show in time that it works: frame screen row"),
        ({"restarts": 3}, "it stopped 3 times"),
        # Also where no frame is asked for, because the camera is out for repair.
        ({"eyes": "dead"}, "it did not show in time that it works: running eyes"),
        ({"eyes": "crash"}, "its eyes stopped 3 times"),
    ],
)
def test_a_release_that_does_not_goes_and_it_is_said_what_was_missing(device, how, why):
    begin(device, **how)
    assert device.guard("watch") == 0
    assert settled(device) == ("1.3.0", "1.3.0")
    assert device.result == f"back 1.3.0: 1.4.0 {why}"


def test_a_release_that_brings_eyes_stays_and_one_without_ends_those_of_the_other(device):
    begin(device, eyes="good")
    assert device.guard("watch") == 0
    assert settled(device) == ("1.4.0", "1.4.0")
    ends_them = "systemctl stop ashyq-kiosk-eyes.socket ashyq-kiosk-eyes.service"
    device.folder.joinpath("log").write_text("")
    assert device.guard("begin", "1.4.0", "1.3.0", "row") == 0
    assert device.log.index(ends_them) < device.log.index("systemctl restart --no-block ashyq-kiosk.service")
    assert device.guard("watch") == 0
    assert settled(device) == ("1.3.0", "1.3.0")


def test_signs_of_the_release_before_do_not_speak_for_the_new_one(device):
    assert (device.runtime / "signs" / "row").read_text() == "1.3.0"
    begin(device, shows="")
    assert not (device.runtime / "signs" / "row").exists()


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), Path.mkdir])
def test_a_sign_that_is_no_file_is_no_sign_and_is_not_waited_for(device, make):
    """The folder is the door's own: a release on trial that was taken over must not hold up its own trial."""
    begin(device)
    sign = device.runtime / "signs" / "row"
    sign.unlink()
    make(sign)
    assert device.guard("watch") == 0
    assert settled(device) == ("1.3.0", "1.3.0")
    assert device.result == "back 1.3.0: 1.4.0 it did not show in time that it works: row"


def test_a_release_that_cannot_even_be_switched_to_leaves_the_old_one_running(device):
    tree = device.release("1.4.0")
    (tree / "cannot-switch").touch()
    device.stage(tree)
    assert device.guard("begin", "1.3.0", "1.4.0", *SIGNS) != 0
    assert settled(device) == ("1.3.0", "1.3.0")
    assert device.result.startswith("back 1.3.0: 1.4.0 it could not be switched to")


def test_a_machine_that_starts_again_and_again_ends_with_the_old_release(device):
    begin(device, shows="frame")
    for _ in range(3):
        assert device.guard("watch", cut_at=3) == 0, "the power goes while it is watched"
        device.systemctl("restart")
    assert device.guard("watch") == 0
    assert settled(device) == ("1.3.0", "1.3.0")


@pytest.mark.parametrize(
    "phase, shows, ends_with",
    [
        ("begin", "frame screen row", {"1.3.0", "1.4.0"}),
        ("watch", "frame screen row", {"1.4.0"}),
        ("watch", "frame", {"1.3.0"}),
    ],
)
def test_a_power_cut_at_any_moment_ends_with_a_release_that_works(device, phase, shows, ends_with):
    """Before each change of the disk in turn, while the trial begins, or while it is decided."""
    device.stage(device.release("1.4.0", shows=shows))
    ends, cuts, was_cut = set(), 0, True
    while was_cut:
        cuts += 1
        device.install_again("1.3.0")
        if phase == "begin":
            device.guard("begin", "1.3.0", "1.4.0", *SIGNS, cut_at=cuts)
        else:
            assert device.guard("begin", "1.3.0", "1.4.0", *SIGNS) == 0
            device.guard("watch", cut_at=cuts)
        was_cut = device.changes == cuts
        device.power_returns()
        current, running = settled(device)
        assert current == running
        ends.add(current)
    assert cuts > 8, "so many changes there are at least"
    assert ends == ends_with
