"""Whoever holds a device's key may ask as often as people come to a door, and no oftener; the keeper sees who asks much."""

import pytest

from registry.__main__ import main
from registry.demo_people import populate
from registry.embedded import EmbeddedRegistry
from registry.questions import BUDGET, MINUTE, Questions
from tests.registry.items import batch, visit
from tests.registry.signing import Device, kind
from tests.registry.test_signatures import question

MOST = BUDGET[MINUTE]


@pytest.fixture
def registry(tmp_path, clock):
    with EmbeddedRegistry(tmp_path / "r.db", clock=clock, busy_s=0.05) as embedded:
        populate(embedded.registry)
        embedded.add_door("SIDE")
        yield embedded


def ask(device, door="DEMO"):
    return device.call("POST", "/v1/status", question(door))


@pytest.mark.slow
def test_who_asks_oftener_than_people_come_waits_and_nobody_else_does(registry, clock):
    greedy, other = Device(registry), Device(registry, "SIDE")
    answers = [ask(greedy) for _ in range(MOST)]
    assert {answer.status_code for answer in answers} <= {200, 404}
    refused = ask(greedy)
    assert kind(refused) == (429, "too-many-questions")
    assert 0 < int(refused.headers["Retry-After"]) <= MINUTE
    assert greedy.call("GET", "/v1/doors/DEMO/report").status_code == 200, "anything else goes on"
    assert ask(other, "SIDE").status_code in (200, 404)
    clock.forward(seconds=MINUTE)
    assert ask(greedy).status_code in (200, 404)


def test_each_span_has_its_own_budget(registry, clock):
    device = Device(registry)
    questions = Questions(registry.registry.database, budget={60: 2, 3_600: 5})
    now = int(clock().timestamp())

    def count(at: int) -> int:
        with registry.registry.database.write() as connection:
            return questions.count_within(connection, device.id, at)

    assert [count(now) for _ in range(3)] == [0, 0, 60]
    assert [count(now + 60), count(now + 60)] == [0, 0]
    assert count(now + 120) == 3_600 - 120, "the hour's budget is used up, the minute's is not"
    assert count(now + 3_600) == 0


def test_questions_without_visits_are_seen_in_the_list_of_devices(registry, clock, capsys):
    device = Device(registry)
    for _ in range(3):
        ask(device)
    device.call("POST", "/v1/visits", batch(visit()))
    assert registry.registry.questions.today(device.id, "DEMO", clock()) == (3, 1)
    clock.forward(days=1)
    assert registry.registry.questions.today(device.id, "DEMO", clock()) == (0, 0)
    assert main(["device", "list", "--db", str(registry.path)]) == 0
    assert "0 questions and 0 visits today" in capsys.readouterr().out
