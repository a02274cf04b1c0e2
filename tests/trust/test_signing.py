"""A request is signed so that any verifier of RFC 9421 agrees, and so that nothing of it can change on the way."""

import base64
import copy
import hashlib
import pickle
import re
from types import SimpleNamespace

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from http_message_signatures import HTTPMessageVerifier, MappingKeyResolver
from http_message_signatures import InvalidSignature as NotVerified
from http_message_signatures.algorithms import ED25519
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import KeysError
from kiosk.trust.signing import (
    COMPONENTS,
    LABEL,
    NONCE_BYTES,
    DeviceKey,
    nonce_text,
    proof_message,
    sign_request,
)
from tests.trust.minting import ISSUED, signing_key

KEY = DeviceKey(signing_key("device"))
DEVICE = "d-0123"
NONCE = bytes(range(NONCE_BYTES))
TOKEN = b"t" * 16
PUBLIC = Ed25519PublicKey.from_public_bytes(KEY.public_raw)

RFC_KEY = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
"""RFC 9421, B.1.4: published, and nobody's."""
RFC_BASE = b"""\
"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")\
;created=1618884473;keyid="test-key-ed25519\""""
RFC_SIGNATURE = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="


def prepared(method="POST", url="https://registry.example.kz/v1/visits", body=b'{"items": []}', **options):
    return requests.Request(method, url, data=body, **options).prepare()


def signed(*args, created=ISSUED, nonce=NONCE, **options):
    request = prepared(*args, **options)
    sign_request(request, KEY, DEVICE, created=created, nonce=nonce)
    return request


def by_hand(method, url, body, headers):
    """Verify without the library: the base is written here, from RFC 9421 section 2.5 and the contract."""
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    form = r'ashyq=(\("@method" "@target-uri" "content-digest"\);created=\d+;keyid="[^"]+";alg="ed25519";nonce="[\w-]{22}")'
    parameters = re.fullmatch(form, headers["Signature-Input"])[1]
    base = f'"@method": {method}\n"@target-uri": {url}\n"content-digest": {digest}\n"@signature-params": {parameters}'
    signature = re.fullmatch(r"ashyq=:([A-Za-z0-9+/=]{88}):", headers["Signature"])[1]
    PUBLIC.verify(base64.b64decode(signature), base.encode())
    return parameters


def by_library(request):
    keys = MappingKeyResolver(public_keys={DEVICE: PUBLIC}, private_keys={})
    verifier = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=keys)
    body = request.body or b""
    (found,) = verifier.verify(request, max_age=None, require_components=COMPONENTS, body=body)
    return found


@pytest.mark.parametrize(
    "method, url, body",
    [
        ("POST", "https://registry.example.kz/v1/visits", b'{"items": []}'),
        ("GET", "http://127.0.0.1:8080/v1/policy?door=DEMO-1", b""),
        ("GET", "https://registry.example.kz/v1/doors/DEMO-1/events?after=0&wait=25", b""),
        ("POST", "https://registry.example.kz:8443/ashyq/v1/status", "Ж".encode() * 1000),
    ],
)
def test_a_signature_holds_for_two_verifiers_that_did_not_make_it(method, url, body):
    request = signed(method, url, body)
    parameters = by_hand(method, url, body, request.headers)
    assert f"created={ISSUED};" in parameters
    found = by_library(request)
    assert found.label == LABEL
    assert found.parameters == {
        "created": ISSUED,
        "nonce": nonce_text(NONCE),
        "keyid": DEVICE,
        "alg": "ed25519",
    }
    assert [name.strip('"') for name in found.covered_components][:-1] == list(COMPONENTS)


