"""A registry with a door, a device that belongs to nobody, and a clock that both go by."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from kiosk.enrolment.device import Device
from kiosk.enrolment.enroller import Enroller
from kiosk.enrolment.initialize import initialize
from kiosk.errors import DriverError
from kiosk.trust.enrolment import Wifi
from registry.demo_people import populate
from registry.embedded import EmbeddedRegistry
from tests.app.house import HouseClock

SERIAL = "10000000a1b2c3d4"


class Radio:
    """The Wi-Fi of a Pi: joins one network, and no other."""

    def __init__(self) -> None:
        self.joined: list[Wifi] = []
        self.in_reach = True

    def join(self, wifi: Wifi) -> None:
        if not self.in_reach:
            raise DriverError("expected the access point, found none: go nearer")
        self.joined.append(wifi)


@pytest.fixture
def clock() -> HouseClock:
    return HouseClock()


@pytest.fixture
def registry(clock) -> Iterator[EmbeddedRegistry]:
    with EmbeddedRegistry(clock=clock.wall) as registry:
        populate(registry.registry)
        yield registry


@pytest.fixture
def device(tmp_path) -> Device:
    return Device.beside(tmp_path / "kiosk.db")


@pytest.fixture
def radio() -> Radio:
    return Radio()


@pytest.fixture
def enroller(device, radio, clock) -> Enroller:
    return Enroller(
        device,
        initialize=partial(initialize, mono=clock.mono, model="a desk", serial=SERIAL),
        join=radio.join,
        wall=clock.wall,
        serial=SERIAL,
    )
