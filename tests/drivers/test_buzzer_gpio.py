"""The buzzer on gpiozero's mock pins: when its wire is on, and at which pitch."""

import math

import pytest
from gpiozero.pins.mock import MockFactory, MockPin, MockPWMPin

from drivers.sound.gpio_buzzer import SHORTEST_S, BuzzerKind, GpioBuzzer
from drivers.sound.melodies import MELODIES
from kiosk.core.effects import Sound
from kiosk.errors import DriverError, SettingsError
from tests.drivers.sounder_contract import TimedSounderContract

pytestmark = pytest.mark.concurrent

PIN = 12


class HeardPin(MockPin):
    """Writes down when it went on and off."""

    level = 0.0
    now = staticmethod(lambda: 0.0)

    def _set_state(self, value):
        super()._set_state(value)
        if value != self.level:
            self.level = float(value)
            self.heard.append((round(self.now(), 6), self.level))

    @property
    def heard(self):
        return self.__dict__.setdefault("_heard", [])


class HeardPWMPin(MockPWMPin):
    """The same for a wire that is given a pitch: writes down (when, hertz, share of the time that it is on)."""

    now = staticmethod(lambda: 0.0)
    level = 0.0

    def _set_state(self, value):
        super()._set_state(value)
        if value != self.level:
            self.level = float(value)
            hz = self._frequency if value else 0.0
            self.heard.append((round(self.now(), 6), hz, round(self.level, 6)))

    @property
    def heard(self):
        return self.__dict__.setdefault("_heard", [])


class DyingPin(HeardPin):
    """A wire that goes on and does not come off by being told."""

    def _set_state(self, value):
        if not value and self.level:
            raise OSError(5, "Input/output error")
        super()._set_state(value)


@pytest.fixture
def build(time):
    made = []

    def build(kind=BuzzerKind.ACTIVE, *, pin_class=None, **options):
        factory = MockFactory(pin_class=pin_class or (HeardPin if kind is BuzzerKind.ACTIVE else HeardPWMPin))
        factory.pin(PIN).now = time.now
        made.append(GpioBuzzer(pin=PIN, kind=kind, pin_factory=factory, timing=time, **options))
        return made[-1], factory.pin(PIN)

    yield build
    for buzzer in made:
        buzzer.close()


@pytest.mark.parametrize("kind", BuzzerKind)
class TestGpioBuzzer(TimedSounderContract):
    @pytest.fixture
    def built(self, build, kind):
        return build(kind)

    @pytest.fixture
    def sounder(self, built):
        return built[0]

    @pytest.fixture
    def playing(self, sounder):
        return lambda: sounder.playing

    def test_its_wire_is_off_before_and_after(self, built, time):
        buzzer, pin = built
        assert pin.level == 0
        buzzer.play(Sound.UNCHECKED)
        assert pin.level > 0
        time.advance(10)
        assert pin.level == 0

    def test_closing_in_the_middle_of_a_tone_silences_it(self, built, time):
        buzzer, pin = built
        buzzer.play(Sound.UNCHECKED)
        time.advance(0.1)
        buzzer.close()
        assert pin.level == 0


@pytest.mark.parametrize("sound", Sound)
def test_an_active_buzzer_is_on_for_the_notes_and_off_between_them(build, time, sound):
    buzzer, pin = build()
    time.advance(5)
    buzzer.play(sound)
    time.advance(5)
    expected, at = [], 5.0
    for note in MELODIES[sound]:
        if note.level:
            expected += [(round(at, 6), 1.0), (round(at + max(note.s, SHORTEST_S), 6), 0.0)]
        at += note.s
    assert pin.heard == expected


def test_a_passive_buzzer_has_the_pitch_and_the_loudness_of_the_notes(build, time):
    buzzer, pin = build(BuzzerKind.PASSIVE)
    buzzer.play(Sound.ADMITTED)
    time.advance(5)
    assert pin.heard == [(0.0, 660, 0.5), (0.11, 0, 0), (0.14, 990, 0.5), (0.38, 0, 0)]


def test_a_soft_note_of_a_passive_buzzer_is_on_for_less_of_the_time(build):
    buzzer, pin = build(BuzzerKind.PASSIVE)
    buzzer.play(Sound.UNCHECKED)
    # The base tone of a square wave: sin(pi * share), here half as loud as at most.
    assert math.sin(math.pi * pin.level) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("kind", BuzzerKind)
def test_volume_nought_is_silence(build, time, kind):
    buzzer, pin = build(kind, volume=0.0)
    for sound in Sound:
        buzzer.play(sound)
        time.advance(2)
    assert pin.heard == []


@pytest.mark.parametrize("kind", BuzzerKind)
def test_a_module_that_sounds_when_it_is_pulled_low_is_high_at_rest(build, time, kind):
    buzzer, pin = build(kind, active_high=False)
    assert pin.level == 1
    buzzer.play(Sound.UNCHECKED)
    assert pin.level < 1
    time.advance(5)
    assert pin.level == 1
    buzzer.close()
    assert pin.level == 1


def test_a_buzzer_whose_wire_sticks_is_let_go_and_says_so_at_the_next_sound(build, time):
    buzzer, pin = build(pin_class=DyingPin)
    buzzer.play(Sound.REFUSED)
    time.advance(1)
    assert pin.function == "input"
    assert buzzer.playing is None
    with pytest.raises(DriverError, match="the buzzer on GPIO12 does not obey any more"):
        buzzer.play(Sound.KEY)


@pytest.mark.parametrize("volume", [-0.1, 1.1, float("nan")])
def test_a_volume_beyond_its_scale_is_a_mistake_in_the_settings(build, volume):
    with pytest.raises(SettingsError, match="volume from 0"):
        build(volume=volume)
