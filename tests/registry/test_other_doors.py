"""A record changes what is filed at its own door, and nothing else: an id that somebody learned is no right to a visit."""

import pytest

from kiosk.trust.signing import DeviceKey
from tests.registry.items import amendment, batch, closing, passage, red_visit, visit
from tests.registry.signing import initialize

SINCE = "/v1/doors/{}/report?since=2026-11-23T00:00:00Z"
MACHINE = {"model": "Raspberry Pi 4", "serial": "the same"}
EARLIER = "2026-11-23T11:00:00Z"


@pytest.fixture
def send(call, registry):
    registry.add_door("OTHER", venue="Another Club")
    registry.add_door("SIDE", venue=registry.registry.doors.get("DEMO").venue)

    def send(*items, door="DEMO"):
        results = call("POST", "/v1/visits", batch(*items, door=door)).json()["results"]
        return [(result["verdict"], result["reason"]) for result in results]

    return send


@pytest.mark.parametrize(
    "door, verdict", [("OTHER", ("stored", "")), ("SIDE", ("rejected", "other-door"))], ids=["venue", "door"]
)
@pytest.mark.parametrize("record", [amendment, passage])
def test_what_tells_of_another_doors_visit_changes_nothing_of_it(send, registry, call, door, verdict, record):
    """At another venue it tells of a visit that nobody knows there: a refusal would tell whose ids are in use."""
    item = red_visit()
    send(item)
    before = registry.visits("DEMO"), call("GET", SINCE.format("DEMO")).json()
    told = record(item, at=EARLIER, **({"passed": False} if record is passage else {}))
    assert send(told, visit(), door=door) == [verdict, ("stored", "")]
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
    assert send(told, door="SIDE") == send(told, door="SIDE") == [("rejected", "other-door")]
    assert send(told) == [("stored", "")]


def test_an_id_that_another_venue_used_first_is_free_here(send, registry):
    red, told = red_visit(), visit()
    early = [visit(uid=red["uid"]), closing(3, uid=told["uid"], at=EARLIER)]
    assert send(*early, door="OTHER") == [("stored", "")] * 2
    assert send(red, told) == [("stored", "")] * 2
    assert [row["colour"] for row in registry.visits("OTHER")] == ["green"]
    (incident,) = registry.report("DEMO", registry.registry.clock().replace(hour=0))["incidents"]
    assert (incident["visit"], incident["number"]) == (red["uid"], 1)


def test_a_place_is_not_refused_for_a_visit_of_another_venue(send, call):
    item = visit()
    asked = {"visit": item["uid"], "door": "OTHER"}
    send(item)
    assert call("POST", "/v1/places", asked).json()["taken"] is True
    assert call("POST", "/v1/places", asked | {"door": "SIDE"}).status_code == 403


@pytest.mark.parametrize(
    "venue, serial, why",
    [
        ("Demo Fitness · Алматы", "the same", ""),
        ("Demo Fitness · Алматы", "another", "other-device"),
        ("Another Club", "the same", "other-venue"),
    ],
)
def test_a_serial_number_opens_no_records_of_another_venue(registry, venue, serial, why):
    registry.add_door("NEW", venue=venue)
    before, now = (
        initialize(registry, registry.enrolment_code(door), DeviceKey.make(), hardware=hardware).json()[
            "device"
        ]
        for door, hardware in (("DEMO", MACHINE), ("NEW", MACHINE | {"serial": serial}))
    )
    former = registry.registry.devices.former(before, at="DEMO", now=now)
    assert (former if isinstance(former, str) else "") == why
    registry.registry.devices.moved(now, was=before)  # the keeper knows the machine
    assert registry.registry.devices.former(before, at="DEMO", now=now).id == before
