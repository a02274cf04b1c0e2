"""What every lamp does, the real one and its fake."""

from itertools import groupby

import pytest

from drivers.lamp.palettes import beats_of
from drivers.lamp.rhythms import PATTERNS
from kiosk.core.effects import Signal
from kiosk.core.health.faults import LONG_S, PAUSE_S, SHORT_S, blinks
from kiosk.core.model import Colour
from kiosk.errors import DriverError
from simulator.outputs import ManualTime


class LampContract:
    """Wants the fixtures `lamp` (on `time`), `levels` () -> brightness of each output, `palette` and `dimmable`."""

    @pytest.fixture
    def time(self):
        return ManualTime()

    @pytest.fixture
    def flashes(self, levels, time):
        """How long each time that it was bright, seen every 50 ms for so many seconds."""

        def flashes(s):
            seen = []
            for _ in range(round(s / 0.05)):
                seen.append(max(levels()) > 0.3)
                time.advance(0.05)
            return [len(list(alike)) * 0.05 for lit, alike in groupby(seen) if lit]

        return flashes

    def test_a_lamp_is_dark_until_it_is_told(self, lamp, levels):
        assert not any(levels())

    @pytest.mark.parametrize("signal", Signal)
    @pytest.mark.parametrize("colour", [None, *Colour])
    def test_every_signal_can_be_shown_in_every_colour_and_is_seen_at_once(
        self, lamp, levels, dimmable, signal, colour
    ):
        lamp.show(signal, colour)
        # What cannot be dimmed cannot be barely lit: there idle is dark.
        assert any(levels()) == (dimmable or signal is not Signal.IDLE)

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

    def test_a_number_is_no_status_and_goes_on_while_it_stays_the_same(self, lamp, levels, palette, time):
        lamp.show(Signal.OUT_OF_ORDER, None, 7)
        assert levels() == palette(None)
        time.advance(SHORT_S + 0.05)
        lamp.show(Signal.OUT_OF_ORDER, None, 7)
        assert not any(levels())
        lamp.show(Signal.OUT_OF_ORDER, None, 10)
        assert levels() == palette(None)

    @pytest.mark.parametrize("signal", Signal)
    def test_a_rhythm_is_kept_over_many_rounds_without_drifting(
        self, lamp, levels, palette, dimmable, time, signal
    ):
        lamp.show(signal, Colour.YELLOW)
        for _ in range(3):
            for beat in beats_of(signal, Colour.YELLOW, palette, dimmable=dimmable):
                assert levels() == pytest.approx(beat.what)
                time.advance(3600 if beat.s == float("inf") else beat.s)

    def test_the_same_signal_again_does_not_begin_its_rhythm_anew(self, lamp, levels, time):
        lamp.show(Signal.REFUSED, Colour.RED)
        time.advance(0.3)
        lamp.show(Signal.REFUSED, Colour.RED)
        assert not any(levels())

    def test_a_signal_without_a_colour_goes_on_where_only_its_colour_changes(self, lamp, levels, time):
        lamp.show(Signal.UNCHECKED, None)
        time.advance(PATTERNS[Signal.UNCHECKED].steps[0].s + 0.1)
        lamp.show(Signal.UNCHECKED, Colour.RED)
        assert not any(levels())

    def test_a_new_signal_ends_the_rhythm_of_the_last_one(self, lamp, levels, palette, time):
        lamp.show(Signal.REFUSED, Colour.RED)
        time.advance(0.1)
        lamp.show(Signal.ADMITTED, Colour.GREEN)
        time.advance(60)
        assert levels() == palette(Colour.GREEN)

    def test_a_closed_lamp_is_dark_may_be_closed_again_and_says_so(self, lamp, levels):
        lamp.show(Signal.ADMITTED, Colour.GREEN)
        lamp.close()
        lamp.close()
        assert not any(levels())
        with pytest.raises(DriverError, match="closed"):
            lamp.show(Signal.IDLE, None)
        assert not any(levels())
