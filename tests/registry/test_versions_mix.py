"""Doors and registry are never renewed on the same day: the last release's kiosk at today's registry, and the reverse.

The other side's code is taken from git and runs in a process of its own on loopback (`last_release.py`), so that nothing of
today's is in it. `Counterpart` is what a device of today needs of a registry that is only an address.
"""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from kiosk.core.model import Colour, Direction, Via
from kiosk.core.outbox import VerdictWord
from kiosk.core.rule.policy import Policy
from kiosk.core.rule.policy_document import parse_policy
from kiosk.trust.enrolment import EnrolmentMember
from kiosk.trust.signing import DeviceKey
from kiosk.uplink.client import RegistryClient
from kiosk.uplink.signing import RequestSigner
from registry.demo_people import DEMO_VENUE, populate
from registry.embedded import EmbeddedRegistry
from tests.registry.conftest import PEOPLE
from tests.registry.items import anomaly, correction, passage, red_visit, uid, visit
from tests.registry.last_release import run, serving
from tests.registry.opening import opened
from tests.registry.signing import Device, initialize, kind, members_of

# ---- the last release's kiosk at today's registry -----------------------------------------------------------------------------

OLD_KIOSK = """
import json, sys, time
from datetime import datetime
from types import SimpleNamespace
from kiosk.core.model import Direction, Identifier, IdentifierKind, Via
from kiosk.core.policy import Policy
from kiosk.core.policy_document import parse_policy
from kiosk.trust import Keyring
from kiosk.trust.revocations import parse_revocations
from kiosk.trust.roots import Roots
from kiosk.trust.signing import DeviceKey
from kiosk.uplink.client import NotModified, RegistryClient
from kiosk.uplink.provenance import Signed
from kiosk.uplink.signing import RequestSigner

told = json.load(sys.stdin)
now = datetime.fromisoformat(told["now"])
clock = SimpleNamespace(wall=lambda: now, trusted=lambda: True)
me = SimpleNamespace(device=told["device"], key=DeviceKey.load(bytes.fromhex(told["key"])))
client = RegistryClient(
    told["url"], told["door"], mono=time.monotonic, signer=RequestSigner(me, wall=clock.wall)
)
provenance = Signed(Roots.of(bytes.fromhex(told["root"])), told["door"], clock=clock)

def document(name):
    fetched = client.fetch(name)
    assert isinstance(client.fetch(name, fetched.etag), NotModified), name
    return provenance.opened(name, fetched.body, newest=0, latest=None).content

assert len(Keyring.from_document(json.loads(document("keys"))).passes) == 1
parse_revocations(document("revocations"))
policy = parse_policy(json.loads(document("policy")))
assert isinstance(policy, Policy), policy
answers = {}
for name, who in told["people"].items():
    identifier = Identifier(kind=IdentifierKind(who["kind"]), value=who["value"], country=who["country"])
    answer = client.ask(told["visit"], identifier, Direction.ENTRY, Via.KEYPAD, 30.0)
    answers[name] = answer.status and answer.status.colour
verdicts = client.send(told["items"])
arrivals = client.events(0, 0)
heard = client.heartbeat(version="0.1.0", waiting=0, parked=0, inside=1, health={"camera": "lost"})
client.close()
print(json.dumps({
    "capacity": policy.at(now).capacity,
    "colours": answers,
    "verdicts": {uid: verdict.word for uid, verdict in verdicts.items()},
    "cursor": arrivals.cursor,
    "phones": len(arrivals.phones),
    "time": heard.isoformat(),
}))
"""
"""All that a kiosk of the last release asks a registry for, once, with its own client and its own readers of what comes."""


@pytest.fixture
def todays(tmp_path, clock):
    with EmbeddedRegistry(tmp_path / "r.db", clock=clock) as registry:
        registry.subjects = populate(registry.registry)
        registry.change_policy(DEMO_VENUE, capacity=7, capacity_without_exit="enforce")
        yield registry


def test_the_last_releases_kiosk_works_with_todays_registry(last_release, todays, clock):
    device = Device(todays)
    todays.scan("DEMO", todays.subjects["blue"])
    first = visit()
    items = [first, passage(first, passed=True), red_visit(), anomaly("tailgate", "entry")]
    people = {
        name: {"kind": who.identifier.kind, "value": who.identifier.value, "country": who.identifier.country}
        for name, who in PEOPLE.items()
    }
    told = {
        "url": todays.url, "door": "DEMO", "device": device.id, "key": device.key.pem().hex(),
        "root": todays.root_key.hex(), "now": clock.now.isoformat(), "visit": uid(), "people": people, "items": items,
    }  # fmt: skip
    did = json.loads(run(last_release, "-c", OLD_KIOSK, told=json.dumps(told)))
    assert did == {
        "capacity": 7,
        "colours": {name: who.colour for name, who in PEOPLE.items()},
        "verdicts": {item["uid"]: "stored" for item in items},
        "cursor": 1,
        "phones": 1,
        "time": clock.now.isoformat(),
    }
    door = todays.registry.doors.get("DEMO")
    number = todays.registry.occupancy.number(door.id, door.venue)
    assert (number.inside, number.own, number.exits) == (2, 2, False)


