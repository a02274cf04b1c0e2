"""The sounder without a loudspeaker."""

import pytest

from kiosk.core.effects import Sound
from simulator.outputs import FakeSounder, ManualTime, Played
from tests.drivers.sounder_contract import TimedSounderContract


class TestFakeSounder(TimedSounderContract):
    @pytest.fixture
    def time(self):
        return ManualTime()

    @pytest.fixture
    def sounder(self, time):
        return FakeSounder(now=time.now)

    @pytest.fixture
    def playing(self, sounder):
        return lambda: sounder.playing


def test_it_writes_down_what_it_played_and_when():
    time = ManualTime()
    sounder = FakeSounder(now=time.now)
    sounder.play(Sound.KEY)
    time.advance(0.5)
    sounder.play(Sound.MISTAKE)
    assert sounder.played == [Played(at=0.0, sound=Sound.KEY), Played(at=0.5, sound=Sound.MISTAKE)]
