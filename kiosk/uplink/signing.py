"""Signs what this device asks, by a time that the registry takes for now (RFC 9421, docs/contract.md).

Whoever tells the registry's time in a refusal has signed nothing: it is good for signing with, and never sets a clock.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import requests

from kiosk.clock import HAS_PASSED
from kiosk.trust.signing import NONCE_BYTES, DeviceKey, sign_request

log = logging.getLogger(__name__)

MOST_AHEAD = timedelta(days=366)
"""How far ahead of what this device knows a time may be that nobody signed: a card that lay in a drawer, a season without power."""


class SigningIdentity(Protocol):
    """Who this device is to the registry: as much of `kiosk/enrolment/device.py` as a signature needs."""

    @property
    def device(self) -> str:
        """The id that the registry gave it."""
        ...

    @property
    def key(self) -> DeviceKey:
        """Its own key."""
        ...


class RequestSigner:
    """May be called from several threads."""

    def __init__(
        self,
        identity: SigningIdentity,
        *,
        wall: Callable[[], datetime],
        new_nonce: Callable[[int], bytes] = secrets.token_bytes,
        signed: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        """`signed` tells how late it is at least by all that the registry has signed; None: nothing was seen yet."""
        self._identity = identity
        self._wall = wall
        self._new_nonce = new_nonce
        self._signed = signed
        self.ahead = timedelta()
        """How far the registry's clock is ahead of ours, as far as it had to tell: within 300 s it does not."""

    @property
    def device(self) -> str:
        """The id that the registry gave this device."""
        return self._identity.device

    def sign(self, prepared: requests.PreparedRequest) -> None:
        """Sign a request that is ready to go. Each call is another signature, also of the same request."""
        created = int((self._wall() + self.ahead).timestamp())
        nonce = self._new_nonce(NONCE_BYTES)
        sign_request(prepared, self._identity.key, self._identity.device, created=created, nonce=nonce)

    def hear(self, registrys_time: datetime) -> None:
        """Sign by the registry's clock from now on, unless it says a day that is far ahead of all that is known here.

        Whoever stands in between could keep what is signed for such a day, and send it then.
        """
        known = max(self._wall(), self._signed() or HAS_PASSED)
        if registrys_time > known + MOST_AHEAD:
            log.error(
                "an answer says that it is %s: nothing is signed for that day; are both clocks right?",
                registrys_time.isoformat(),
            )
            return
        self.ahead = registrys_time - self._wall()
        log.warning(
            "our clock is %.0f s behind the registry's (less than 0: ahead); it was not set by that, requests are signed so",
            self.ahead.total_seconds(),
        )
