"""The lamp without wires."""

import pytest

from drivers.lamp.palettes import ColumnLight, column, rgb
from kiosk.core.effects import Signal
from kiosk.core.model import Colour
from simulator.outputs import FakeLamp, LampChange
from tests.drivers.lamp_contract import LampContract


class _Fake(LampContract):
    @pytest.fixture
    def lamp(self, time, palette, dimmable):
        return FakeLamp(now=time.now, palette=palette, dimmable=dimmable)

    @pytest.fixture
    def levels(self, lamp):
        return lambda: lamp.levels


class TestFakeColumn(_Fake):
    palette = pytest.fixture(lambda self: column((ColumnLight.RED, ColumnLight.YELLOW, ColumnLight.GREEN)))
    dimmable = pytest.fixture(lambda self: False)


class TestFakeLamp(_Fake):
    palette = pytest.fixture(lambda self: rgb)
    dimmable = pytest.fixture(lambda self: True)

    def test_it_writes_down_what_changed_and_when(self, time, lamp):
        lamp.show(Signal.CHECKING, None)
        time.advance(0.25)
        lamp.show(Signal.REFUSED, Colour.RED)
        lamp.show(Signal.REFUSED, Colour.RED)
        assert lamp.shown == [
            LampChange(at=0.0, signal=Signal.CHECKING, colour=None),
            LampChange(at=0.25, signal=Signal.REFUSED, colour=Colour.RED),
        ]
