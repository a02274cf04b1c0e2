"""A registry on loopback with a clock of its own, and a visitor's door to talk through."""

from datetime import UTC, datetime, timedelta

import pytest
import requests

from registry.demo_people import DEMO_PEOPLE, populate
from registry.embedded import EmbeddedRegistry

PEOPLE = {person.name: person for person in DEMO_PEOPLE}


class SetClock:
    """Stands still until it is moved."""

    def __init__(self):
        self.now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def __call__(self):
        return self.now

    def forward(self, **span):
        self.now += timedelta(**span)


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def registry(tmp_path, clock):
    with EmbeddedRegistry(tmp_path / "registry.db", clock=clock, busy_s=0.05) as embedded:
        embedded.subjects = populate(embedded.registry)
        yield embedded


@pytest.fixture
def call(registry):
    """`call("POST", "/v1/status", {...})`: one request over real HTTP, on one kept connection."""
    with requests.Session() as session:

        def call(method, path, body=None, **options):
            return session.request(method, registry.url + path, json=body, timeout=30, **options)

        yield call
