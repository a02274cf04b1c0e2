"""`kiosk update` takes what is signed and later, beside a door that goes on, and hands over when nobody is at it."""

from __future__ import annotations

import subprocess
import sys
from datetime import time

import pytest

from kiosk.core.rule.policy import Window
from kiosk.errors import ReleaseRefused, UpdateFailed
from kiosk.service.signs import ProofOfLife, Signs
from kiosk.update.quiet import QUIET_S
from kiosk.update.update import ROOM_MB, back, take
from tests.update.evening import packed

pytestmark = pytest.mark.concurrent


def test_a_later_release_is_installed_beside_the_running_one_and_takes_over(device, evening):
    device.stage(device.release("1.2.0"))
    verdict = take(packed(device, device.release("1.4.0")), evening.site())
    assert verdict == "1.4.0: in place of 1.3.0"
    assert (device.current, device.running) == ("1.4.0", "1.4.0")
    assert sorted(each.name for each in (device.opt / "releases").iterdir()) == ["1.3.0", "1.4.0"]
    assert not (device.opt / "incoming").exists()
    assert any("frame, screen, row" in line for line in evening.said)


def test_a_release_that_does_not_prove_good_is_told_and_the_old_one_runs(device, evening):
    with pytest.raises(UpdateFailed, match=r"1\.3\.0: 1\.4\.0 it did not show .* row"):
        take(packed(device, device.release("1.4.0", shows="frame screen")), evening.site())
    assert (device.current, device.running) == ("1.3.0", "1.3.0")


def test_what_the_old_release_could_not_show_is_not_asked_of_the_new_one(device, evening):
    """A door whose camera is out for repair is updated all the same."""
    (device.runtime / "signs" / "frame").unlink()
    assert take(packed(device, device.release("1.4.0", shows="screen row")), evening.site()).startswith(
        "1.4.0"
    )


def test_it_waits_until_nobody_was_at_the_door_for_a_while(device, evening):
    door = Signs(device.runtime, "1.3.0")
    door.begin()
    door.busy(now=True)
    evening.happens = {
        30.0: lambda: door.busy(now=False),
        40.0: lambda: door.busy(now=True),
        45.0: lambda: door.busy(now=False),
    }
    take(packed(device, device.release("1.4.0", shows="")), evening.site())
    assert evening.now >= 45 + QUIET_S
    assert "waiting until nobody is at the door" in evening.said


def test_it_waits_for_the_hours_that_were_set(device, evening):
    take(packed(device, device.release("1.4.0")), evening.site(Window(start=time(2), end=time(5))))
    assert evening.now >= 6 * 3600
    assert any("waiting for 02:00" in line for line in evening.said)


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"version": "1.2.9"}, "expected a release later than 1.3.0, found 1.2.9"),
        ({"systems": ("debian-99",)}, "found one for debian-99"),
        ({"machines": ("riscv64",)}, "on riscv64"),
    ],
)
def test_a_release_that_does_not_fit_changes_nothing(device, evening, changes, says):
    with pytest.raises(ReleaseRefused, match=says):
        take(packed(device, device.release("1.4.0"), **changes), evening.site())
    assert (device.current, sorted(each.name for each in (device.opt / "releases").iterdir())) == (
        "1.3.0",
        ["1.3.0"],
    )


def test_the_running_release_again_is_nothing_to_do(device, evening):
    tree = device.folder / "trees" / "1.3.0"
    (tree / "install.sh").write_text("#!/bin/sh\necho 1.3.0\n")
    assert "nothing to do" in take(packed(device, tree), evening.site())


def test_an_installer_that_fails_is_quoted_and_nothing_is_switched(device, evening):
    tree = device.release("1.4.0")
    (tree / "install.sh").write_text("#!/bin/sh\necho 'no room on the card' >&2\nexit 2\n")
    with pytest.raises(UpdateFailed, match="no room on the card"):
        take(packed(device, tree), evening.site())
    assert device.current == "1.3.0"


def test_it_goes_back_to_the_release_before_on_trial_like_any_other(device, evening):
    take(packed(device, device.release("1.4.0")), evening.site())
    assert back(evening.site()) == "1.3.0: in place of 1.4.0"
    assert (device.current, device.running) == ("1.3.0", "1.3.0")


def test_a_release_that_was_given_up_is_not_the_one_to_go_back_to(device, evening):
    take(packed(device, device.release("1.4.0")), evening.site())
    with pytest.raises(UpdateFailed):
        take(packed(device, device.release("1.5.0", shows="")), evening.site())
    assert (device.current, evening.site().link("previous")) == ("1.4.0", "1.3.0")
    assert back(evening.site()) == "1.3.0: in place of 1.4.0"


def test_where_there_is_none_before_it_says_so(evening):
    with pytest.raises(UpdateFailed, match=r"expected a release before 1\.3\.0"):
        back(evening.site())


def test_a_trial_that_is_under_way_is_not_disturbed(device, evening):
    device.stage(device.release("1.4.0"))
    assert device.guard("begin", "1.3.0", "1.4.0") == 0
    with pytest.raises(UpdateFailed, match="no release on trial"):
        take(packed(device, device.release("1.5.0")), evening.site())


def test_a_release_is_fetched_from_an_address(device, evening, served):
    packed(device, device.release("1.4.0"))
    assert take(f"{served}/1.4.0.release", evening.site()).startswith("1.4.0")
    assert not list(device.opt.glob("fetched-*"))


@pytest.mark.parametrize(
    "address, says",
    [
        ("http://registry.example.kz/kiosk.release", "found http to another machine"),
        ("{served}/nothing-here", "found HTTPError"),
    ],
)
def test_an_address_that_is_not_safe_or_has_nothing_is_refused(device, evening, served, address, says):
    with pytest.raises(ReleaseRefused, match=says):
        take(address.format(served=served), evening.site())
    assert device.current == "1.3.0"


def test_the_program_that_makes_releases_does_what_it_says(root, tmp_path):
    script = str(root / "scripts" / "make_release.py")
    key = subprocess.run(
        [sys.executable, script, "key", str(tmp_path / "key")], check=True, capture_output=True, text=True
    )
    assert key.stdout.rstrip().endswith("# whose, since when")
    again = subprocess.run(
        [sys.executable, script, "key", str(tmp_path / "key")], check=False, capture_output=True
    )
    assert again.returncode != 0, "a key is never written over"


def test_a_sign_is_taken_back_and_all_are_gone_with_the_next_start(tmp_path):
    signs = Signs(tmp_path, "1.3.0")
    signs.show(ProofOfLife.ROW)
    signs.show(ProofOfLife.ROW)
    signs.show(ProofOfLife.FRAME)
    signs.show(ProofOfLife.FRAME, works=False)
    assert [file.name for file in (tmp_path / "signs").iterdir()] == ["row"]
    assert (tmp_path / "signs" / "row").read_text() == "1.3.0"
    Signs(tmp_path, "1.4.0").begin()
    assert not (tmp_path / "signs").exists()
    nowhere = Signs(None, "1.4.0")
    nowhere.show(ProofOfLife.ROW)
    nowhere.busy(now=True)


def test_the_room_that_is_asked_for_is_what_the_installation_asks_for(root):
    # It is asked twice on the way: an update must not begin what install.sh then refuses.
    assert f"\nreadonly NEEDS_MB={ROOM_MB} " in (root / "install.sh").read_text()
