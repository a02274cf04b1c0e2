"""What becomes of a device that the registry withdraws: it forgets whose it was, lets people out, and looks whether it is enrolled anew.

It takes a root's signature for that. Whoever only says so, in whatever name, changes nothing: staff are told, the offline
rules go on, and every key is kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from kiosk.core.door.state import Door
from kiosk.core.events import DeviceRevoked, HealthChanged, Part
from kiosk.enrolment.device import Device
from kiosk.store.thread import StoreThread
from kiosk.threads.levels import Level
from kiosk.threads.reopening import Put

LOOK_AGAIN_S = 2.0
"""How often a withdrawn device looks whether it was enrolled anew."""
UNSIGNED = (
    "expected a withdrawal that a root of the registry signed, found one that none did: is there something in between? "
    "Nothing was deleted, and the offline rules go on"
)


class Withdrawal:
    """One device's. `heard` and `reached` are called by whichever thread talks with the registry, `enrolled_anew` by the loop's."""

    def __init__(self, device: Device, store: StoreThread, *, put: Put, mono: Callable[[], float]) -> None:
        self._device = device
        self._store = store
        self._put = put
        self._mono = mono
        self._looked_at = mono()
        self._registry = Level[HealthChanged](put, HealthChanged(part=Part.REGISTRY, working=True), mono=mono)
        self._telling = threading.Lock()
        self._once = threading.Lock()

    def heard(self, *, signed: bool, forget_documents: Callable[[], None]) -> bool:
        """It was said that this device is withdrawn; return whether it is: `signed`, a root states it.

        Then tell the door, and drop the key and all that the registry said; what waits to be sent stays.
        `forget_documents` returns when no more of them goes to the disk.
        """
        if not signed:
            with self._telling:
                self._registry.tell(HealthChanged(part=Part.REGISTRY, working=False, why=UNSIGNED))
            return False
        if self._once.acquire(blocking=False):
            self._put(DeviceRevoked())
            forget_documents()
            self._device.forget()
            self._store.call(lambda store: store.forget_documents())
        return True

    def reached(self) -> None:
        """The registry took this device for its own."""
        with self._telling:
            self._registry.tell(HealthChanged(part=Part.REGISTRY, working=True))

    def enrolled_anew(self, door: Door) -> bool:
        """Whether this device, withdrawn by the registry, belongs to a door again. Looks at the disk now and then."""
        now = self._mono()
        if not door.building.revoked or now - self._looked_at < LOOK_AGAIN_S:
            return False
        self._looked_at = now
        return self._device.load() is not None
