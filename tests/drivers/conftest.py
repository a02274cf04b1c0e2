"""What tests of drivers stand on: a time that goes when it is told to, and pins that write down what they were driven to."""

from __future__ import annotations

import pytest
from gpiozero.pins.mock import MockFactory

from simulator.outputs import ManualTime
from tests.drivers.gate_pins import RecordingPin


@pytest.fixture
def time():
    return ManualTime()


@pytest.fixture
def pins():
    factory = MockFactory(pin_class=RecordingPin)
    yield factory
    factory.reset()
