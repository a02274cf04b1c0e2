"""What every lamp does, the real one and its fake."""

import pytest

from drivers.fakes import ManualTime
from kiosk.core.effects import Signal
from kiosk.core.faults import LONG_S, PAUSE_S, SHORT_S, blinks
from kiosk.core.model import Colour
from kiosk.errors import DriverError


class LampContract:
    """Wants the fixtures `lamp` (on `time`), `dark` () -> bool and `flashes` (seconds) -> how long each flash lasted."""

    @pytest.fixture
    def time(self):
        return ManualTime()

    def test_a_lamp_is_dark_until_it_is_told(self, lamp, dark):
        assert dark()

    @pytest.mark.parametrize("signal", Signal)
    @pytest.mark.parametrize("colour", [None, *Colour])
    def test_every_signal_can_be_shown_in_every_colour_and_is_seen_at_once(self, lamp, dark, signal, colour):
        lamp.show(signal, colour)
        assert not dark()

    @pytest.mark.parametrize("signal", [Signal.IDLE, Signal.OUT_OF_ORDER])
    @pytest.mark.parametrize("number", [7, 10, 12, 19, 23])
    def test_a_number_can_be_counted_tens_long_and_ones_short(self, lamp, flashes, signal, number):
        lamp.show(signal, None, number)
        round_s = sum(one.s for one in blinks(number)) - PAUSE_S
        seen = flashes(round_s)
        assert ([s > (LONG_S + SHORT_S) / 2 for s in seen].count(True), len(seen)) == (
            number // 10,
            number // 10 + number % 10,
        )

    @pytest.mark.parametrize("signal", sorted(set(Signal) - {Signal.IDLE, Signal.OUT_OF_ORDER}))
    def test_whoever_is_being_answered_sees_no_number(self, lamp, flashes, signal):
        lamp.show(signal, None, 0)
        without = flashes(3.0)
        lamp.show(Signal.IDLE, None)
        lamp.show(signal, None, 7)
        assert flashes(3.0) == pytest.approx(without, abs=0.06)

    def test_a_closed_lamp_is_dark_may_be_closed_again_and_says_so(self, lamp, dark):
        lamp.show(Signal.ADMITTED, Colour.GREEN)
        lamp.close()
        lamp.close()
        assert dark()
        with pytest.raises(DriverError, match="closed"):
            lamp.show(Signal.IDLE, None)
        assert dark()
