"""A registry and a house for each test."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.app.around import HouseClock, open_registry
from tests.app.house import House


@pytest.fixture
def clock() -> HouseClock:
    return HouseClock()


@pytest.fixture
def registry(clock):
    with open_registry(clock) as registry:
        yield registry


@pytest.fixture
def house(tmp_path, registry, clock) -> Iterator[House]:
    with House(tmp_path, registry, clock) as house:
        yield house.ready()


@pytest.fixture(autouse=True)
def journal(caplog):
    """Every line of the kiosk, as it was said: before the journal's own mask."""
    caplog.set_level(logging.INFO, logger="kiosk")
    return caplog
