"""One venue never changes another's records: what a device does elsewhere is not to be seen in any answer at this door.

Two worlds are told the same story of our door, over real HTTP and signed; in one of them a device of another venue calls
as well, with the ids of our visits, places, passages and people, before us and after us. Our answers must be the same.
"""

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.trust.signing import DeviceKey
from registry.embedded import EmbeddedRegistry
from tests.factories import make_person
from tests.registry.conftest import SetClock
from tests.registry.items import amendment, anomaly, closing, correction, passage, red_visit, visit
from tests.registry.signing import Device, initialize

OURS, BESIDE, THEIRS = "OURS", "BESIDE", "THEIRS"
SERIAL = {"model": "Raspberry Pi 4", "serial": "the same"}
TIMES = ["2020-02-01T00:00:00Z", "2026-11-23T11:30:00Z", "2026-11-23T11:59:00Z", "2036-01-01T00:00:00Z"]
EDITIONS = [{"effective_from": "2026-01-01T00:00:00Z", "capacity": 3, "capacity_without_exit": "enforce"}]


class World:
    """A registry with two venues: two doors of ours, and a device of another one that is fresh in each story."""

    def __init__(self, folder, name):
        self.clock = SetClock()
        self.registry = EmbeddedRegistry(folder / f"{name}.db", clock=self.clock)
        self.stories = 0

    def begin(self):
        self.stories += 1
        doors = {name: f"{name}-{self.stories}" for name in (OURS, BESIDE, THEIRS)}
        for name, door in doors.items():
            venue = "Another Club" if name == THEIRS else "Our Club"
            self.registry.add_door(
                door, venue=f"{venue} {self.stories}", key=hashlib.sha256(door.encode()).digest()
            )
        for venue in ("Our Club", "Another Club"):
            self.registry.put_policy(f"{venue} {self.stories}", EDITIONS)
        return Story(self, doors)


class Story:
    def __init__(self, world, doors):
        self.world, self.doors = world, doors
        self.registry = world.registry
        self.devices = {name: self._enrolled(door) for name, door in doors.items()}
        self.offset = world.stories << 16

    def _enrolled(self, door):
        key = DeviceKey.make()
        answer = initialize(self.registry, self.registry.enrolment_code(door), key, hardware=SERIAL)
        device = Device.__new__(Device)
        device.key, device.id, device.registry = key, answer.json()["device"], self.registry
        return device

    def uid(self, number):
        return f"0190c1d2-0000-7000-8000-{self.offset + number:012x}"

    def call(self, who, what):
        """Make one call of a device and return its answer without what chance and the other world make of it."""
        method, path, body = what(self, who)
        answer = self.devices[who].call(method, path, body)
        text = answer.text
        for name, device in self.devices.items():
            text = text.replace(device.id, f"(the device of {name})")
        for name, door in self.doors.items():
            text = text.replace(door, name)
        if answer.headers["Content-Type"] == "application/cose":
            text = "(signed)"
        return answer.status_code, text

    def seen(self, who):
        """Return every answer that changes nothing and that a device can get."""
        door = self.doors[who]
        here = f"/v1/doors/{door}"
        asked = [
            f"{here}/visits?limit=500",
            f"{here}/events?after=0",
            f"{here}/report",
            f"/v1/policy?door={door}",
        ]
        asked += [f"{here}/report?since=2020-01-01T00:00:00Z", "/v1/keys", "/v1/revocations"]
        return [self.call(who, lambda _story, _who, path=path: ("GET", path, None)) for path in asked]


numbers = st.integers(0, 5)


@st.composite
def records(draw):
    number, at = draw(numbers), draw(st.sampled_from(TIMES))
    made = draw(st.sampled_from(["visit", "red", "amendment", "passage", "closing", "anomaly", "correction"]))
    about = {"uid": draw(numbers)}
    told = {"at": at, "time_trusted": draw(st.booleans())}

    def item(story):
        of = {"uid": story.uid(about["uid"])}
        told_here = told | {"uid": story.uid(number)}
        return {
            "visit": lambda: visit(**told_here),
            "red": lambda: red_visit(**told_here),
            "amendment": lambda: amendment(of, **told_here, incident=True),
            "passage": lambda: passage(of, passed=False, **told_here),
            "closing": lambda: closing(1, **told_here),
            "anomaly": lambda: anomaly("tailgate", "entry", **told_here),
            "correction": lambda: correction(-2, **told_here),
        }[made]()

    return item


@st.composite
def batches(draw):
    items = draw(st.lists(records(), min_size=1, max_size=4))
    pretends = draw(st.sampled_from([None, OURS, BESIDE, THEIRS]))
    at = draw(st.sampled_from([OURS, BESIDE, THEIRS]))
    device = draw(st.sampled_from([OURS, THEIRS]))
    of_own_door = draw(st.booleans())

    def call(story, who):
        body = {"device": story.devices[device].id, "door": story.doors[who if of_own_door else at]}
        body["items"] = [item(story) for item in items]
        if pretends is not None:
            origin = who if who != THEIRS else pretends
            body["origin"] = {"device": story.devices[origin].id, "door": story.doors[origin]}
        return "POST", "/v1/visits", body

    return call


@st.composite
def places(draw):
    number = draw(numbers)
    return lambda story, who: ("POST", "/v1/places", {"visit": story.uid(number), "door": story.doors[who]})


@st.composite
def heartbeats(draw):
    of = draw(st.sampled_from([OURS, THEIRS]))
    kind = draw(st.sampled_from(["entry", "exit", "toggle"]))

    def call(story, who):
        body = {"device": story.devices[of].id, "door": story.doors[who], "version": "1"}
        body |= {"waiting": 0, "parked": 0, "inside": 0, "health": {}}
        return "POST", f"/v1/heartbeat?kind={kind}&policy=2", body

    return call


@st.composite
def questions(draw):
    number, person = draw(numbers), draw(st.integers(1, 3))
    who_is_it = {"kind": "iin", "value": make_person(person).value, "country": ""}

    def call(story, who):
        body = {"visit": story.uid(number), "door": story.doors[who], "direction": "entry", "via": "keypad"}
        return "POST", "/v1/status", body | {"identifier": who_is_it}

    return call


@st.composite
def looks(draw):
    path = draw(st.sampled_from(["visits", "report", "events"]))
    at = draw(st.sampled_from([OURS, BESIDE, THEIRS]))
    return lambda story, who: ("GET", f"/v1/doors/{story.doors[at if who == THEIRS else who]}/{path}", None)


calls = batches() | batches() | places() | heartbeats() | questions() | looks()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("worlds")
    made = [World(folder, name) for name in ("alone", "beside-another")]
    for world in made:
        world.registry.restore()
    yield made
    for world in made:
        world.registry.stop()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([OURS, BESIDE, THEIRS, THEIRS]), calls), min_size=2, max_size=10))
def test_no_call_of_a_device_changes_an_answer_to_a_device_of_another_venue(worlds, told):
    alone, beside = (world.begin() for world in worlds)
    for who, what in told:
        answer = beside.call(who, what)
        if who != THEIRS:
            assert answer == alone.call(who, what)
    for who in (OURS, BESIDE):
        assert beside.seen(who) == alone.seen(who)
    for who, what in told:  # what was answered once is answered again, whoever came in between
        if who != THEIRS:
            assert beside.call(who, what) == alone.call(who, what)