# ---- today's kiosk at the last release's registry -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Counterpart:
    """The last release's registry: where it is, and a device of today that enrolled there by its code."""

    url: str
    root: bytes
    device: str
    key: DeviceKey

    def __post_init__(self):
        object.__setattr__(self, "registry", SimpleNamespace(clock=now))

    def enrol(self, _public_key, _door):
        return self.device

    def call(self, method, path, body=None):
        """Ask as the contract says, with no client in between."""
        return Device(self, key=self.key).call(method, path, body)


def now():
    """The real time: the process of the last release has no other, and takes no signature of another hour."""
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def counterpart(last_release, tmp_path_factory):
    database = tmp_path_factory.mktemp("registry-of-before") / "r.db"
    run(last_release, "-m", "registry", "demo-data", "--db", str(database))
    code = run(last_release, "-m", "registry", "enrolment", "create", "--door", "DEMO", "--db", str(database))
    code = next(line for line in code.splitlines() if line.startswith("AQE1:"))
    key = DeviceKey.make()
    with serving(last_release, database) as url:
        answer = initialize(SimpleNamespace(url=url), code, key)
        assert answer.status_code == 200, answer.text
        yield Counterpart(url, members_of(code)[EnrolmentMember.ROOT_KEY], answer.json()["device"], key)


@pytest.fixture
def client(counterpart):
    signer = RequestSigner(counterpart, wall=now)
    made = RegistryClient(counterpart.url, "DEMO", mono=time.monotonic, signer=signer)
    yield made
    made.close()


def test_todays_kiosk_asks_the_last_releases_registry(client):
    who = PEOPLE["green"].identifier
    answer = client.ask(uid(), who, Direction.ENTRY, Via.KEYPAD, 30.0)
    assert answer.status.colour is Colour.GREEN


def test_todays_kiosk_understands_what_the_last_releases_registry_signs(client, counterpart):
    for name in ("keys", "policy", "revocations"):
        found = opened(client.fetch(name).body, counterpart.root)
        assert found.kind == name
        if name == "policy":
            assert isinstance(parse_policy(found.json), Policy)


def test_todays_kiosk_delivers_and_hears_at_the_last_releases_registry(client):
    first = visit(at=recent())
    items = [first, passage(first, passed=True, at=recent()), red_visit(at=recent())]
    assert {verdict.word for verdict in client.send(items).values()} == {VerdictWord.STORED}
    assert client.events(0, 0).phones == ()
    heard = client.heartbeat(version="0.2.0", waiting=0, parked=0, inside=1, health={})
    assert abs(heard - now()).total_seconds() < 300


def test_what_today_asks_in_the_address_the_last_release_does_not_look_at(counterpart):
    plain, asked = (counterpart.call("GET", f"/v1/policy?door=DEMO{more}") for more in ("", "&version=2"))
    assert (plain.status_code, asked.status_code) == (200, 200)
    assert opened(asked.content, counterpart.root).json["version"] == 1
    body = {
        "device": "K",
        "door": "DEMO",
        "version": "1",
        "waiting": 0,
        "parked": 0,
        "inside": 0,
        "health": {},
    }
    beat = counterpart.call("POST", "/v1/heartbeat?policy=2&kind=entry", body)
    assert (beat.status_code, set(beat.json())) == (200, {"time"})


def test_what_the_last_release_does_not_know_it_refuses_and_says_so(counterpart):
    """So a kiosk sends none of it before a registry told it a number."""
    place = counterpart.call("POST", "/v1/places", {"visit": uid(), "door": "DEMO"})
    assert kind(place) == (404, "not-found")
    new = [correction(1, at=recent()), visit(at=recent(), counted_at=recent())]
    sent = counterpart.call("POST", "/v1/visits", {"device": "K", "door": "DEMO", "items": new}).json()
    assert [result["verdict"] for result in sent["results"]] == ["rejected", "rejected"]


def recent():
    return f"{now():%Y-%m-%dT%H:%M:%SZ}"
