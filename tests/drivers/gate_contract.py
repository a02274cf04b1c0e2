"""What every gate does, the real one and its fake. A subclass says what a gate is and how to look at it."""

import pytest

from kiosk.core.model import Direction
from kiosk.errors import DriverError
from simulator.outputs import ManualTime

PULSE_S = 0.5
MAX_ON_S = 2.0


HOLD_S = 5.0


class HoldContract:
    """A gate that stands open for somebody. Wants `time`, `gate` (held 5 s; its limit is above 20 s) and `opened` () -> bool."""

    @pytest.fixture
    def time(self):
        return ManualTime()

    def test_it_stands_open_until_the_visitor_has_passed(self, time, gate, opened):
        gate.open(Direction.ENTRY)
        time.advance(HOLD_S - 0.1)
        assert opened()
        gate.shut(Direction.ENTRY)
        time.advance(0)
        assert not opened()

    def test_it_shuts_by_itself_where_nobody_passes(self, time, gate, opened):
        gate.open(Direction.ENTRY)
        time.advance(HOLD_S + 0.01)
        assert not opened()
        time.advance(60)
        assert not opened()

    def test_the_next_visitor_has_the_whole_time(self, time, gate, opened):
        gate.open(Direction.ENTRY)
        time.advance(HOLD_S - 1)
        gate.open(Direction.ENTRY)
        time.advance(HOLD_S - 0.1)
        assert opened()
        time.advance(0.11)
        assert not opened()

    def test_who_passes_one_way_does_not_shut_it_on_who_goes_the_other(self, time, gate, opened):
        gate.open(Direction.ENTRY)
        time.advance(1)
        gate.open(Direction.EXIT)
        gate.shut(Direction.ENTRY)
        time.advance(1)
        assert opened()
        gate.shut(Direction.EXIT)
        time.advance(0)
        assert not opened()

    def test_it_opens_again_at_once_for_the_next_one(self, time, gate, opened):
        for _ in range(3):
            gate.open(Direction.ENTRY)
            time.advance(0.5)
            gate.shut(Direction.ENTRY)
        gate.open(Direction.ENTRY)
        time.advance(1)
        assert opened()

    def test_a_passage_that_nobody_was_let_through_for_shuts_nothing(self, time, gate, opened):
        gate.shut(Direction.ENTRY)
        gate.open(Direction.EXIT)
        gate.shut(Direction.ENTRY)
        time.advance(0.5)
        assert opened()

    def test_a_closed_gate_has_nothing_to_shut(self, time, gate):
        gate.open(Direction.ENTRY)
        gate.close()
        gate.shut(Direction.ENTRY)
        with pytest.raises(DriverError, match="closed"):
            gate.open(Direction.ENTRY)


class GateContract:
    """Wants the fixtures `time` (ManualTime), `gate` (pulse 0.5 s, limit 2 s) and `opened` () -> bool."""

    @pytest.fixture
    def time(self):
        return ManualTime()

    def test_a_gate_is_shut_until_it_is_told(self, time, gate, opened):
        time.advance(60)
        assert not opened()

    @pytest.mark.parametrize("direction", Direction)
    def test_a_pulse_begins_at_once_and_ends_by_itself(self, time, gate, opened, direction):
        gate.open(direction)
        assert opened()
        time.advance(PULSE_S - 0.01)
        assert opened()
        time.advance(0.01)
        assert not opened()

    def test_opening_during_a_pulse_gives_one_pulse_from_now(self, time, gate, opened):
        gate.open(Direction.ENTRY)
        time.advance(0.3)
        gate.open(Direction.ENTRY)
        time.advance(PULSE_S - 0.01)
        assert opened()
        time.advance(0.01)
        assert not opened()

    def test_a_gate_opens_again_after_its_pulse(self, time, gate, opened):
        gate.open(Direction.ENTRY)
        time.advance(PULSE_S)
        gate.open(Direction.ENTRY)
        assert opened()

    def test_a_pulse_is_not_cut_short_when_the_visitor_has_passed(self, time, gate, opened):
        gate.open(Direction.ENTRY)
        gate.shut(Direction.ENTRY)
        time.advance(PULSE_S - 0.01)
        assert opened()
        time.advance(0.01)
        assert not opened()

    def test_closing_in_mid_pulse_shuts_the_gate(self, time, gate, opened):
        gate.open(Direction.EXIT)
        time.advance(0.1)
        gate.close()
        assert not opened()

    def test_a_closed_gate_may_be_closed_again_and_says_so_when_it_is_to_open(self, gate, opened):
        gate.close()
        gate.close()
        with pytest.raises(DriverError, match="closed"):
            gate.open(Direction.ENTRY)
        assert not opened()


class DutyContract(GateContract):
    """A gate whose coil warms up while it is open."""

    def test_endless_prolonging_is_refused_and_the_gate_shuts_within_its_limit(self, time, gate, opened):
        gate.open(Direction.ENTRY)
        with pytest.raises(DriverError, match="its limit is 2 s"):
            for _ in range(100):
                time.advance(0.1)
                gate.open(Direction.ENTRY)
        assert opened()
        time.advance(MAX_ON_S - time.now() + 1e-6)
        assert not opened()

    def test_a_gate_that_was_refused_opens_again_after_a_rest(self, time, gate, opened):
        for _ in range(4):
            gate.open(Direction.ENTRY)
            time.advance(PULSE_S)
        with pytest.raises(DriverError):
            gate.open(Direction.ENTRY)
        assert not opened()
        time.advance(PULSE_S)
        gate.open(Direction.ENTRY)
        assert opened()
