"""The sounder on SDL's own drivers: dummy, and the one that writes what would be heard into a file."""

import os
import subprocess
import sys

import numpy as np
import pytest

from drivers.sound.sounder import RATE_HZ, PygameSounder
from kiosk.core.effects import Sound
from kiosk.errors import SettingsError
from tests.drivers.sounder_contract import SounderContract

pytestmark = pytest.mark.concurrent

_PLAY = """
import sys, pygame
from drivers.sound.sounder import PygameSounder
from kiosk.core.effects import Sound
pygame.display.init()
over = pygame.event.custom_type()
sounder = PygameSounder(volume=float(sys.argv[1]))
pygame.mixer.Channel(0).set_endevent(over)
sounds = [Sound(name) for name in sys.argv[2:]]
for sound in sounds:
    sounder.play(sound)
ended = 0
while ended < len(sounds):  # a sound that is cut short ends, too
    event = pygame.event.wait(20000)
    assert event.type, "no sound ended within 20 s"
    ended += event.type == over
sounder.close()
"""


class TestPygameSounder(SounderContract):
    @pytest.fixture
    def sounder(self):
        sounder = PygameSounder(volume=0.5)
        yield sounder
        sounder.close()

    @pytest.fixture
    def playing(self, sounder):
        return lambda: sounder.playing


def run(root, program, *args, **env):
    return subprocess.run(
        [sys.executable, "-c", program, *args],
        cwd=root,
        env=os.environ | {"SDL_VIDEODRIVER": "dummy"} | env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def heard(root, tmp_path):
    """Play sounds one upon the other in a process of its own; return what reached the sound device, from -1 to 1."""

    def heard(volume, *sounds):
        out = tmp_path / "heard.raw"
        done = run(root, _PLAY, str(volume), *sounds, SDL_AUDIODRIVER="disk", SDL_DISKAUDIOFILE=str(out))
        assert done.returncode == 0, done.stderr
        return np.fromfile(out, dtype="<i2") / 32767

    return heard


def power(samples, hz):
    return np.abs(np.fft.rfft(samples, max(RATE_HZ, len(samples))))[
        round(hz * max(1, len(samples) / RATE_HZ))
    ]


def test_what_reaches_the_device_is_the_melody_at_its_volume(heard):
    samples = heard(0.5, Sound.ADMITTED)
    assert np.abs(samples).max() == pytest.approx(0.5, abs=0.02)
    lit = np.flatnonzero(samples)
    assert (lit[-1] - lit[0]) / RATE_HZ == pytest.approx(0.38, abs=0.01)


def test_a_newer_sound_is_heard_instead_of_an_older_one(heard):
    samples = heard(1.0, Sound.UNCHECKED, Sound.REFUSED)
    assert power(samples, 520) > 20 * power(samples, 784)


def test_volume_nought_is_silence(heard):
    assert not heard(0, Sound.REFUSED).any()


@pytest.mark.parametrize("volume", [-0.1, 1.1, float("nan")])
def test_a_volume_beyond_its_scale_is_a_mistake_in_the_settings(volume):
    with pytest.raises(SettingsError, match="volume from 0"):
        PygameSounder(volume=volume)


def test_a_kiosk_without_a_loudspeaker_is_told_so_in_a_sentence(root):
    program = """
from drivers.sound.sounder import PygameSounder
from kiosk.errors import DriverMissing
try:
    PygameSounder(volume=1.0)
except DriverMissing as error:
    print(error)
"""
    done = run(root, program, SDL_AUDIODRIVER="no-such-driver")
    assert "expected a sound device, SDL opened none" in done.stdout, (done.stdout, done.stderr)
    assert 'choose the sounder "none"' in done.stdout
