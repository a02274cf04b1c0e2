"""What the answer to an enrolment may say of the venue code: all of it in its form, or nothing is believed."""

from __future__ import annotations

import time
from base64 import b64encode
from datetime import timedelta

import pytest

from kiosk.core.who.venue_code import KEY_BYTES, VenueCode
from kiosk.enrolment.initialize import Enrolled, initialize
from kiosk.errors import RegistryUnreachable
from kiosk.trust.enrolment import EnrolmentCode
from kiosk.trust.signing import DeviceKey
from tests.factories import NOON
from tests.hostile_server import HostileServer

KEY = bytes(range(KEY_BYTES))
GOOD = {"url": "HTTPS://A.KZ/V/", "key": b64encode(KEY).decode()}


def told(venue_code: object) -> Enrolled:
    """Return what a kiosk makes of an answer with this venue code."""
    answer = {"device": "D-1", "door": "A1", "venue": "Клуб", "time": "2026-01-01T00:00:00Z"}

    def handler(_came):
        return 200, answer | {"venue_code": venue_code}

    with HostileServer(handler) as server:
        code = EnrolmentCode(
            registry=server.url,
            venue="Клуб",
            door="A1",
            token=b"t" * 16,
            expires_at=NOON + timedelta(hours=1),
            root_key=DeviceKey.make().public_raw,
            wifi=None,
            serial=None,
        )
        return initialize(code, DeviceKey.make(), mono=time.monotonic)


def test_a_door_with_a_venue_code_gets_its_address_and_key():
    assert told(GOOD).venue_code == VenueCode("HTTPS://A.KZ/V/", KEY)
    assert repr(KEY) not in repr(told(GOOD))


def test_a_door_may_have_none():
    assert told(None).venue_code is None


@pytest.mark.parametrize(
    "bad",
    [
        "HTTPS://A.KZ/V/",
        [GOOD],
        {},
        {"url": GOOD["url"]},
        GOOD | {"url": "http://a.kz/v/"},
        GOOD | {"url": "HTTPS://A.KZ/V"},
        GOOD | {"key": b64encode(KEY[1:]).decode()},
        GOOD | {"key": "!" * 44},
        GOOD | {"key": None},
    ],
)
def test_what_is_not_in_its_form_enrols_nobody_and_the_same_code_may_be_tried_again(bad):
    with pytest.raises(RegistryUnreachable) as raised:
        told(bad)
    assert raised.value.why == "bad-answer"
