"""What an enrolment does to the outer world: reads a code, joins its Wi-Fi, asks the registry, keeps the answer.

Every step answers with an event of `kiosk/core/enrolling/table.py` and raises nothing. No log line from here holds a code, a token or a
passphrase.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime

from kiosk.core.enrolling.table import (
    Accepted,
    Connected,
    Declined,
    EnrolmentTrouble,
    Offer,
    Offered,
    Order,
    Spoiled,
)
from kiosk.enrolment.device import Device, Identity
from kiosk.enrolment.initialize import Enrolled
from kiosk.errors import DeviceError, DriverError, KioskError, RegistryRefused, RegistryUnreachable
from kiosk.trust.enrolment import EnrolmentCode, EnrolmentFault, Wifi, parse_enrolment
from kiosk.trust.roots import Roots
from kiosk.trust.signing import DeviceKey

log = logging.getLogger(__name__)

TROUBLES = {
    "token-used": EnrolmentTrouble.USED,
    "token-expired": EnrolmentTrouble.EXPIRED,
    "token-unknown": EnrolmentTrouble.UNKNOWN,
    "other-device": EnrolmentTrouble.OTHER_DEVICE,
}
"""The registry's words for a code that it does not take (docs/contract.md)."""


Initialize = Callable[[EnrolmentCode, DeviceKey], Enrolled]
"""Asks the code's registry. Raises RegistryUnreachable or RegistryRefused."""


class Enroller:
    """One device that may become a door's. `identity` is what came of it."""

    def __init__(
        self,
        device: Device,
        *,
        initialize: Initialize,
        join: Callable[[Wifi], None],
        wall: Callable[[], datetime],
        serial: str,
        root: str = "",
        another_registry: bool = False,
    ) -> None:
        """`join` raises DriverError where the Wi-Fi does not connect; `serial` is this device's own.

        `root` is the only root key that is taken: the first hexadecimal digits of its SHA-256, with or without spaces;
        empty: any. `another_registry`: somebody with root's powers gives this device to another registry.
        """
        self.identity: Identity | None = None
        self._device = device
        self._initialize = initialize
        self._join = join
        self._wall = wall
        self._serial = serial
        self._root = "".join(root.split()).lower()
        self._another_registry = another_registry

    def read(self, text: str) -> Offered | Spoiled:
        """Return what a text offers. Nothing of it is applied."""
        read = parse_enrolment(text, now=self._wall(), serial=self._serial)
        if isinstance(read, EnrolmentFault):
            return Spoiled(trouble=EnrolmentTrouble(read.value))
        trouble, first = self._whose(read)
        if trouble is not None:
            return Spoiled(trouble=trouble)
        return Offered(offer=Offer(lines=read.as_lines(), code=read, again_is_yes=first))

    def _whose(self, code: EnrolmentCode) -> tuple[EnrolmentTrouble | None, bool]:
        """Return why a code is not for this device, and whether this device never was anybody's."""
        if not hashlib.sha256(code.root_key).hexdigest().startswith(self._root):
            return EnrolmentTrouble.OTHER_ROOT, False
        try:
            belonging = self._device.belonging()
        except DeviceError as damaged:
            log.error("%s", damaged)
            return (None if self._another_registry else EnrolmentTrouble.NOT_KEPT), False
        if belonging is None:
            return None, True
        if self._another_registry or belonging.is_of(code.registry, code.root_key, self._wall()):
            return None, False
        log.warning("a code of another registry was shown: this device belongs to %s", belonging.registry)
        return EnrolmentTrouble.OTHER_REGISTRY, False

    def perform(self, order: Order, offer: Offer) -> Connected | Accepted | Declined:
        """Do what was ordered, and return what came of it. May take half a minute."""
        code: EnrolmentCode = offer.code
        try:
            return self._connect(code) if order is Order.CONNECT else self._ask(code)
        except Exception as bug:
            # Its text is not logged: a library may repeat what it was given.
            log.error("the enrolment failed by a mistake of our own: %s", type(bug).__name__)
            return Declined(trouble=EnrolmentTrouble.NOT_KEPT)

    def _connect(self, code: EnrolmentCode) -> Connected:
        if code.wifi is None:
            return Connected()
        try:
            self._join(code.wifi)
        except DriverError as failure:
            log.warning("the Wi-Fi of the code: %s", failure)
            return Connected(wifi=False)
        return Connected()

    def _ask(self, code: EnrolmentCode) -> Accepted | Declined:
        try:
            roots = Roots.of(code.root_key)
            key = self._device.key_for(code.token)
            answer = self._initialize(code, key)
            identity = Identity(
                device=answer.device,
                door=answer.door,
                venue=answer.venue,
                registry=code.registry,
                roots=roots,
                enrolled_at=self._wall(),
                venue_code=answer.venue_code,
                key=key,
            )
            identity = self._device.save(identity)
        except RegistryUnreachable as failure:
            log.warning("the registry did not answer the enrolment: %s", failure)
            return Declined(trouble=EnrolmentTrouble.UNREACHABLE)
        except RegistryRefused as refused:
            log.warning("the registry refused the enrolment: %s", refused)
            return Declined(trouble=TROUBLES.get(refused.why, EnrolmentTrouble.REFUSED))
        except KioskError as failure:
            log.error("the enrolment was not kept: %s", failure)
            return Declined(trouble=EnrolmentTrouble.NOT_KEPT)
        self.identity = identity
        log.info("enrolled as %s for door %s of %s", identity.device, identity.door, identity.registry)
        return Accepted(device=identity.device)
