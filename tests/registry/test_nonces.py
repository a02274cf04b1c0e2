"""A signed request counts once, whatever the registry's clock does meanwhile, and what is remembered of it does not pile up."""

import pytest
from sqlalchemy import func, select

from kiosk.trust.signing import NONCE_LIFE
from registry.embedded import EmbeddedRegistry
from registry.nonces import Nonces
from registry.questions import Questions
from registry.trust_tables import nonces
from tests.registry.signing import Device, kind, send


@pytest.fixture
def registry(tmp_path, clock):
    with EmbeddedRegistry(tmp_path / "r.db", clock=clock, busy_s=0.05) as embedded:
        embedded.add_door("DEMO")
        yield embedded


@pytest.mark.parametrize("leap", [{"minutes": 12}, {"days": 400}])
def test_a_clock_that_leaps_ahead_and_is_put_right_takes_no_request_twice(registry, clock, leap):
    device = Device(registry)
    captured = device.signed("GET", "/v1/doors/DEMO/report")
    assert send(captured).status_code == 200
    clock.forward(**leap)
    assert device.call("GET", "/v1/doors/DEMO/report").status_code == 200
    clock.forward(**{unit: -size for unit, size in leap.items()})
    assert kind(send(captured)) == (401, "replayed")
    assert device.call("GET", "/v1/doors/DEMO/report").status_code == 200


def test_a_nonce_is_forgotten_when_both_clocks_say_that_its_request_is_over(registry, clock):
    device, passed = Device(registry), [0.0]
    database = registry.registry.database
    remembered = Nonces(database, Questions(database), clock, elapsed=lambda: passed[0])

    def kept() -> int:
        with database.read() as connection:
            return connection.scalar(select(func.count()).select_from(nonces))

    def goes_on(seconds: float) -> None:
        passed[0] += seconds
        clock.forward(seconds=seconds)

    life = NONCE_LIFE.total_seconds()
    for round_ in range(5):
        assert remembered.first_use(device.id, f"a{round_}") == 0
        assert remembered.first_use(device.id, f"a{round_}") is None
        goes_on(life + 1)
    assert kept() <= 3
    passed[0] += 3 * life
    assert remembered.first_use(device.id, "late") == 0
    assert kept() >= 1


def test_two_processes_on_one_database_forget_nothing_early(registry, clock):
    device, passed = Device(registry), [0.0]
    database = registry.registry.database
    one, other = (Nonces(database, Questions(database), clock, elapsed=lambda: passed[0]) for _ in range(2))
    for step in range(4):
        assert one.first_use(device.id, f"n{step}") == 0
        assert other.first_use(device.id, f"n{step}") is None
        passed[0] += NONCE_LIFE.total_seconds() * 0.6
        assert other.first_use(device.id, f"n{step}") is None, "within its life"
        clock.forward(seconds=NONCE_LIFE.total_seconds() * 0.6)
