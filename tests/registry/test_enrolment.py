"""A device enrols once, by a one-time code, with a key of its own: over real HTTP."""

import sqlite3
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from kiosk.trust.enrolment import EnrolmentCode, EnrolmentMember, Wifi, parse_enrolment
from kiosk.trust.signing import DeviceKey
from registry.enrolment import UNKNOWN_A_MINUTE, Enrolments
from registry.problems import ProblemError
from tests.registry.signing import b64, initialize, kind, members_of


@pytest.fixture
def key():
    return DeviceKey.make()


def test_a_code_enrols_a_device_at_its_door(registry, key, clock):
    code = registry.enrolment_code("DEMO")
    shown = parse_enrolment(code, now=clock.now, serial="100000001")
    answer = initialize(registry, code, key).json()
    (device,) = registry.devices()
    assert answer["device"] == device.id
    assert (answer["door"], answer["venue"]) == ("DEMO", "Demo Fitness · Алматы")
    assert (shown.door, shown.venue) == (answer["door"], answer["venue"]), (
        "what was confirmed is what is answered"
    )
    assert b64decode(answer["venue_code"]["key"]) == registry.registry.doors.get("DEMO").key
    assert answer["venue_code"]["url"] == registry.venue_url
    assert answer["time"] == f"{clock.now:%Y-%m-%dT%H:%M:%S.%f}Z"
    assert (device.public_key, device.door, device.revoked_at) == (key.public_raw, "DEMO", None)
    assert device.hardware == {"model": "Raspberry Pi 4", "serial": "100000001"}
    assert device.versions == {"kiosk": "1", "python": "3.11"}


def test_a_code_is_what_a_kiosk_reads(registry, clock):
    wifi = Wifi(ssid="Клуб", passphrase="open sesame")
    text = registry.enrolment_code("DEMO", expires=timedelta(minutes=5), wifi=wifi, serial="100000001")
    code = parse_enrolment(text, now=clock.now, serial="100000001")
    assert isinstance(code, EnrolmentCode)
    assert (code.registry, code.door, code.wifi, code.serial) == (registry.url, "DEMO", wifi, "100000001")
    assert code.root_key == registry.root_key
    assert code.expires_at == clock.now + timedelta(minutes=5)


def test_a_code_that_was_used_is_refused_to_any_other_key(registry, key):
    code = registry.enrolment_code("DEMO")
    initialize(registry, code, key)
    assert kind(initialize(registry, code, DeviceKey.make())) == (409, "token-used")
    assert len(registry.devices()) == 1


def test_a_lost_answer_costs_no_token(registry, key, clock):
    code = registry.enrolment_code("DEMO")
    first = initialize(registry, code, key).json()
    clock.forward(minutes=59)
    again = initialize(registry, code, key).json()
    assert again["device"] == first["device"]
    clock.forward(minutes=2)
    assert kind(initialize(registry, code, key)) == (409, "token-used")


def test_of_two_devices_that_show_one_code_at_once_one_is_enrolled(registry):
    code = registry.enrolment_code("DEMO")
    keys = [DeviceKey.make() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda key: initialize(registry, code, key).status_code, keys))
    assert sorted(answers) == [200, 409, 409, 409]
    assert len(registry.devices()) == 1


def test_a_code_ends_at_its_second(registry, key, clock):
    code = registry.enrolment_code("DEMO", expires=timedelta(minutes=1))
    clock.forward(seconds=60)
    assert kind(initialize(registry, code, key)) == (410, "token-expired")
    assert registry.devices() == []


def test_a_code_that_was_revoked_enrols_nobody(registry, key):
    code = registry.enrolment_code("DEMO")
    registry.registry.enrolments.revoke(1)
    assert kind(initialize(registry, code, key)) == (410, "token-expired")
    with pytest.raises(LookupError, match="enrolment list"):
        registry.registry.enrolments.revoke(2)


def test_a_code_for_one_device_is_refused_to_another_and_stays_good(registry, key):
    code = registry.enrolment_code("DEMO", serial="1000ABCD")
    hardware = {"model": "", "serial": "1000ffff"}
    assert kind(initialize(registry, code, key, hardware=hardware)) == (403, "other-device")
    hardware = {"model": "", "serial": "1000abcd"}
    assert initialize(registry, code, key, hardware=hardware).status_code == 200


def test_a_token_that_was_never_given_out_is_unknown(registry, key):
    code = registry.enrolment_code("DEMO")
    strange = {"token": b64(b"\x01" * 16, url=True), "proof": b64(key.proof(b"\x01" * 16))}
    assert kind(initialize(registry, code, key, **strange)) == (404, "token-unknown")


