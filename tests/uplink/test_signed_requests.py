"""Every request of an enrolled device is signed anew; a clock that differs costs one more try and sets nothing."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.clock import HAS_PASSED
from kiosk.core.model import Direction, Via
from kiosk.errors import DeviceRefused, RegistryRefused, RegistryUnreachable
from kiosk.trust.signing import DeviceKey
from kiosk.uplink.client import RegistryClient
from kiosk.uplink.signing import MOST_AHEAD, RequestSigner
from tests.factories import NOON, make_id, make_person
from tests.hostile_server import Came, HostileServer, Manner, well_behaved
from tests.store.making import ManualClock
from tests.uplink.conftest import PATIENCE_S, Me, timeouts

SIGNED = b"signed by a root"
LATER, SECOND = datetime(2027, 3, 1, tzinfo=UTC), timedelta(seconds=1)


class Strict:
    """The other end: checks a signature by the text of RFC 9421 and with no library of ours; answers as it is told to."""

    def __init__(self, key: DeviceKey) -> None:
        self.public = Ed25519PublicKey.from_public_bytes(key.public_raw)
        self.clock = ManualClock()
        self.nonces: list[str] = []
        self.created: list[int] = []
        self.revoked = False
        self.statement: object = base64.b64encode(SIGNED).decode()
        self.url = ""

    def answer(self, came: Came):
        created = self._verified(came)
        if abs(created - self.clock.now.timestamp()) > 300:
            return 401, {
                "type": "https://a.kz/problems/clock-skew",
                "time": self.clock.now.isoformat()[:19] + "Z",
            }
        if self.revoked:
            said = {} if self.statement is None else {"statement": self.statement}
            return 403, {"type": "https://a.kz/problems/device-revoked"} | said
        return well_behaved(came)

    def _verified(self, came: Came) -> int:
        digest = base64.b64encode(hashlib.sha256(came.body).digest()).decode()
        assert came.headers["content-digest"] == f"sha-256=:{digest}:"
        label, _, parameters = came.headers["signature-input"].partition("=")
        assert label == "ashyq"
        assert re.sub(r'created=\d+|nonce="[\w-]{22}"|keyid="dev-1"|alg="ed25519"', "x", parameters) == (
            '("@method" "@target-uri" "content-digest");x;x;x;x'
        )
        target = self.url + came.path + (f"?{came.query}" if came.query else "")
        base = (
            f'"@method": {came.method}\n"@target-uri": {target}\n'
            f'"content-digest": {came.headers["content-digest"]}\n"@signature-params": {parameters}'
        )
        signature = base64.b64decode(came.headers["signature"].removeprefix("ashyq=:").removesuffix(":"))
        self.public.verify(signature, base.encode())
        self.nonces.append(re.search(r'nonce="([\w-]+)"', parameters)[1])
        self.created.append(int(re.search(r"created=(\d+)", parameters)[1]))
        return self.created[-1]


@pytest.fixture
def key() -> DeviceKey:
    return DeviceKey.make()


@pytest.fixture
def strict(key) -> Strict:
    return Strict(key)


@pytest.fixture
def registry(strict):
    with HostileServer(strict.answer) as server:
        strict.url = server.url
        yield server


@pytest.fixture
def revocations() -> list[str]:
    return []


@pytest.fixture
def mine() -> ManualClock:
    return ManualClock()


@pytest.fixture
def signing(registry, key, mine, revocations):
    client = RegistryClient(
        registry.url,
        "D01",
        mono=time.monotonic,
        signer=RequestSigner(Me("dev-1", key), wall=mine.wall),
        withdrawn=lambda statement: revocations.append(statement) or statement == SIGNED,
        timeouts=timeouts(PATIENCE_S),
    )
    yield client
    client.close()


def every_call(client: RegistryClient):
    return [
        lambda: client.ask(make_id(1), make_person(7), Direction.ENTRY, Via.KEYPAD, 5.0),
        lambda: client.send([{"uid": make_id(1)}]),
        lambda: client.events(3, 0),
        lambda: client.heartbeat(version="1", waiting=0, parked=0, inside=0, health={}),
    ]


def test_every_call_is_signed_by_this_device_with_a_nonce_of_its_own(signing, strict, registry):
    for call in every_call(signing):
        call()
    for name in ("policy", "keys"):
        signing.fetch(name)
    assert len(set(strict.nonces)) == 6
    assert registry.requests[3].json()["device"] == "dev-1"


def test_a_request_that_goes_again_over_a_new_connection_has_another_nonce(signing, strict, registry):
    registry.behave(Manner.GOOD, Manner.HANG_UP)
    every_call(signing)[3]()
    assert len(registry.requests) == len(set(strict.nonces)) == 2


def test_a_clock_that_differs_costs_one_more_try_then_none_and_is_told_once(
    signing, strict, registry, mine, caplog
):
    mine.now = NOON - timedelta(days=400)
    for call in every_call(signing):
        call()
    assert len(registry.requests) == 5
    assert strict.created[1:] == [int(NOON.timestamp())] * 4
    assert [record.name for record in caplog.records].count("kiosk.uplink.signing") == 1
    assert mine.now == NOON - timedelta(days=400)


def test_a_clock_that_was_set_right_is_believed_after_one_more_try(signing, strict, registry, mine):
    beat = every_call(signing)[3]
    mine.now = NOON - timedelta(days=400)
    beat()
    mine.now = NOON
    beat()
    beat()
    assert len(registry.requests) == 2 + 2 + 1


def test_a_registry_whose_time_helps_nobody_is_asked_twice_and_not_for_ever(key, mine):
    skewed = {"type": "https://a.kz/problems/clock-skew", "time": "2030-01-01T00:00:00Z"}
    with HostileServer(lambda came: (401, skewed)) as server:
        client = RegistryClient(
            server.url, "D01", mono=time.monotonic, signer=RequestSigner(Me("dev-1", key), wall=mine.wall)
        )
        with pytest.raises(RegistryRefused, match="http-401: clock-skew"):
            every_call(client)[3]()
        assert len(server.requests) == 2
        client.close()


@pytest.mark.parametrize("told", ["soon", None, 7, "2030-13-01T00:00:00Z"])
def test_a_skew_answer_without_a_time_is_no_answer(key, mine, told):
    with HostileServer(lambda came: (401, {"type": "x/clock-skew", "time": told})) as server:
        client = RegistryClient(
            server.url, "D01", mono=time.monotonic, signer=RequestSigner(Me("dev-1", key), wall=mine.wall)
        )
        with pytest.raises(RegistryUnreachable, match="bad-answer"):
            every_call(client)[3]()
        client.close()


def test_a_device_that_is_withdrawn_is_told_so_by_every_call(signing, strict, revocations):
    strict.revoked = True
    for call in [*every_call(signing), lambda: signing.fetch("keys")]:
        with pytest.raises(DeviceRefused) as raised:
            call()
        assert isinstance(raised.value, RegistryRefused)
    assert revocations == [SIGNED] * 5


@pytest.mark.parametrize(
    "statement", [None, "", 7, [], "%%%", "AAAA", base64.b64encode(SIGNED).decode()[:-2]]
)
def test_a_withdrawal_that_no_root_has_signed_is_weather(signing, strict, revocations, statement):
    strict.revoked, strict.statement = True, statement
    for call in [*every_call(signing), lambda: signing.fetch("keys")]:
        with pytest.raises(RegistryUnreachable, match="unsigned-withdrawal"):
            call()
    assert SIGNED not in revocations
    strict.revoked = False
    every_call(signing)[3]()


@pytest.mark.parametrize(
    "code, word", [(403, "other-door"), (401, "device-revoked"), (401, "unknown-device")]
)
def test_another_refusal_is_no_revocation(key, mine, revocations, code, word):
    with HostileServer(lambda came: (code, {"type": f"https://a.kz/problems/{word}"})) as server:
        client = RegistryClient(
            server.url,
            "D01",
            mono=time.monotonic,
            signer=RequestSigner(Me("dev-1", key), wall=mine.wall),
            withdrawn=lambda statement: revocations.append(statement) or True,
        )
        with pytest.raises(RegistryRefused) as raised:
            every_call(client)[3]()
        assert not isinstance(raised.value, DeviceRefused)
        client.close()
    assert revocations == []


def test_a_signature_can_be_taken_off_no_request_and_put_on_another(key, mine):
    prepared = requests.Request("POST", "https://a.kz/v1/visits", data=b"{}").prepare()
    signer = RequestSigner(Me("dev-1", key), wall=mine.wall)
    signer.sign(prepared)
    first = dict(prepared.headers)
    signer.sign(prepared)
    assert first["Signature"] != prepared.headers["Signature"]
    assert prepared.headers["Signature-Input"].count("ashyq=") == 1


@pytest.mark.parametrize(
    "wall, mark, told, believed",
    [
        (LATER, None, LATER + MOST_AHEAD, True),
        (LATER, None, LATER + MOST_AHEAD + SECOND, False),
        (datetime(1970, 1, 2, tzinfo=UTC), None, HAS_PASSED + MOST_AHEAD, True),
        (datetime(1970, 1, 2, tzinfo=UTC), None, HAS_PASSED + MOST_AHEAD + SECOND, False),
        (NOON, LATER, LATER + MOST_AHEAD, True),
        (NOON, LATER, LATER + MOST_AHEAD + SECOND, False),
        (LATER, NOON, LATER + MOST_AHEAD + SECOND, False),
        (LATER, LATER, NOON, True),
    ],
)
def test_nothing_is_signed_for_a_day_that_is_far_ahead_of_all_that_is_known(wall, mark, told, believed):
    """Whoever stands in between could have requests signed for that day, and send them then."""
    signer = RequestSigner(Me("dev-1", DeviceKey.make()), wall=lambda: wall, signed=lambda: mark)
    signer.hear(told)
    assert signer.ahead == (told - wall if believed else timedelta(0))
