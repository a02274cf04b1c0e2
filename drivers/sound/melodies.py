"""The few sounds of a door, as notes. Told apart by rhythm alone, because a buzzer knows no pitch, and by pitch alone."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.core.effects import Sound


@dataclass(frozen=True, slots=True)
class Note:
    """A tone, or a rest where `level` is 0."""

    hz: float
    """Between 500 and 1500: what older ears hear well and a small loudspeaker can give."""
    s: float
    """Seconds."""
    level: float = 1.0
    """Loudness from 0 to 1, before the volume."""


def _rest(s: float) -> Note:
    return Note(0.0, s, 0.0)


MELODIES: dict[Sound, tuple[Note, ...]] = {
    # Two rising notes, short and long.
    Sound.ADMITTED: (Note(660, 0.11), _rest(0.03), Note(990, 0.24)),
    # Two low equal notes, apart.
    Sound.REFUSED: (Note(520, 0.20), _rest(0.14), Note(520, 0.20)),
    # One long soft note.
    Sound.UNCHECKED: (Note(784, 0.50, 0.5),),
    # A click.
    Sound.KEY: (Note(1200, 0.02, 0.4),),
    # Three quick equal notes.
    Sound.MISTAKE: (Note(740, 0.06), _rest(0.05), Note(740, 0.06), _rest(0.05), Note(740, 0.06)),
    # Three long ones, once: the building's own sounders do the rest.
    Sound.ALARM: (Note(1000, 0.5), _rest(0.5), Note(1000, 0.5), _rest(0.5), Note(1000, 0.5)),
}


def seconds(sound: Sound) -> float:
    """How long a sound lasts."""
    return sum(note.s for note in MELODIES[sound])
