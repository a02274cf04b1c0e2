"""The sentence for `systemctl status`."""

import pytest

from kiosk.core.events import Part
from kiosk.core.screen.status_line import condition
from tests.factories import Stamps, make_door, with_fields

DOOR = make_door(online=True, waiting=0, parked=0, trusts_time=True, broken={})


@pytest.mark.parametrize(
    "changes,says",
    [
        ({}, "Open for visitors. Online."),
        ({"online": False, "waiting": 12}, "Open for visitors. Offline, 12 records wait."),
        ({"waiting": 1, "parked": 2}, "Open for visitors. Online, 1 record waits, 2 parked."),
        ({"broken": {Part.CAMERA: "x"}}, "Open for visitors, without camera. Online."),
        (
            {"broken": {Part.CAMERA: "x", Part.GATE: "x", Part.LAMP: "x"}},
            "Open for visitors, without camera, gate and lamp. Online.",
        ),
        (
            {"broken": {Part.STORE: "x"}},
            "Admits nobody, because visits cannot be recorded, without store. Online.",
        ),
        ({"revoked": True}, "Admits nobody, because the registry withdrew this device. Online."),
        ({"trusts_time": False}, "Open for visitors. Online, the time is not known to be right."),
    ],
)
def test_it_says_whether_visitors_come_in_what_is_missing_and_what_waits(changes, says):
    assert condition(with_fields(DOOR, dict(changes)), Stamps().now()) == says


def test_the_reasons_stay_out_of_it():
    assert "850101300123" not in condition(
        with_fields(DOOR, {"broken": {Part.KEYPAD: "850101300123"}}), Stamps().now()
    )
