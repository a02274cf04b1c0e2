"""Every call of a device is signed: each way in which it can be wrong has its own refusal. Over real HTTP."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import requests
from http_message_signatures import HTTPMessageSigner
from http_message_signatures.algorithms import ED25519

from kiosk.trust.signing import DeviceKey
from registry.__main__ import main
from registry.demo_people import populate
from registry.embedded import EmbeddedRegistry
from tests.registry.conftest import PEOPLE
from tests.registry.items import batch, uid, visit
from tests.registry.signing import Device, kind, send

KEYS = "/v1/keys"
EVENTS = "/v1/doors/DEMO/events"


@pytest.fixture
def registry(tmp_path, clock):
    with EmbeddedRegistry(tmp_path / "registry.db", clock=clock, busy_s=0.05) as embedded:
        embedded.subjects = populate(embedded.registry)
        embedded.add_door("OTHER")
        yield embedded


@pytest.fixture
def device(registry):
    return Device(registry)


def question(door="DEMO"):
    who = PEOPLE["green"].identifier
    asked = {"kind": who.kind, "value": who.value, "country": who.country}
    return {"visit": uid(), "door": door, "direction": "entry", "via": "keypad", "identifier": asked}


def heartbeat(door="DEMO"):
    zero = {"waiting": 0, "parked": 0, "inside": 0}
    return {"device": "kiosk-1", "door": door, "version": "1", "health": {}} | zero


CALLS = {
    "status": lambda door: ("POST", "/v1/status", question(door)),
    "visits": lambda door: ("POST", "/v1/visits", batch(visit(), door=door)),
    "heartbeat": lambda door: ("POST", "/v1/heartbeat", heartbeat(door)),
    "policy": lambda door: ("GET", f"/v1/policy?door={door}", None),
    "events": lambda door: ("GET", f"/v1/doors/{door}/events?after=0&wait=0", None),
    "latest visits": lambda door: ("GET", f"/v1/doors/{door}/visits", None),
    "report": lambda door: ("GET", f"/v1/doors/{door}/report?since=2026-11-23T00:00:00Z", None),
    "keys": lambda _: ("GET", KEYS, None),
    "revocations": lambda _: ("GET", "/v1/revocations?since=0", None),
}
OF_A_DOOR = [name for name in CALLS if name not in {"keys", "revocations"}]
calls = pytest.mark.parametrize("name", CALLS)


@calls
def test_a_signed_call_is_answered(device, name):
    assert device.call(*CALLS[name]("DEMO")).status_code == 200


@calls
def test_an_unsigned_call_is_refused(registry, device, name):
    method, path, body = CALLS[name]("DEMO")
    answer = requests.request(method, registry.url + path, json=body, timeout=30)
    assert kind(answer) == (401, "unsigned")
    assert answer.headers["WWW-Authenticate"].startswith("Signature")


@calls
def test_a_revoked_device_is_told_so_on_every_call(registry, device, name):
    registry.revoke_device(device.id)
    assert kind(device.call(*CALLS[name]("DEMO"))) == (403, "device-revoked")


@pytest.mark.parametrize("name", OF_A_DOOR)
def test_a_device_asks_about_no_other_door(device, name):
    assert kind(device.call(*CALLS[name]("OTHER"))) == (403, "other-door")


def test_a_phone_and_a_device_that_enrols_have_no_key_to_sign_with(registry, clock):
    body = {"code": "HTTPS://A.KZ/V/DEMO.0", "subject": registry.subjects["green"]}
    assert kind(requests.post(f"{registry.url}/v1/checkins", json=body, timeout=30))[0] != 401
    assert kind(requests.post(f"{registry.url}/v1/device/initialize", json={}, timeout=30))[0] == 422


def test_the_same_request_again_is_a_replay(device):
    request = device.signed("POST", "/v1/status", question())
    assert send(request).status_code == 200
    assert kind(send(request)) == (401, "replayed")


def test_a_nonce_is_remembered_for_as_long_as_its_request_would_be_taken(device, clock):
    ahead = device.signed("GET", KEYS, ahead_s=300)
    assert send(ahead).status_code == 200
    clock.forward(seconds=600)
    assert kind(send(ahead)) == (401, "replayed")
    clock.forward(seconds=1)
    assert kind(send(ahead)) == (401, "clock-skew")


def test_two_devices_may_come_upon_the_same_nonce(registry, device):
    other = Device(registry, "OTHER")
    for one in (device, other):
        assert one.call("GET", KEYS, nonce=b"n" * 16).status_code == 200


def test_a_nonce_of_a_bad_signature_is_not_used_up(device):
    assert kind(device.call("GET", KEYS, nonce=b"n" * 16, key=DeviceKey.make()))[1] == "bad-signature"
    assert device.call("GET", KEYS, nonce=b"n" * 16).status_code == 200


@pytest.mark.parametrize("ahead_s", [-300, 300])
def test_a_clock_that_is_five_minutes_off_is_near_enough(device, ahead_s):
    assert device.call("GET", KEYS, ahead_s=ahead_s).status_code == 200


@pytest.mark.parametrize("ahead_s", [-301, 301, -(10**8)])
def test_a_wrong_clock_is_answered_with_the_right_time_and_one_retry_by_it_works(device, clock, ahead_s):
    answer = device.call("GET", KEYS, ahead_s=ahead_s)
    assert kind(answer) == (401, "clock-skew")
    assert datetime.fromisoformat(answer.json()["time"]) == clock.now
    assert device.call("GET", KEYS, ahead_s=0).status_code == 200


def test_the_time_is_told_to_nobody_else(device):
    assert "time" not in device.call("GET", KEYS, key=DeviceKey.make(), ahead_s=301).json()


def test_an_id_of_no_device_is_unknown(device):
    assert kind(device.call("GET", KEYS, name="D-0000000000000000")) == (401, "unknown-device")


def test_a_device_cannot_sign_for_another(registry, device):
    other = Device(registry, "OTHER")
    assert kind(device.call("GET", KEYS, name=other.id)) == (401, "bad-signature")


def tampered_body(request):
    request.body = json.dumps(question()).encode()
    request.headers["Content-Length"] = str(len(request.body))


def tampered_body_and_digest(request):
    tampered_body(request)
    request.headers["Content-Digest"] = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"


def tampered_query(request):
    request.url += "&wait=1"


def tampered_path(request):
    request.url = request.url.replace("DEMO", "demo")


def without_digest(request):
    del request.headers["Content-Digest"]


def other_label(request):
    for name in ("Signature", "Signature-Input"):
        request.headers[name] = request.headers[name].replace("ashyq=", "other=", 1)


def second_signature(request):
    for name in ("Signature", "Signature-Input"):
        mine = request.headers[name]
        request.headers[name] = f"{mine}, {mine.replace('ashyq=', 'other=', 1)}"


def fewer_components(request):
    shown = request.headers["Signature-Input"]
    request.headers["Signature-Input"] = shown.replace(' "content-digest"', "", 1)


def later(request):
    shown = request.headers["Signature-Input"]
    created = shown.split("created=")[1].split(";")[0]
    request.headers["Signature-Input"] = shown.replace(created, str(int(created) + 1))


def nonsense(request):
    request.headers["Signature-Input"] = "ashyq=((((" * 100


def not_a_signature(request):
    request.headers["Signature"] = "ashyq=:AAAA:"


TAMPERINGS = [
    tampered_path,
    tampered_query,
    without_digest,
    other_label,
    second_signature,
    fewer_components,
    later,
    nonsense,
    not_a_signature,
]


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_whatever_is_changed_on_the_way_is_refused(device, tamper):
    request = device.signed("GET", f"{EVENTS}?after=0")
    tamper(request)
    assert kind(send(request)) == (401, "bad-signature")


@pytest.mark.parametrize("tamper", [tampered_body, tampered_body_and_digest], ids=lambda one: one.__name__)
def test_a_changed_body_is_refused_and_nothing_of_it_is_done(registry, device, tamper):
    request = device.signed("POST", "/v1/visits", batch(visit()))
    tamper(request)
    assert kind(send(request)) == (401, "bad-signature")
    assert registry.visits("DEMO") == []


def test_what_was_signed_as_one_method_is_not_taken_as_another(device):
    request = device.signed("GET", "/v1/status", question())
    request.method = "POST"
    assert kind(send(request)) == (401, "bad-signature")


FIXED = ("@method", "@target-uri", "content-digest")


@pytest.mark.parametrize(
    "how, right",
    [
        ({}, True),
        ({"covered_component_ids": FIXED[:2]}, False),
        ({"covered_component_ids": FIXED[1:]}, False),
        ({"covered_component_ids": FIXED[::-1]}, False),
        ({"covered_component_ids": (*FIXED, "@authority")}, False),
        ({"covered_component_ids": ("@method", "@path", "content-digest")}, False),
        ({"label": "pyhms"}, False),
        ({"nonce": None}, False),
        ({"nonce": "short"}, False),
        ({"nonce": "n" * 23}, False),
        ({"include_alg": False}, False),
        ({"tag": "another-use"}, False),
    ],
    ids=str,
)
def test_the_right_key_does_not_help_where_something_else_is_signed(device, clock, how, right):
    """Signed without our own signer, which could not do it."""
    request = requests.Request("GET", device.registry.url + KEYS).prepare()
    request.headers["Content-Digest"] = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
    signer = HTTPMessageSigner(signature_algorithm=ED25519)
    usual = {"created": clock.now, "nonce": "n" * 22, "label": "ashyq", "covered_component_ids": FIXED}
    prepared = signer.prepare(request, key_id=device.id, use_existing_digest=True, **usual | how)
    signer.apply(request, prepared, device.key.sign(prepared.signature_base))
    answer = send(request)
    assert answer.status_code == 200 if right else kind(answer) == (401, "bad-signature")


@pytest.mark.parametrize("parameter", ["created", "nonce", "keyid", "alg"])
def test_each_parameter_has_to_be_there(device, parameter):
    request = device.signed("GET", KEYS)
    parts = request.headers["Signature-Input"].split(";")
    kept = [part for part in parts if not part.startswith(f"{parameter}=")]
    assert len(kept) == len(parts) - 1
    request.headers["Signature-Input"] = ";".join(kept)
    assert kind(send(request)) == (401, "bad-signature")


def test_records_are_filed_under_the_device_that_signed_whatever_it_calls_itself(registry, device):
    device.call("POST", "/v1/visits", batch(visit()))
    with registry.registry.database.read() as connection:
        assert connection.exec_driver_sql("SELECT device FROM records").scalar() == device.id


def test_a_device_that_is_enrolled_anew_delivers_what_the_old_one_held(registry, device):
    held = visit()
    registry.revoke_device(device.id)
    assert kind(device.call("POST", "/v1/visits", batch(held))) == (403, "device-revoked")
    anew = Device(registry)
    assert anew.call("POST", "/v1/visits", batch(held)).json()["results"][0]["verdict"] == "stored"


def test_a_device_that_is_revoked_while_it_waits_hears_of_nobody_any_more(registry, device):
    subject = registry.subjects["green"]
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(device.call, "GET", "/v1/doors/DEMO/events?wait=25")
        assert registry.wait_for_listener("DEMO", 20)
        registry.revoke_device(device.id)
        registry.scan("DEMO", subject)
        assert kind(answer.result(timeout=30)) == (403, "device-revoked")


def test_the_open_poll_of_a_device_that_another_process_revokes_ends_long_before_its_time(registry, device):
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(device.call, "GET", "/v1/doors/DEMO/events?wait=25")
        assert registry.wait_for_listener("DEMO", 20)
        assert main(["device", "revoke", device.id, "--db", str(registry.path)]) == 0
        assert kind(answer.result(timeout=15)) == (403, "device-revoked")


def test_a_revoked_device_cannot_be_revoked_again(registry, device):
    registry.revoke_device(device.id)
    with pytest.raises(LookupError, match="device list"):
        registry.revoke_device(device.id)


def test_while_the_registry_cannot_write_it_says_so_and_the_same_request_works_later(registry, device):
    request = device.signed("GET", KEYS)
    held = sqlite3.connect(registry.path)
    held.execute("BEGIN IMMEDIATE")
    assert kind(send(request)) == (503, "busy")
    held.rollback()
    held.close()
    assert send(request).status_code == 200
