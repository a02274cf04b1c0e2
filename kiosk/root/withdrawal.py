"""What becomes of a device that the registry withdraws: it forgets whose it was, lets people out, and looks whether it is enrolled anew."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.core.door.state import Door
from kiosk.core.events import DeviceRevoked
from kiosk.enrolment.device import Device
from kiosk.store.thread import StoreThread
from kiosk.threads.reopening import Put

LOOK_AGAIN_S = 2.0
"""How often a withdrawn device looks whether it was enrolled anew."""


class Withdrawal:
    """One device's. `withdraw` is called by whichever thread hears it first, `enrolled_anew` by the loop's."""

    def __init__(self, device: Device, store: StoreThread, *, put: Put, mono: Callable[[], float]) -> None:
        self._device = device
        self._store = store
        self._put = put
        self._mono = mono
        self._looked_at = mono()

    def withdraw(self, forget_documents: Callable[[], None]) -> None:
        """Tell the door, then drop the key and all that the registry said; what waits to be sent stays.

        `forget_documents` returns when no more of them goes to the disk.
        """
        self._put(DeviceRevoked())
        forget_documents()
        self._device.forget()
        self._store.call(lambda store: store.forget_documents())

    def enrolled_anew(self, door: Door) -> bool:
        """Whether this device, withdrawn by the registry, belongs to a door again. Looks at the disk now and then."""
        now = self._mono()
        if not door.building.revoked or now - self._looked_at < LOOK_AGAIN_S:
            return False
        self._looked_at = now
        return self._device.load() is not None
