"""The baseline: the loop that tutorials show, as they show it, and with the mistakes that would stop it left out.

VideoCapture.read, cvtColor, pyzbar.decode with every symbology on every full frame, requests.post in the loop, the relay held
by a sleep in the loop. In its favour: it guards against a dead network and gives up after five seconds; it need not open or
verify a pass (the registry's handle is looked up beforehand); it has no screen and no store; it remembers the last code.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import cv2
import psutil
import requests
from pyzbar import pyzbar

from kiosk.clock import new_id
from kiosk.core.model import Direction
from simulator.outputs import FakeGate
from tests.bench.approaches import DOOR, Approach, hall
from tests.bench.reel import Reel, Shot
from tests.bench.tally import tallied

PULSE_S = 0.5
GIVES_UP_S = 5.0
ADMITTED = ("green", "blue")


class Capture:
    """As much of a cv2.VideoCapture as the loop uses, over a reel of colour frames."""

    def __init__(self, read: Callable[[], Any | None]) -> None:
        self._read = read

    def read(self) -> tuple[bool, Any]:
        """Return whether there was a frame, and the frame."""
        frame = self._read()
        return frame is not None, frame


def loop(
    capture: Capture,
    *,
    url: str,
    gate: FakeGate,
    known: Mapping[str, dict[str, str]],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Run until the camera ends. `known` maps the text of a code to the identifier that the registry is asked about."""
    last = ""
    while True:
        ok, frame = capture.read()
        if not ok:
            return
        grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
        for code in pyzbar.decode(grey):
            text = code.data.decode("utf-8", "replace")
            if text == last or text not in known:
                continue
            question = {
                "visit": new_id(), "door": DOOR, "direction": "entry", "via": "camera", "identifier": known[text],
            }  # fmt: skip
            try:
                status = requests.post(f"{url}/v1/status", json=question, timeout=GIVES_UP_S).json()["status"]
            except requests.RequestException:
                continue
            last = text
            if status and status["colour"] in ADMITTED:
                gate.open(Direction.ENTRY)
                sleep(PULSE_S)


def in_colour(grey: Any) -> Any:
    """Make what a VideoCapture gives of a grey frame."""
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def walk(order: dict[str, Any]) -> dict[str, Any]:
    """Show it approaches and return what became of each."""
    approaches = [Approach.from_order(one) for one in order["approaches"]]
    gate = FakeGate(now=time.monotonic)
    shots = (one.shot(order["patience_s"]) for one in approaches)
    reel = Reel(shots, opened=lambda: len(gate.pulses), develop=in_colour)
    known = {one["text"]: one["identifier"] for one in order["approaches"]}
    loop(Capture(reel.read), url=order["url"], gate=gate, known=known)
    return {"visits": tallied(approaches, reel.shown, gate.pulses)}


def idle(order: dict[str, Any]) -> dict[str, Any]:
    """Show it an empty hall for `seconds`, and return what that cost."""
    gate = FakeGate(now=time.monotonic)
    shots = [Shot(hall=lambda: hall(1), patience_s=seconds) for seconds in (1.0, order["seconds"])]
    reel = Reel(shots, opened=lambda: len(gate.pulses), develop=in_colour)
    loop(Capture(reel.read), url="", gate=gate, known={})
    last = reel.shown[-1]
    return {
        "cpu": last.cpu_s / last.wall_s,
        "fps": last.frames / last.wall_s,
        "rss_mb": psutil.Process().memory_info().rss / 1e6,
    }
