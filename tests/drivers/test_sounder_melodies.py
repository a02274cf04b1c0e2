"""The melodies as data and as samples: told apart by ear, by rhythm alone and by pitch alone."""

from itertools import combinations

import numpy as np
import pytest

from drivers.sound.melodies import MELODIES
from drivers.sound.sounder import RATE_HZ, waveform
from kiosk.core.effects import Sound

SOUNDS = list(Sound)
ANSWERS = [Sound.ADMITTED, Sound.REFUSED, Sound.UNCHECKED]


def tones(sound):
    return [note for note in MELODIES[sound] if note.level]


def test_every_sound_has_a_melody():
    assert set(MELODIES) == set(Sound)


@pytest.mark.parametrize("sound", SOUNDS)
def test_every_tone_lies_where_older_ears_hear_it(sound):
    assert all(500 <= note.hz <= 1500 for note in tones(sound))


def test_admitted_rises_refused_is_low_and_equal_unchecked_is_one_soft_note():
    admitted, refused, unchecked = map(tones, ANSWERS)
    assert [note.hz for note in admitted] == sorted({note.hz for note in admitted})
    assert len(admitted) == 2
    assert len(refused) == 2
    assert refused[0] == refused[1]
    assert refused[0].hz == min(note.hz for sound in SOUNDS for note in tones(sound))
    assert len(unchecked) == 1
    assert unchecked[0].level <= 0.5


@pytest.mark.parametrize("one, other", list(combinations(SOUNDS, 2)))
def test_two_sounds_differ_by_rhythm_alone(one, other):
    if len(tones(one)) != len(tones(other)):
        return  # another count of notes
    ratios = [a.s / b.s for a, b in zip(tones(one), tones(other), strict=True)]
    assert max(max(ratio, 1 / ratio) for ratio in ratios) >= 1.5


@pytest.mark.parametrize("one, other", list(combinations(ANSWERS, 2)))
def test_two_answers_differ_by_pitch_alone(one, other):
    first, second = ([note.hz for note in tones(sound)] for sound in (one, other))
    assert abs(max(first) - max(second)) >= 100


@pytest.mark.parametrize("sound", SOUNDS)
def test_an_answer_is_over_before_the_next_visitor_and_a_click_before_the_next_key(sound):
    seconds = sum(note.s for note in MELODIES[sound])
    longest = {Sound.KEY: 0.05, Sound.ALARM: 3.0}  # an alarm answers nobody
    assert seconds <= longest.get(sound, 0.6)


@pytest.mark.parametrize("sound", SOUNDS)
def test_the_samples_hold_the_notes_without_a_click_or_a_clipped_peak(sound):
    samples = waveform(MELODIES[sound])
    assert len(samples) == pytest.approx(RATE_HZ * sum(note.s for note in MELODIES[sound]), abs=5)
    assert np.abs(samples).max() <= 1.0
    # No step is larger than a full sine of 1500 Hz makes: a cut wave would be heard as a click.
    assert np.abs(np.diff(samples, prepend=0.0, append=0.0)).max() <= 2 * np.pi * 1500 / RATE_HZ
    at = 0
    for note in MELODIES[sound]:
        part = samples[at : at + round(note.s * RATE_HZ)]
        at += len(part)
        if note.level:
            spectrum = np.abs(np.fft.rfft(part, RATE_HZ))  # one bin a hertz
            assert spectrum.argmax() == pytest.approx(note.hz, abs=8)
        else:
            assert not part.any()
