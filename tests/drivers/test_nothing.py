"""What stands where the venue has nothing."""

import threading

import pytest

from drivers.nothing import LostGate, NoDecoder, NoGate, NoKeypad, NoLamp, Silence
from kiosk.core.effects import Signal, Sound
from kiosk.core.model import Direction
from kiosk.errors import DriverError
from tests.reader.codes import PASS, qr


def test_a_door_without_gate_lamp_or_sound_takes_every_order_even_after_its_close():
    gate, lamp, sounder = NoGate(), NoLamp(), Silence()
    for _ in range(2):
        gate.open(Direction.EXIT)
        lamp.show(Signal.REFUSED, None)
        sounder.play(Sound.KEY)
        gate.close()
        lamp.close()
        sounder.close()


def test_a_gate_that_could_not_be_had_says_why_at_each_order_and_nobody_is_shut_in_by_it():
    gate = LostGate("the gate on GPIO17 cannot be set")
    for _ in range(2):
        with pytest.raises(DriverError, match="GPIO17"):
            gate.open(Direction.ENTRY)
        gate.shut(Direction.ENTRY)
        gate.close()


@pytest.mark.concurrent
def test_no_keypad_waits_like_one_that_nobody_touches_and_its_close_ends_the_wait():
    keypad = NoKeypad()
    read = []
    waiting = threading.Thread(target=lambda: read.append(keypad.read(3600)))
    waiting.start()
    keypad.close()
    waiting.join(20)
    assert read == [None]


def test_a_venue_without_qr_codes_reads_none():
    assert NoDecoder().decode(qr(PASS)) == []
