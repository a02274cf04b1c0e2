"""What every sounder does, the real one and its fake."""

import pytest

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
