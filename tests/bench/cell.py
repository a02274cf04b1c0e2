"""The door with its eyes in a process of their own, as it is installed: the reel is played there, the gate opens here.

`python -m tests.bench.cell ORDER.json --doors FD --until FD` is that process. Nursery, line and shared pictures are those of the
house; only the camera is the benchmark's. There is no cell of systemd's around it: what filters of calls cost is in no number.
"""

from __future__ import annotations

import argparse
import json
import mmap
import socket
import struct
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kiosk.core.model import Direction
from kiosk.errors import CameraLost
from kiosk.eyes import cell
from kiosk.eyes.engines import AtWork, EngineGuard
from kiosk.eyes.far import FarEyes
from kiosk.eyes.here import CameraEyes
from kiosk.eyes.messages import OpenCamera
from kiosk.eyes.nursery import Nursery
from kiosk.eyes.own import OwnEyes
from kiosk.ports import Eyes, Learned, Seen
from kiosk.root.eyes import code_reader
from kiosk.settings import Settings, parse, shown
from simulator.outputs import FakeGate
from tests.bench.approaches import Approach
from tests.bench.door import House, ReelCamera, with_stages
from tests.bench.reel import Reel, Shown

OPENED, SHOWN = "opened", "shown.json"
DRAWS_WITHIN_S = 60.0
"""Between two shots the reel draws the next one, and nothing is seen meanwhile."""


class Edges:
    """How many times the gate has opened, in a file that both processes have before them."""

    SIZE = 8

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            self._bytes = mmap.mmap(opened.fileno(), self.SIZE)

    def __call__(self) -> int:
        """Return it."""
        return int(struct.unpack("=q", self._bytes[:])[0])

    def set(self, count: int) -> None:
        """Say it."""
        self._bytes[:] = struct.pack("=q", count)


class CountingGate(FakeGate):
    """A gate that says in `edges` how often it has opened."""

    def __init__(self, edges: Edges) -> None:
        super().__init__(now=time.monotonic)
        self._edges = edges

    def open(self, direction: Direction) -> None:
        """Open, then count: by then the edge has been."""
        super().open(direction)
        self._edges.set(len(self.pulses))


class ReelEyes:
    """Port `Eyes`: those in the other process, waited for while they draw; over when the reel is."""

    def __init__(self, eyes: Eyes, house: House, shown: Path) -> None:
        self._eyes, self._house, self._shown = eyes, house, shown

    def look(self, wait_s: float) -> Seen:
        """Look. Raises CameraLost."""
        try:
            return self._eyes.look(DRAWS_WITHIN_S)
        except CameraLost:
            if self._shown.exists():
                self._house.over.set()
            raise

    def hear(self, *, is_open: bool, read: int) -> None:
        """Pass it on."""
        self._eyes.hear(is_open=is_open, read=read)

    def close(self) -> None:
        """Hang up."""
        self._eyes.close()


def walk(order: dict[str, Any]) -> dict[str, Any]:
    """Show it approaches and return what became of each, as `tests.bench.door.walk` does."""
    with tempfile.TemporaryDirectory(prefix="ashyq-bench-cell-") as name:
        folder = Path(name)
        (folder / OPENED).write_bytes(bytes(Edges.SIZE))
        (folder / "order.json").write_text(json.dumps(order), encoding="utf-8")
        house = House(url=order["url"], store=Path(order["store"]), gate=CountingGate(Edges(folder / OPENED)))
        configuration = shown(Settings())
        program = (sys.executable, "-m", "tests.bench.cell", str(folder / "order.json"))
        with closing(OwnEyes(program)) as line:

            def open_eyes(learned: Learned) -> Eyes:
                house.await_policy()
                eyes = FarEyes(line, OpenCamera(settings=configuration, learned=learned))
                return ReelEyes(eyes, house, folder / SHOWN)

            house.run_with(open_eyes)
        rows = json.loads((folder / SHOWN).read_text(encoding="utf-8"))
        approaches = [Approach.from_order(each) for each in order["approaches"]]
        return {"visits": with_stages(approaches, [Shown(**row) for row in rows], house)}


class KeptReel:
    """A reel that leaves what became of its shots in a file when it is over."""

    def __init__(self, reel: Reel, file: Path) -> None:
        self._reel, self._file = reel, file

    def read(self) -> Any | None:
        """Return the newest frame; None when everything was shown."""
        frame = self._reel.read()
        if frame is None:
            written = self._file.with_suffix(".new")
            written.write_text(json.dumps([asdict(shot) for shot in self._reel.shown]), encoding="utf-8")
            written.replace(self._file)
        return frame


def look(line: socket.socket, at_work: AtWork, order: dict[str, Any], folder: Path) -> None:
    """What one process of the eyes does with the line to the door (`kiosk.root.eyes` does the same with a real camera)."""

    def open_eyes(given: OpenCamera) -> Eyes:
        approaches = [Approach.from_order(each) for each in order["approaches"]]
        reel = Reel(
            (approach.shot(order["patience_s"]) for approach in approaches), opened=Edges(folder / OPENED)
        )
        camera = ReelCamera(KeptReel(reel, folder / SHOWN).read, threading.Event())
        reader = code_reader(
            parse(given.settings).reader.formats, EngineGuard(at_work, {}, mono=time.monotonic)
        )
        return CameraEyes(camera, reader, mono=time.monotonic, learned=given.learned)

    def slot_bytes(given: OpenCamera) -> int:
        wide, high = parse(given.settings).camera.size
        return wide * high

    cell.look_for(line, open_eyes, slot_bytes)


def main() -> None:
    """Be the process of the eyes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("order", type=Path)
    parser.add_argument("--doors", type=int, required=True)
    parser.add_argument("--until", type=int)
    given = parser.parse_args()
    order = json.loads(given.order.read_text(encoding="utf-8"))
    nursery = Nursery(lambda line, at_work, _rests: look(line, at_work, order, given.order.parent))
    with socket.socket(fileno=given.doors) as doors:
        nursery.serve(doors, until=given.until)


if __name__ == "__main__":
    main()
