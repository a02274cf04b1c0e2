"""The lamp without wires."""

import pytest

from drivers.fakes import FakeLamp, Shown
from kiosk.core.effects import Signal
from kiosk.core.model import Colour
from tests.drivers.lamp_contract import LampContract


class TestFakeLamp(LampContract):
    @pytest.fixture
    def lamp(self, time):
        return FakeLamp(now=time.now)

    @pytest.fixture
    def dark(self, lamp):
        return lambda: lamp.dark

    @pytest.fixture
    def flashes(self, time, lamp):
        return lambda s: lamp.flashes(time.now() + s)

    def test_it_writes_down_what_changed_and_when(self, time, lamp):
        lamp.show(Signal.CHECKING, None)
        time.advance(0.25)
        lamp.show(Signal.REFUSED, Colour.RED)
        lamp.show(Signal.REFUSED, Colour.RED)
        assert lamp.shown == [
            Shown(at=0.0, signal=Signal.CHECKING, colour=None),
            Shown(at=0.25, signal=Signal.REFUSED, colour=Colour.RED),
        ]
