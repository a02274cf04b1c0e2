"""Drawn visitors who walk up: how many are read of those who ever could be, and how many frames after they first could be."""

from __future__ import annotations

from statistics import median

from simulator.lens import Carrier, ScreenLook, shots, varied
from tests.bench.report import percentile, table
from tests.bench.sides import FIRST_SEED, FPS, SIDES, SIZE
from tests.reader.codes import PASS

FRAMES = 30


def visitors(count: int, first_seed: int = FIRST_SEED) -> str:
    """Return the table over so many visitors, and who of them the door did not read."""
    found: dict[str, list[int | None]] = {name: [] for name in SIDES}
    legible: list[int | None] = []
    dark: list[bool] = []
    wrong = dict.fromkeys(SIDES, 0)
    for seed in range(first_seed, first_seed + count):
        scene = varied(PASS, seed, SIZE)
        dark.append(scene.look is ScreenLook.DARK_MODE and scene.carrier is Carrier.PHONE)
        legible.append(None)
        sides = {name: make() for name, make in SIDES.items()}
        for index, shot in enumerate(shots(scene, FRAMES)):
            if legible[-1] is None and shot.legible:
                legible[-1] = index
            for name, side in list(sides.items()):
                texts = side.texts(shot.frame, index / FPS)
                wrong[name] += bool(texts - {PASS})
                if PASS in texts:
                    found[name].append(index)
                    del sides[name]
            if not sides and legible[-1] is not None:
                break
        for name in sides:
            found[name].append(None)
    rows = []
    for name, firsts in found.items():
        could = [(first, since) for first, since in zip(firsts, legible, strict=True) if since is not None]
        late = [first - since for first, since in could if first is not None]
        in_dark = [
            first
            for first, since, is_dark in zip(firsts, legible, dark, strict=True)
            if is_dark and since is not None
        ]
        rows.append([
            name, _of(firsts), _of([first for first, _ in could]), _of(in_dark),
            f"{median(late):g}" if late else "-", f"{percentile(late, 0.9)}" if late else "-", str(wrong[name]),
        ])  # fmt: skip
    missed = [
        first_seed + number
        for number, (first, since) in enumerate(zip(found["door"], legible, strict=True))
        if first is None and since is not None
    ]
    head = [
        f"{count} drawn visitors", "read", "of those ever legible", "of these in dark mode",
        "frames from legible to read, median", "p90", "frames with another text",
    ]  # fmt: skip
    told = ", ".join(map(str, missed)) or "none"
    return f"{table(head, rows)}\n\nLegible and not read by the door, by seed: {told}."


def _of(firsts: list[int | None]) -> str:
    read = sum(first is not None for first in firsts)
    return f"{read} of {len(firsts)}" + (f" = {100 * read / len(firsts):.1f} %" if firsts else "")
