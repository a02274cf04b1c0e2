"""What every lamp does, the real one and its fake."""

import pytest

from drivers.fakes import ManualTime
from kiosk.core.effects import Signal
from kiosk.core.model import Colour
from kiosk.errors import DriverError


class LampContract:
    """Wants the fixtures `lamp` (on `time`) and `dark` () -> bool."""

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

    def test_a_closed_lamp_is_dark_may_be_closed_again_and_says_so(self, lamp, dark):
        lamp.show(Signal.ADMITTED, Colour.GREEN)
        lamp.close()
        lamp.close()
        assert dark()
        with pytest.raises(DriverError, match="closed"):
            lamp.show(Signal.IDLE, None)
        assert dark()
