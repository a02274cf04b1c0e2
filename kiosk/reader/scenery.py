"""What the hall looks like to this camera: a small map of how its edges run, by which a camera that was turned is known.

Not a picture: 39 by 21 directions without light or dark, averaged over everybody who walked through. Slow to learn, so that a parcel
left in the hall is no other hall.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

CELLS = (40, 22)
"""Columns and rows."""
FAINT = 4.0
"""Grey levels: an edge that is fainter counts for less, since noise runs anywhere."""
LEARNED = 24
"""After so many looks the hall is known well enough to be compared with."""
SLOW = 720
"""A look counts for one in so many: at a look every 5 s the memory is an hour long."""
READS = 10
"""So many codes read in a view that is not the learned one make it the right one."""

Map = NDArray[np.float32]


def edge_map(cells: NDArray[np.uint8]) -> tuple[Map, float]:
    """Return how the edges run (float32, shape (2, 21, 39): twice the angle, so that light and dark may change sides), and how steep
    the steepest twentieth is in grey levels a cell. `cells` is any smaller copy of the frame."""
    small = cv2.resize(cells, CELLS, interpolation=cv2.INTER_AREA).astype(np.float32)
    across, down = small[:-1, 1:] - small[:-1, :-1], small[1:, :-1] - small[:-1, :-1]
    steep = cv2.magnitude(across, down)
    weight = 1.0 / (steep * (steep + max(FAINT, float(np.median(steep)))) + 1e-6)
    return np.stack([(across**2 - down**2) * weight, 2 * across * down * weight]), float(
        np.quantile(steep, 0.95)
    )


@dataclass(frozen=True, slots=True)
class Scenery:
    """The hall as it was learned."""

    looks: int = 0
    edges: Map | None = None
    structure: float = 0.0
    sharpness: float = 0.0
    reads: int = 0
    """Codes read while the hall did not look as it was learned."""

    @property
    def known(self) -> bool:
        """Whether it can be compared with."""
        return self.looks >= LEARNED

    def likeness(self, edges: Map) -> float | None:
        """Return how much other edges run as these, about 0 to 1; None while nothing is known."""
        if self.edges is None or not self.known:
            return None
        norm = float(np.sqrt(np.sum(self.edges**2) * np.sum(edges**2)))
        return float(np.sum(self.edges * edges)) / norm if norm > 0 else 0.0

    def learn(self, edges: Map, structure: float, sharpness: float) -> Scenery:
        """Return it with one more look at a hall that is as it should be."""
        if self.edges is None:
            return Scenery(1, edges, structure, sharpness)
        share = 1.0 / min(self.looks + 1, SLOW)
        return Scenery(
            min(self.looks + 1, SLOW),
            self.edges + share * (edges - self.edges),
            self.structure + share * (structure - self.structure),
            self.sharpness + share * (sharpness - self.sharpness),
        )

    def read_elsewhere(self, count: int) -> Scenery:
        """Return it after `count` codes were read in another view: after READS of them it is forgotten, and the new one learned."""
        return Scenery() if self.reads + count >= READS else replace(self, reads=self.reads + count)

    def to_bytes(self) -> bytes:
        """Return it for a file."""
        assert self.edges is not None  # noqa: S101 - only what was learned is kept
        edges = np.clip(np.round(self.edges * 100), -127, 127).astype(int).tolist()
        return json.dumps(
            {
                "version": 1,
                "looks": self.looks,
                "edges": edges,
                "structure": round(self.structure, 2),
                "sharpness": round(self.sharpness, 4),
            }
        ).encode()

    @classmethod
    def from_bytes(cls, body: bytes) -> Scenery:
        """Return what was kept, or nothing known where it is not whole."""
        try:
            kept = json.loads(body)
            edges = np.asarray(kept["edges"], np.float32) / np.float32(100)
            if (
                kept["version"] != 1
                or edges.shape != (2, CELLS[1] - 1, CELLS[0] - 1)
                or not np.all(np.isfinite(edges))
            ):
                return cls()
            return cls(int(kept["looks"]), edges, float(kept["structure"]), float(kept["sharpness"]))
        except (ValueError, KeyError, TypeError, OverflowError):
            return cls()
