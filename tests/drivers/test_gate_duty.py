"""How long a gate's line may be on: arithmetic only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.gate.duty import Duty
from kiosk.errors import DriverError, SettingsError


@pytest.mark.parametrize("pulse_s, max_on_s", [(0, 5), (-1, 5), (6, 5), (float("nan"), 5)])
def test_a_pulse_is_longer_than_nothing_and_no_longer_than_the_limit(pulse_s, max_on_s):
    with pytest.raises(SettingsError, match="pulse_s"):
        Duty(pulse_s=pulse_s, max_on_s=max_on_s)


def test_a_pulse_as_long_as_the_limit_is_allowed():
    duty = Duty(pulse_s=3.0, max_on_s=3.0)
    duty.pulse(10.0)
    assert duty.until == 13.0


def test_a_refused_pulse_changes_nothing_and_says_when_the_next_is_taken():
    duty = Duty(pulse_s=1.0, max_on_s=1.5)
    duty.pulse(0.0)
    duty.pulse(0.5)
    with pytest.raises(DriverError, match=r"in 1\.7 s"):  # on for 0.7 s more, then a second of rest
        duty.pulse(0.8)
    assert duty.until == 1.5


def test_a_cut_pulse_warms_only_as_long_as_it_was_on():
    duty = Duty(pulse_s=1.0, max_on_s=1.5)
    duty.pulse(0.0)
    duty.cut(0.5)
    assert not duty.on(0.5)
    duty.pulse(0.5)
    assert duty.until == 1.5


@given(
    pulse_s=st.floats(0.05, 5.0),
    spare_s=st.floats(0.0, 5.0),
    gaps=st.lists(st.floats(0.0, 4.0), min_size=1, max_size=40),
)
def test_however_it_is_asked_a_line_is_never_on_for_longer_than_its_limit(pulse_s, spare_s, gaps):
    max_on_s = pulse_s + spare_s
    duty = Duty(pulse_s=pulse_s, max_on_s=max_on_s)
    now, spans = 0.0, []
    for gap in gaps:
        now += gap
        running = duty.on(now)
        try:
            duty.pulse(now)
        except DriverError:
            continue
        if running:
            spans[-1][1] = duty.until
        else:
            spans.append([now, duty.until])
    # In any stretch of time: on for at most the limit more than it was off.
    for first in range(len(spans)):
        for last in range(first, len(spans)):
            on = sum(end - begin for begin, end in spans[first : last + 1])
            off = spans[last][1] - spans[first][0] - on
            assert on - off <= max_on_s + 1e-6
