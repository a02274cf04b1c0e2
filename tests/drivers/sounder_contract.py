"""What every sounder does, the real one and its fake."""

import pytest

from drivers.sound.melodies import seconds
from kiosk.core.effects import Sound
from kiosk.errors import DriverError


class SounderContract:
    """Wants the fixtures `sounder` and `playing` () -> Sound | None, the sound that is heard."""

    @pytest.mark.parametrize("sound", Sound)
    def test_every_sound_can_be_played(self, sounder, playing, sound):
        sounder.play(sound)
        assert playing() is sound

    def test_a_newer_sound_ends_an_older_one(self, sounder, playing):
        sounder.play(Sound.UNCHECKED)
        sounder.play(Sound.ADMITTED)
        assert playing() is Sound.ADMITTED

    def test_a_closed_sounder_is_silent_may_be_closed_again_and_says_so(self, sounder, playing):
        sounder.play(Sound.REFUSED)
        sounder.close()
        sounder.close()
        assert playing() is None
        with pytest.raises(DriverError, match="closed"):
            sounder.play(Sound.KEY)


class TimedSounderContract(SounderContract):
    """A sounder whose time a test advances. Wants `time` (ManualTime) too."""

    @pytest.mark.parametrize("sound", Sound)
    def test_a_sound_is_over_by_itself(self, time, sounder, playing, sound):
        sounder.play(sound)
        time.advance(seconds(sound) * 0.9)
        assert playing() is sound
        time.advance(seconds(sound) * 0.1 + 0.05)
        assert playing() is None

    def test_the_same_sound_again_begins_anew(self, time, sounder, playing):
        sounder.play(Sound.UNCHECKED)
        time.advance(0.4)
        sounder.play(Sound.UNCHECKED)
        time.advance(0.4)
        assert playing() is Sound.UNCHECKED
