"""A device as the registry meets one: its own key, and requests that it signs. Every part can be made wrong."""

import base64
import itertools

import base45
import cbor2
import requests

from kiosk.trust.enrolment import PREFIX, EnrolmentMember
from kiosk.trust.signing import DeviceKey, sign_request

_nonces = itertools.count(1)


class Device:
    """An enrolled device; `Device(registry)` is one at DEMO."""

    def __init__(self, registry, door="DEMO", *, key=None):
        self.key = key or DeviceKey.make()
        self.id = registry.enrol(self.key.public_raw, door)
        self.registry = registry

    def signed(self, method, path, body=None, *, ahead_s=0, nonce=None, headers=None, key=None, name=None):
        """Return a request that is ready to go; `ahead_s`: how far this device's clock is before the registry's."""
        url = self.registry.url + path
        request = requests.Request(method, url, json=body, headers=headers).prepare()
        created = int(self.registry.registry.clock().timestamp()) + ahead_s
        nonce = nonce or next(_nonces).to_bytes(16)
        sign_request(request, key or self.key, name or self.id, created=created, nonce=nonce)
        return request

    def call(self, method, path, body=None, **how):
        return send(self.signed(method, path, body, **how))


def send(request):
    with requests.Session() as session:
        return session.send(request, timeout=30)


def members_of(code):
    """Read a code with none of the kiosk's own reader: the map, without the four bytes of its check."""
    return cbor2.loads(base45.b45decode(code.removeprefix(PREFIX))[:-4])


def initialize(registry, code, key, **changes):
    """Ask to be enrolled by a code."""
    token = members_of(code)[EnrolmentMember.TOKEN]
    body = {
        "token": b64(token, url=True),
        "public_key": b64(key.public_raw),
        "proof": b64(key.proof(token)),
        "hardware": {"model": "Raspberry Pi 4", "serial": "100000001"},
        "versions": {"kiosk": "1", "python": "3.11"},
    }
    return requests.post(f"{registry.url}/v1/device/initialize", json=body | changes, timeout=30)


def b64(octets, *, url=False):
    return base64.urlsafe_b64encode(octets).decode().rstrip("=") if url else base64.b64encode(octets).decode()


def kind(answer):
    """Return a problem's reason, with the status it came with."""
    return answer.status_code, answer.json()["type"].removeprefix("urn:ashyq:problem:")