@given(
    method=st.sampled_from(["GET", "PUT", "DELETE", "POST"]),
    path=st.sampled_from(["/v1/visits", "/v1/status", "/v1/visits?door=A2", "/v1/visits/"]),
    body=st.binary(max_size=20) | st.just(b'{"items": []}'),
)
def test_another_method_address_or_body_is_not_what_was_signed(method, path, body):
    same = (method, path, body) == ("POST", "/v1/visits", b'{"items": []}')
    headers = signed().headers
    url = "https://registry.example.kz" + path
    request = SimpleNamespace(method=method, url=url, headers=headers, body=body)
    for verify in (lambda: by_hand(method, url, body, headers), lambda: by_library(request)):
        try:
            verify()
        except (InvalidSignature, NotVerified):
            assert not same
        else:
            assert same


@pytest.mark.parametrize(
    "was, now",
    [
        (f"created={ISSUED}", f"created={ISSUED + 1}"),
        (DEVICE, "d-0124"),
        (nonce_text(NONCE), nonce_text(bytes(NONCE_BYTES))),
        ('"@target-uri" ', ""),
        ('alg="ed25519"', 'alg="ed25519";tag="x"'),
    ],
)
def test_no_parameter_can_be_changed(was, now):
    request = signed()
    request.headers["Signature-Input"] = request.headers["Signature-Input"].replace(was, now)
    with pytest.raises(NotVerified):
        by_library(request)


def test_signed_once_more_a_request_has_one_signature_and_it_is_the_new_one():
    request = signed()
    before = dict(request.headers)
    sign_request(request, KEY, DEVICE, created=ISSUED + 400, nonce=bytes(NONCE_BYTES))
    assert by_library(request).parameters["created"] == ISSUED + 400
    assert request.headers.keys() == before.keys()


def test_a_body_of_text_is_signed_as_it_is_sent():
    assert (
        by_library(SimpleNamespace(**vars(signed(body="жсн")) | {"body": "жсн".encode()})).body
        == "жсн".encode()
    )


def test_a_body_that_is_streamed_is_not_signed():
    with pytest.raises(TypeError, match="streamed"):
        signed(body=iter([b"a", b"b"]))


@pytest.mark.parametrize("length", [0, 15, 17])
def test_a_nonce_of_another_length_is_not_taken(length):
    with pytest.raises(ValueError, match="16 bytes"):
        signed(nonce=bytes(length))


def test_the_example_of_the_rfc_comes_out_as_it_stands_there():
    assert base64.b64encode(DeviceKey.load(RFC_KEY).sign(RFC_BASE)).decode() == RFC_SIGNATURE


def test_a_key_comes_back_from_its_pem():
    made = DeviceKey.make()
    assert DeviceKey.load(made.pem()).public_raw == made.public_raw != DeviceKey.make().public_raw


def test_a_proof_holds_for_its_token_and_its_key_alone():
    PUBLIC.verify(KEY.proof(TOKEN), b"ashyq/v1/initialize|" + TOKEN + b"|" + KEY.public_raw)
    for message in (proof_message(b"u" * 16, KEY.public_raw), proof_message(TOKEN, bytes(32))):
        with pytest.raises(InvalidSignature):
            PUBLIC.verify(KEY.proof(TOKEN), message)


def test_the_private_half_is_not_printed_copied_or_pickled():
    secret = signing_key("device").private_bytes_raw()
    assert not any(
        form in repr(KEY) for form in (secret.hex(), repr(secret), base64.b64encode(secret).decode())
    )
    for copier in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            copier(KEY)


def _pem(key, format_=serialization.PrivateFormat.PKCS8, lock=None):
    return key.private_bytes(serialization.Encoding.PEM, format_, lock or serialization.NoEncryption())


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"\xff" * 100,
        KEY.pem()[:60],
        _pem(X25519PrivateKey.generate()),
        _pem(signing_key("device"), lock=serialization.BestAvailableEncryption(b"locked")),
        signing_key("device")
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    ],
    ids=["empty", "noise", "half", "another kind of key", "encrypted", "public half"],
)
def test_a_file_that_holds_no_key_of_ours_is_told_without_its_content(pem):
    with pytest.raises(KeysError, match="enrol this device anew") as told:
        DeviceKey.load(pem)
    assert not pem or pem.decode("latin-1") not in str(told.value)
