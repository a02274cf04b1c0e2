"""A running door shows that it works, and whether somebody is at it: what an update waits for and a release is judged by."""

from __future__ import annotations

import pytest

from kiosk import __version__
from kiosk.core.model import Colour
from kiosk.errors import StoreError
from kiosk.service.signs import ProofOfLife, given, is_busy
from tests.app.house import House

BOOT = "0f0f0f0f-1111-4222-8333-444444444444"


def test_a_door_that_works_gives_every_sign_under_its_version(tmp_path, registry, clock):
    with House(tmp_path, registry, clock, boot=BOOT) as house:
        house.ready()
        runtime = house.settings.store.runtime
        house.until(lambda: given(runtime) == list(ProofOfLife), "every sign")
        assert {(runtime / "signs" / sign).read_text() for sign in ProofOfLife} == {__version__}


def test_a_door_without_a_camera_does_not_claim_a_frame(tmp_path, registry, clock):
    house = House(tmp_path, registry, clock, boot=BOOT)
    house.camera_plugged = False
    with house:
        house.until(lambda: house.door.word.online, "a link")
        runtime = house.settings.store.runtime
        house.until(
            lambda: ProofOfLife.ROW in given(runtime) and ProofOfLife.SCREEN in given(runtime),
            "the other signs",
        )
        assert ProofOfLife.FRAME not in given(runtime)


def test_a_camera_that_went_away_takes_its_sign_with_it_and_brings_it_back(tmp_path, registry, clock):
    with House(tmp_path, registry, clock, boot=BOOT) as house:
        house.ready()
        runtime = house.settings.store.runtime
        house.until(lambda: ProofOfLife.FRAME in given(runtime), "the sign of a frame")
        house.camera_plugged = False
        house.camera.close()
        house.until(lambda: ProofOfLife.FRAME not in given(runtime), "no claim of a camera")
        assert ProofOfLife.SCREEN in given(runtime)
        house.camera_plugged = True
        house.until(lambda: ProofOfLife.FRAME in given(runtime), "the sign of a frame again")


def test_it_is_busy_while_somebody_is_answered_and_not_before_or_after(tmp_path, registry, clock):
    with House(tmp_path, registry, clock, boot=BOOT) as house:
        house.ready()
        house.idle()
        runtime = house.settings.store.runtime
        assert not is_busy(runtime)
        house.hold_up(house.pass_of(Colour.GREEN))
        house.next_shown()
        assert is_busy(runtime)
        house.idle()
        house.until(lambda: not is_busy(runtime), "a quiet door")


def test_a_second_kiosk_that_is_refused_leaves_the_signs_of_the_first_alone(tmp_path, registry, clock):
    """A technician types `kiosk run` while the service runs: an update then took an empty list of signs for what it must show."""
    with House(tmp_path, registry, clock, boot=BOOT) as house:
        house.ready()
        runtime = house.settings.store.runtime
        house.until(lambda: given(runtime) == list(ProofOfLife), "every sign")
        second = House(tmp_path, registry, clock, boot=BOOT)
        with pytest.raises(StoreError, match="stop the other one first"):
            second.app.start()
        second.__exit__()
        assert given(runtime) == list(ProofOfLife)
        assert (runtime / "status.json").exists()