def test_who_guesses_tokens_is_told_to_wait_and_who_has_one_is_not(registry, key, clock):
    reference, passed = registry.registry, [0.0]
    enrolments = Enrolments(reference.database, reference.keys, clock, elapsed=lambda: passed[0])
    about = {"hardware": {"model": "Raspberry Pi 4", "serial": "100000001"}, "versions": {"kiosk": "1"}}

    def refused(number: int) -> str:
        with pytest.raises(ProblemError) as problem:
            enrolments.use(number.to_bytes(16), key.public_raw, bytes(64), **about)
        return problem.value.kind

    kinds = [refused(number) for number in range(UNKNOWN_A_MINUTE + 1)]
    assert kinds == ["token-unknown"] * UNKNOWN_A_MINUTE + ["too-many-codes"]
    token = members_of(registry.enrolment_code("DEMO"))[EnrolmentMember.TOKEN]
    _, door = enrolments.use(token, key.public_raw, key.proof(token), **about)
    assert door == "DEMO"
    passed[0] = 60.0
    assert refused(0) == "token-unknown"


@pytest.mark.parametrize("weak", [bytes(32), bytes([1]) + bytes(31)], ids=["order 4", "neutral"])
def test_a_key_by_which_anybody_can_sign_is_not_enrolled(registry, key, weak):
    code = registry.enrolment_code("DEMO")
    anybodys = {"public_key": b64(weak), "proof": b64(weak + bytes(32))}
    assert kind(initialize(registry, code, key, **anybodys)) == (422, "bad-proof")


def test_a_key_is_enrolled_only_by_who_holds_it(registry, key):
    code = registry.enrolment_code("DEMO")
    stolen = {"public_key": b64(DeviceKey.make().public_raw)}
    assert kind(initialize(registry, code, key, **stolen)) == (422, "bad-proof")
    other_token = {"proof": b64(key.proof(b"\x01" * 16))}
    assert kind(initialize(registry, code, key, **other_token)) == (422, "bad-proof")
    assert initialize(registry, code, key).status_code == 200


@pytest.mark.parametrize(
    "field, came",
    [
        ("token", ""),
        ("token", "AAAA"),
        ("public_key", "AAAA"),
        ("proof", None),
        ("hardware", {}),
        ("more", 1),
    ],
)
def test_a_body_that_is_not_the_contracts_is_refused_and_not_quoted(registry, key, field, came):
    code = registry.enrolment_code("DEMO")
    answer = initialize(registry, code, key, **{field: came})
    assert kind(answer) == (422, "invalid-request")
    assert b64(members_of(code)[EnrolmentMember.TOKEN], url=True) not in answer.text


def test_the_registry_keeps_neither_a_token_nor_a_private_key(registry, key, caplog):
    caplog.set_level("DEBUG")
    code = registry.enrolment_code("DEMO")
    initialize(registry, code, key)
    token = members_of(code)[EnrolmentMember.TOKEN]
    private = key._private.private_bytes_raw()
    with sqlite3.connect(registry.path) as connection:
        connection.execute("PRAGMA wal_checkpoint")
    connection.close()
    written = b"".join(file.read_bytes() for file in registry.path.parent.iterdir())
    assert key.public_raw in written
    for secret in (token, private):
        for text in (secret, secret.hex().encode(), b64(secret).encode(), b64(secret, url=True).encode()):
            assert text not in written
            assert text.decode("latin-1") not in caplog.text


@pytest.mark.parametrize(
    "how",
    [
        {"address": "http://registry.example"},
        {"address": "ftp://127.0.0.1"},
        {"serial": "s" * 33},
        {"wifi": Wifi(ssid="a", passphrase="short")},
        {"wifi": Wifi(ssid="ә" * 17, passphrase=None)},
        {"expires": timedelta(0)},
    ],
    ids=str,
)
def test_a_code_that_no_kiosk_would_take_is_not_made(registry, how):
    with pytest.raises(ValueError, match="expected"):
        registry.enrolment_code("DEMO", **how)
    assert registry.registry.enrolments.all() == []


def test_a_code_dies_with_the_root_that_it_names(registry, clock):
    registry.rotate_root(overlap=timedelta(days=2))
    code = registry.enrolment_code("DEMO", expires=timedelta(days=30))
    assert members_of(code)[EnrolmentMember.EXPIRES] == int((clock.now + timedelta(days=2)).timestamp())
