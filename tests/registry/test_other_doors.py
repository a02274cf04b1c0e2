"""A record changes what is filed at its own door, and nothing else: an id that somebody learned is no right to a visit."""

import pytest

from tests.registry.items import amendment, batch, passage, red_visit, visit

SINCE = "/v1/doors/{}/report?since=2026-11-23T00:00:00Z"
EARLIER = "2026-11-23T11:00:00Z"


@pytest.fixture
def send(call, registry):
    registry.add_door("OTHER", venue="Another Club")
    registry.add_door("SIDE", venue=registry.registry.doors.get("DEMO").venue)

    def send(*items, door="DEMO"):
        results = call("POST", "/v1/visits", batch(*items, door=door)).json()["results"]
        return [(result["verdict"], result["reason"]) for result in results]

    return send


@pytest.mark.parametrize("door", ["OTHER", "SIDE"])
@pytest.mark.parametrize("record", [amendment, passage])
def test_what_tells_of_another_doors_visit_is_rejected_and_changes_nothing(
    send, registry, call, door, record
):
    item = red_visit()
    send(item)
    before = registry.visits("DEMO"), call("GET", SINCE.format("DEMO")).json()
    told = record(item, at=EARLIER, **({"passed": False} if record is passage else {}))
    assert send(told, visit(), door=door) == [("rejected", "other-door"), ("stored", "")]
    assert registry.visits("DEMO") == before[0]
    assert call("GET", SINCE.format("DEMO")).json()["incidents"] == before[1]["incidents"]
    assert len(registry.visits(door)) == 1


@pytest.mark.parametrize("door", ["OTHER", "SIDE"])
def test_what_came_from_another_door_before_the_visit_does_not_count_for_it(send, registry, door):
    item = visit()
    early = [passage(item, passed=False), amendment(item, outcome="refused", opens=False)]
    assert send(*early, door=door) == [("stored", "")] * 2
    assert send(item) == [("stored", "")]
    (row,) = registry.visits("DEMO")
    assert (row["outcome"], row["passed"], row["amendments"]) == ("admitted", None, 0)
    assert registry.visits(door) == []
    assert registry.report("DEMO", registry.registry.clock().replace(hour=0))["inside"] == 1


def test_a_rejected_record_is_rejected_again_and_its_own_door_may_still_bring_it(send):
    item = visit()
    told = passage(item, passed=False)
    send(item)
    assert send(told, door="OTHER") == send(told, door="OTHER") == [("rejected", "other-door")]
    assert send(told) == [("stored", "")]
