"""Who is calling: every call of a device is signed with the key that it enrolled (RFC 9421, docs/contract.md).

What has to be signed never varies, so there is nothing to negotiate and nothing to get wrong. A refusal says its reason,
because a technician has to act on it; none of the reasons is of use to a stranger.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import Request
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature
from http_message_signatures.algorithms import ED25519
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from kiosk.trust.signing import COMPONENTS, LABEL, PARAMETERS, WINDOW
from kiosk.trust.weak_keys import is_weak
from registry.database import cannot_write_now
from registry.devices import Device, Devices
from registry.doors import Door
from registry.moments import utc_text
from registry.nonces import Nonces
from registry.problems import ProblemError

LOOKS_EVERY_S = 2.0
"""How often a device that waits is looked at: it may be revoked by another process, `device revoke`."""
STATUS = "/v1/status"
"""The call that tells of a person: it is counted."""
_NONCE = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_COVERED = [f'"{name}"' for name in COMPONENTS] + ['"@signature-params"']


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A device whose request was signed as it should be."""

    device: str
    door: str

    def must_be_at(self, door: Door) -> None:
        """Raise ProblemError unless it asks about the door at which it stands."""
        if door.id != self.door:
            raise ProblemError(
                403, "other-door", "expected the door at which this device was enrolled; enrol it there"
            )

    def name(self, given: str) -> str:
        """Return what its records are filed under: what it signs with, whatever it calls itself."""
        del given
        return self.device


class Anybody:
    """While signatures are not asked for: a caller on loopback, who is who they say."""

    def must_be_at(self, door: Door) -> None:
        """Be anywhere."""

    def name(self, given: str) -> str:
        """Return the name that was given."""
        return given


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request as http-message-signatures wants it."""

    method: str
    url: str
    headers: object
    body: bytes = field(repr=False)
    """An identifier is in it where a status is asked for."""


class Guard:
    """Lets devices in. `admit` is the dependency of every call of a device."""

    def __init__(
        self,
        devices: Devices,
        nonces: Nonces,
        clock: Callable[[], datetime],
        *,
        withdrawal: Callable[[str, datetime], bytes],
        signed: bool,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """`withdrawal` makes the statement that a device is withdrawn, and since when: a root signs it.

        `elapsed` returns seconds by a clock that nobody sets.
        """
        self._devices = devices
        self._nonces = nonces
        self._clock = clock
        self._withdrawal = withdrawal
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._revoked: frozenset[str] = frozenset()
        self._looked_at = -LOOKS_EVERY_S
        self.signed = signed

    async def admit(self, request: Request) -> None:
        """Put the caller into `request.state`, or raise ProblemError."""
        if not self.signed:
            request.state.caller = Anybody()
            return
        message = Message(
            method=request.method, url=_target(request), headers=request.headers, body=await request.body()
        )
        request.state.caller = await run_in_threadpool(self.caller, message)

    def caller(self, message: Message) -> Caller:
        """Return who signed this request. Raises ProblemError."""
        resolver = _Resolver(self._devices)
        created, nonce = _verified(message, resolver)
        device = resolver.device
        if device is None:
            raise _bad()
        self._must_be_in_service(device)
        now = self._clock()
        if abs(now.timestamp() - created) > WINDOW.total_seconds():
            raise ProblemError(
                401,
                "clock-skew",
                f"expected a request signed within {WINDOW.total_seconds():.0f} s of `time`; sign it again by that",
                time=utc_text(now),
            )
        try:
            pause = self._nonces.first_use(device.id, nonce, asks=_asks(message))
        except OperationalError as error:  # disk full, file held by somebody else
            if not cannot_write_now(error):
                raise
            raise ProblemError(503, "busy", "the registry cannot write now; try again later") from None
        if pause is None:
            raise ProblemError(401, "replayed", "expected a nonce that was never used; sign the request anew")
        if pause:
            raise ProblemError(
                429,
                "too-many-questions",
                "expected as many questions as people come to a door; ask again after the seconds in Retry-After",
                retry_after_s=pause,
            )
        return Caller(device=device.id, door=device.door)

    def must_still_serve(self, caller: Caller | Anybody) -> None:
        """Raise ProblemError where a device was revoked since its request was let in."""
        if isinstance(caller, Caller):
            device = self._devices.get(caller.device)
            if device is None:
                raise _bad()
            self._must_be_in_service(device)

    def still_serves(self, caller: Caller | Anybody) -> bool:
        """Whether a device that waits may go on waiting, by a look at most `LOOKS_EVERY_S` old: one look for all who wait."""
        with self._lock:
            if self._elapsed() - self._looked_at >= LOOKS_EVERY_S:
                self._revoked, self._looked_at = self._devices.revoked(), self._elapsed()
            return not isinstance(caller, Caller) or caller.device not in self._revoked

    def _must_be_in_service(self, device: Device) -> None:
        if device.revoked_at is not None:
            raise ProblemError(
                403,
                "device-revoked",
                "this device was taken out of service; enrol it anew to use it again",
                statement=self._withdrawal(device.id, device.revoked_at),
            )


class _UnknownDevice(InvalidSignature):
    pass


class _Resolver(HTTPSignatureKeyResolver):
    """Finds the device that a key id names, and remembers it: what it is is asked next."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self.device: Device | None = None

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        self.device = self._devices.get(key_id)
        if self.device is None:
            raise _UnknownDevice
        if is_weak(self.device.public_key):  # enrolled before such keys were refused
            raise InvalidSignature
        return Ed25519PublicKey.from_public_bytes(self.device.public_key)


class _Verifier(HTTPMessageVerifier):
    """Leaves the time to `Guard`: it has the registry's clock, and answers a wrong one with the right time."""

    def validate_created_and_expires(self, sig_input: object, max_age: object = None) -> None:
        """Accept any."""


def _verified(message: Message, resolver: _Resolver) -> tuple[int, str]:
    """Return `created` and the nonce of a request with exactly one signature that is right. Raises ProblemError."""
    if "signature" not in message.headers or "signature-input" not in message.headers:  # type: ignore[operator]
        raise ProblemError(
            401, "unsigned", "expected a request signed by an enrolled device; see docs/contract.md"
        )
    verifier = _Verifier(signature_algorithm=ED25519, key_resolver=resolver)
    try:
        (result,) = verifier.verify(message, require_components=COMPONENTS, body=message.body)
    except _UnknownDevice:
        raise ProblemError(
            401, "unknown-device", "expected the id of a device of this registry; enrol this one"
        ) from None
    except Exception as error:
        if isinstance(error.__cause__, SQLAlchemyError):  # our own, and nothing of the caller's
            raise error.__cause__ from None
        raise _bad() from None  # total: whatever a stranger's headers do to the library
    created, nonce = result.parameters.get("created"), result.nonce
    exact = [*result.covered_components] == _COVERED and result.label == LABEL
    if not exact or result.parameters.keys() != set(PARAMETERS) or not isinstance(created, int):
        raise _bad()
    if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        raise _bad()
    return created, nonce


def _asks(message: Message) -> bool:
    return urlsplit(message.url).path == STATUS


def _bad() -> ProblemError:
    return ProblemError(
        401, "bad-signature", "expected a signature that fits the request; see docs/contract.md"
    )


def _target(request: Request) -> str:
    """Return the address as the caller wrote it: nothing decoded, the host as it was asked for."""
    scope = request.scope
    path = scope["raw_path"].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    host = request.headers.get("host", "")
    return f"{scope['scheme']}://{host}{path}" + (f"?{query}" if query else "")
