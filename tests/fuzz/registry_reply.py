"""Any answer of the registry, or of whoever answers in its place, is understood or is one of two errors; and passes over.

The first three bytes choose the call, the answer's status and its content type; the rest is its body. It goes the whole
way through the client but for the socket. Afterwards the client still asks and signs as before.
"""

import contextlib
import io
import time
from types import SimpleNamespace

import requests
import urllib3

from tests.fuzz.runner import main, watched
from tests.trust.minting import ISSUED, signing_key

with watched():
    from datetime import UTC, datetime, timedelta

    from kiosk.core.model import Direction, Identifier, IdentifierKind, Status, Via
    from kiosk.errors import RegistryRefused, RegistryUnreachable
    from kiosk.trust.signing import DeviceKey
    from kiosk.uplink.client import RegistryClient
    from kiosk.uplink.signing import RequestSigner

VISIT = "01900000-0000-7000-8000-000000000001"
NUMBER = "850601100017"
PERSON = Identifier(kind=IdentifierKind.IIN, value=NUMBER)
NOW = datetime.fromtimestamp(ISSUED, UTC)
STATUSES = (200, 200, 200, 304, 301, 400, 401, 403, 404, 413, 429, 500, 503)
TYPES = ("application/json", "application/problem+json", "application/cose", "text/html", "")
CALLS = (
    lambda client: client.ask(VISIT, PERSON, Direction.ENTRY, Via.KEYPAD, 5.0),
    lambda client: client.send([{"uid": VISIT}]),
    lambda client: client.fetch("policy", '"a"'),
    lambda client: client.fetch("revocations", since=7),
    lambda client: client.events(0, 0.0),
    lambda client: client.heartbeat(version="1", waiting=0, parked=0, inside=0, health={}),
)


class OneAnswer(requests.Session):
    """A session that has the answer already."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = (200, "", b"")

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:
        status, content_type, body = self.answer
        response = requests.Response()
        response.request, response.status_code = request, status
        response.headers["Content-Type"] = content_type
        response.headers["ETag"] = '"b"'
        response.raw = urllib3.HTTPResponse(io.BytesIO(body), preload_content=False)
        return response


SESSION = OneAnswer()
LATER = [NOW]
SIGNER = RequestSigner(
    SimpleNamespace(device="d-1", key=DeviceKey(signing_key("device"))), wall=lambda: LATER[-1]
)
CLIENT = RegistryClient(
    "http://127.0.0.1:9", "DEMO-1", mono=time.monotonic, signer=SIGNER, new_session=lambda: SESSION
)


def target(octets: bytes) -> None:
    call, status, content_type = octets[:3].ljust(3, b"\0")
    SESSION.answer = (STATUSES[status % len(STATUSES)], TYPES[content_type % len(TYPES)], octets[3:])
    try:
        answer = CALLS[call % len(CALLS)](CLIENT)
    except (RegistryUnreachable, RegistryRefused) as refused:
        said = str(refused)
    else:
        said = ""
        status_ = getattr(answer, "status", None)
        assert status_ is None or isinstance(status_, Status)
    assert NUMBER not in said
    assert len(said) < 200
    _works_as_before()


def _works_as_before() -> None:
    """Whatever it heard, a day later the client asks, signs and understands."""
    LATER[-1] = NOW + timedelta(days=1)
    SESSION.answer = (200, TYPES[0], b'{"time": "2026-09-22T14:13:20Z"}')
    heard = CALLS[5](CLIENT)
    assert heard == datetime(2026, 9, 22, 14, 13, 20, tzinfo=UTC)
    LATER[-1] = NOW
    with contextlib.suppress(RegistryUnreachable):
        SIGNER.hear(NOW)


def seeds() -> list[bytes]:
    problem = b'{"type": "https://ashyq.kz/problems/clock-skew", "title": "", "time": "2026-09-21T15:00:00Z"}'
    status = b'{"colour": "green", "established_at": "2026-09-21T14:13:20Z", "valid_until": null}'
    return [
        b'\0\0\0{"visit": "%s", "status": %s, "subject": "%s", "hint": "A. B."}'
        % (VISIT.encode(), status, b"0" * 24),
        b'\1\0\0{"results": [{"uid": "%s", "verdict": "stored", "reason": ""}]}' % VISIT.encode(),
        b"\2\0\2\xd2\x84",
        b"\2\3\0",
        b"\3\0\2\xd2\x84",
        b'\4\0\0{"cursor": 1, "events": [{"kind": "checkin", "identifier": {"kind": "checkin", "value": "%s"}, '
        b'"status": %s, "direction": "entry"}]}' % (b"0" * 24, status),
        b'\5\0\0{"time": "2026-09-21T15:00:00Z"}',
        *(bytes([call, 6, 1]) + problem for call in range(len(CALLS))),
        *(b"\0\6\1" + problem.replace(b"2026-09-21", day) for day in (b"9999-12-31", b"0001-01-01")),
        b"\0\7\1" + problem.replace(b"clock-skew", b"device-revoked"),
    ]


if __name__ == "__main__":
    main(target, seeds())
