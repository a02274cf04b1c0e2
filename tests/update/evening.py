"""An evening at a device: a release that is packed for it, and an update whose clock goes only while it waits."""

from __future__ import annotations

import base64
import io
import tarfile
from datetime import datetime

from kiosk.core.rule.policy import Window
from kiosk.update.release import this_system
from kiosk.update.site import UpdateSite
from scripts.make_release import payload_of, sealed

SYSTEM, MACHINE = this_system()


class Evening:
    """A clock that goes only while the update waits, and what it says meanwhile."""

    def __init__(self, device, monkeypatch) -> None:
        for name, value in device.environment.items():
            monkeypatch.setenv(name, value)
        self.device = device
        self.now = 0.0
        self.said: list[str] = []
        self.happens: dict[float, object] = {}
        self.starts_at = datetime(2026, 3, 4, 20, 0)
        keys = device.folder / "release-keys"
        keys.write_text(base64.b64encode(device.key.public_key().public_bytes_raw()).decode())
        self.keys = keys

    def site(self, hours: Window | None = None, **changes) -> UpdateSite:
        told = {
            "runtime": self.device.runtime,
            "opt": self.device.opt,
            "keys": self.keys,
            "hours": hours,
            "local": lambda: self.starts_at.replace(hour=(20 + int(self.now // 3600)) % 24),
            "say": self.said.append,
            "pause": self.pause,
            "mono": lambda: self.now,
        }
        return UpdateSite(**told | changes)

    def pause(self, seconds: float) -> None:
        self.now += seconds
        for at in [at for at in self.happens if at <= self.now]:
            self.happens.pop(at)()
        # systemd would have started the watch; it is over in a moment here.
        if (self.device.opt / "trial" / "state").exists():
            assert self.device.guard("watch") == 0


def packed(device, tree, version=None, **changes) -> str:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as out:
        out.add(tree, ".")
    file = device.folder / f"{tree.name}.release"
    told = {"systems": (SYSTEM,), "machines": (MACHINE,)} | changes
    file.write_bytes(sealed(payload_of(made.getvalue()), device.key, version=version or tree.name, **told))
    return str(file)
