"""The sounder: a few short melodies through pygame's mixer, made of sines when it starts.

It owns the mixer. It must never make the loop wait: a melody is started, not played to its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from drivers.sound.melodies import MELODIES, Note
from kiosk.core.effects import Sound
from kiosk.errors import DriverError, DriverMissing, SettingsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE_HZ = 44_100
BUFFER_SAMPLES = 512
"""12 ms: a longer one lets the sound come after the picture."""
_EDGE_S = 0.004
"""How long a note swells and fades: a sine that is cut clicks."""


def waveform(melody: tuple[Note, ...]) -> NDArray[np.float64]:
    """Return a melody as samples from -1 to 1 at RATE_HZ, shape (samples,); begins and ends at rest."""
    return np.concatenate([_samples(note) for note in melody])


def _samples(note: Note) -> NDArray[np.float64]:
    t = np.arange(round(note.s * RATE_HZ)) / RATE_HZ
    edges = np.clip(np.minimum(t, note.s - t) / _EDGE_S, 0.0, 1.0)
    return note.level * edges * np.sin(2 * np.pi * note.hz * t)


class PygameSounder:
    """A loudspeaker on whatever SDL finds: HDMI, the jack, a USB stick."""

    def __init__(self, *, volume: float, device: str | None = None) -> None:
        """Open the sound device and make the melodies.

        `volume` from 0 to 1; `device` is SDL's name of one, None its default. Raises DriverMissing where there is
        nothing to sound on: the kiosk then stays silent and works.
        """
        if not 0 <= volume <= 1:
            raise SettingsError(f"sound: expected a volume from 0 (silent) to 1 (full), got {volume:g}")
        try:
            import pygame

            # allowedchanges=0: SDL converts for the device, so that our samples are always what they are.
            pygame.mixer.init(RATE_HZ, -16, 1, BUFFER_SAMPLES, devicename=device, allowedchanges=0)
        except (
            ImportError,
            NotImplementedError,
        ) as error:  # a pygame without its mixer says NotImplementedError
            raise DriverMissing(
                f"sound needs pygame-ce with its mixer ({error}): run install.sh again"
            ) from error
        except pygame.error as error:
            named = f"the sound device {device!r}" if device else "a sound device"
            raise DriverMissing(
                f"expected {named}, SDL opened none ({error}): plug in a loudspeaker and see `aplay -l`, or choose "
                'the sounder "none"'
            ) from error
        self._mixer = pygame.mixer
        self._sounds = {
            sound: pygame.mixer.Sound(buffer=(waveform(melody) * volume * 32767).astype("<i2").tobytes())
            for sound, melody in MELODIES.items()
        }
        # One channel: a newer sound ends an older one.
        self._channel = pygame.mixer.Channel(0)

    @property
    def playing(self) -> Sound | None:
        """What is heard now; for `doctor` and the tests."""
        if not self._mixer.get_init():
            return None
        heard = self._channel.get_sound()
        return next((sound for sound, made in self._sounds.items() if made is heard), None)

    def play(self, sound: Sound) -> None:
        """Start it and return at once. Raises DriverError after close(), or when somebody else shut the mixer."""
        # Asked first: pygame-ce 2.5.8 does not raise for a channel of a mixer that has quit, it crashes the process.
        if not self._mixer.get_init():
            raise DriverError("the sound device was closed: restart the kiosk")
        self._channel.play(self._sounds[sound])

    def close(self) -> None:
        """Fall silent and give the device back."""
        self._mixer.quit()
