"""A registry on loopback with a clock of its own, and a visitor's door to talk through."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import requests

from registry.demo_people import DEMO_PEOPLE, populate
from registry.embedded import EmbeddedRegistry
from tests.registry.last_release import unpack

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


@contextmanager
def running(path, clock):
    # Unsigned: what lies behind a signature is tried without one; test_signatures.py has the door before it.
    with EmbeddedRegistry(path, clock=clock, busy_s=0.05, signed=False) as embedded:
        embedded.subjects = populate(embedded.registry)
        yield embedded


@contextmanager
def calling(registry):
    with requests.Session() as session:

        def call(method, path, body=None, **options):
            return session.request(method, registry.url + path, json=body, timeout=30, **options)

        yield call


@pytest.fixture
def registry(tmp_path, clock):
    with running(tmp_path / "registry.db", clock) as embedded:
        yield embedded


@pytest.fixture
def call(registry):
    """`call("POST", "/v1/status", {...})`: one request over real HTTP, on one kept connection."""
    with calling(registry) as call:
        yield call


@pytest.fixture(scope="package")
def ask(tmp_path_factory):
    """The same to a registry that stands for many tests: for calls that change nothing in it."""
    path = tmp_path_factory.mktemp("standing") / "registry.db"
    with running(path, SetClock()) as embedded, calling(embedded) as call:
        yield call


@pytest.fixture(scope="package")
def last_release(root, tmp_path_factory):
    """The folder with the last release's kiosk and registry."""
    return unpack(root, tmp_path_factory.mktemp("last-release"))
