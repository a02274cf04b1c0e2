"""The gate without a wire."""

import pytest

from kiosk.core.model import Direction
from kiosk.errors import DriverError
from simulator.outputs import FakeGate, GatePulse
from tests.drivers.gate_contract import HOLD_S, MAX_ON_S, PULSE_S, DutyContract, HoldContract


class TestFakeGate(DutyContract):
    @pytest.fixture
    def gate(self, time):
        return FakeGate(now=time.now, pulse_s=PULSE_S, max_on_s=MAX_ON_S)

    @pytest.fixture
    def opened(self, gate):
        return lambda: gate.is_open

    def test_it_writes_down_when_it_was_open_for_how_long_and_for_what(self, time, gate):
        time.advance(0.3)
        gate.open(Direction.ENTRY)
        assert gate.pulses == [GatePulse(at=0.3, s=0.5, direction=Direction.ENTRY)]
        time.advance(0.25)
        gate.open(Direction.ENTRY)
        time.advance(2.0)
        gate.open(Direction.EXIT)
        time.advance(0.125)
        gate.close()
        assert gate.pulses == [
            GatePulse(at=0.3, s=0.75, direction=Direction.ENTRY),
            GatePulse(at=2.55, s=0.125, direction=Direction.EXIT),
        ]
        assert gate.orders == [Direction.ENTRY, Direction.ENTRY, Direction.EXIT]

    def test_a_cut_wire_shuts_it_until_it_is_mended(self, time, gate, opened):
        gate.open(Direction.ENTRY)
        gate.fail("the gate's wire is cut")
        assert not opened()
        with pytest.raises(DriverError, match="wire is cut"):
            gate.open(Direction.ENTRY)
        gate.mend()
        gate.open(Direction.ENTRY)
        assert opened()


class TestFakeGateThatIsHeld(HoldContract):
    @pytest.fixture
    def gate(self, time):
        return FakeGate(now=time.now, pulse_s=HOLD_S, max_on_s=60, holds=True)

    @pytest.fixture
    def opened(self, gate):
        return lambda: gate.is_open
