"""What it costs that the eyes have a process of their own: this tree beside another commit of it, in turns, in one run.

`python -m tests.bench.eyes --before FOLDER`, where FOLDER is a working tree of the commit before. It measures and says so; it must
never pass or fail anything. What the numbers mean is in docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from kiosk.enrolment.device import Device
from tests.app.processes import running
from tests.bench.apart import apart
from tests.bench.approaches import Kind
from tests.bench.machine import Others, machine
from tests.bench.measures import FULL, PATIENCE_S, Bench, Size, bench, enrol
from tests.bench.report import disturbed, percentile, table
from tests.bench.together import memory_mb, processor_s, tree_of

HERE = Path(__file__).resolve().parents[2]
BEFORE, INSIDE, BESIDE = "before", "this tree, eyes in the door's process", "this tree, eyes beside the door"
SETTLES_S = 12.0
"""After the door is open: what is loaded late, first pictures, the first documents."""
CONFIG = """
[door]
id = "BENCH"
[camera]
driver = "replay"
[keypad]
driver = "none"
[gate]
driver = "none"
[sound]
driver = "none"
[screen]
driver = "offscreen"
size = "1280x800"
[store]
path = "{store}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSide:
    """One of those that are compared: a tree, and how its door looks in the first measure."""

    name: str
    tree: Path
    walk: str


def sides(before: Path) -> tuple[DoorSide, ...]:
    """Return all three; what `kiosk run` of this tree does is the last."""
    return (
        DoorSide(name=BEFORE, tree=before, walk="door.walk"),
        DoorSide(name=INSIDE, tree=HERE, walk="door.walk"),
        DoorSide(name=BESIDE, tree=HERE, walk="cell.walk"),
    )


def measured(before: Path, size: Size, *, settles_s: float = SETTLES_S) -> dict[str, Any]:
    """Return one run: rows of approaches for each side, and empty halls for the two that `kiosk run` makes."""
    walks: dict[str, list[dict[str, Any]]] = {side.name: [] for side in sides(before)}
    halls: dict[str, list[dict[str, Any]]] = {side.name: [] for side in sides(before) if side.name != INSIDE}
    others: dict[str, float] = {}
    with bench(size, say) as town:
        stores = {side.name: _store(town, number) for number, side in enumerate(sides(before))}
        began = Others()
        for number in range(size.rounds):
            say(f"approaches, round {number + 1} of {size.rounds}")
            for name, rows in _walked(town, sides(before), stores).items():
                walks[name] += rows
        others["walks"], began = began.share(), Others()
        for number in range(size.rounds):
            say(f"an empty hall, round {number + 1} of {size.rounds}")
            for side in sides(before):
                if side.name in halls:
                    halls[side.name].append(
                        empty_hall(side.tree, stores[side.name], size.idle_s, settles_s=settles_s)
                    )
        others["halls"] = began.share()
    return {"machine": machine(), "walks": walks, "halls": halls, "others": others}


def empty_hall(tree: Path, store: Path, seconds: float, *, settles_s: float) -> dict[str, Any]:
    """Run `kiosk run` of this tree before an empty hall: its processes together, of one core and in MB."""
    config = store.with_suffix(".toml")
    config.write_text(CONFIG.format(store=store), encoding="utf-8")
    with running(tree, "kiosk", "run", "--config", str(config)) as kiosk:
        kiosk.says("is open for visitors")
        time.sleep(settles_s)
        pids = tree_of(kiosk.process.pid)
        began_s, began = [processor_s([pid]) for pid in pids], time.monotonic()
        time.sleep(seconds)
        ended_s, took_s = [processor_s([pid]) for pid in pids], time.monotonic() - began
        if tree_of(kiosk.process.pid) != pids:
            raise RuntimeError("expected the same processes before and after, some ended or began")
        resident = [psutil.Process(pid).memory_info().rss / 1e6 for pid in pids]
        memory = memory_mb(pids)
        kiosk.stop()
    of_each = [(end - start) / took_s for start, end in zip(began_s, ended_s, strict=True)]
    return {"cpu": sum(of_each), "cpu_of_each": of_each, "resident_mb": resident, "memory_mb": memory}


def report(run: dict[str, Any]) -> str:
    """Return the tables of a run, which can be pasted into docs/performance.md."""
    about = run["machine"]
    return "\n\n".join([
        f"{about['cpu']}, {about['cores']} cores, {about['arch']}, {about['system']}, Python {about['python']}.",
        "### With eyes beside the door: from a frame that both engines can read to the gate's rising edge, ms",
        _walk_table(run["walks"]),
        disturbed(run["others"]["walks"]),
        "### With eyes beside the door: an empty hall, 1280x720 at 15 frames/s, all processes together",
        _hall_table(run["halls"]),
        disturbed(run["others"]["halls"]),
    ])  # fmt: skip


def _store(town: Bench, number: int) -> Path:
    store = town.folder / f"side-{number}" / "kiosk.db"
    store.parent.mkdir()
    enrol(town.registry, Device.beside(store))
    return store


def _walked(
    town: Bench, all_sides: Sequence[DoorSide], stores: dict[str, Path]
) -> dict[str, list[dict[str, Any]]]:
    """Show the same approaches to each, one after the other. Each has a store of its own: another commit cannot read it."""
    approaches = [each.order() for each in town.cut_approaches()]
    order = {"approaches": approaches, "patience_s": PATIENCE_S, "url": town.registry.url}
    return {
        side.name: apart(side.walk, tree=side.tree, store=str(stores[side.name]), **order)["visits"][
            town.warm_up :
        ]
        for side in all_sides
    }


def _walk_table(walks: dict[str, list[dict[str, Any]]]) -> str:
    head = ["", "n", "opened", "median", "p90", "ratio to before", *(f"median, {kind}" for kind in Kind)]
    reference = median(_opened(walks[BEFORE]))
    lines = []
    for name, rows in walks.items():
        times = _opened(rows)
        kinds = [_opened(row for row in rows if row["kind"] == kind) for kind in Kind]
        lines.append(
            [
                name,
                str(len(rows)),
                str(len(times)),
                f"{median(times):.1f}",
                f"{percentile(times, 0.9):.1f}",
                f"{median(times) / reference:.2f}",
                *(f"{median(some):.1f}" if some else "-" for some in kinds),
            ]
        )
    return table(head, lines)


def _opened(rows: Iterable[dict[str, Any]]) -> list[float]:
    return [row["ms"] for row in rows if row["ms"] is not None]


def _hall_table(halls: dict[str, list[dict[str, Any]]]) -> str:
    head = ["", "n", "CPU of one core", "range", "of each", "ratio to before", "resident MB of each", "memory MB", "ratio to before"]  # fmt: skip
    medians = {
        name: (median(row["cpu"] for row in rows), median(row["memory_mb"] for row in rows))
        for name, rows in halls.items()
    }
    lines = []
    for name, rows in halls.items():
        cpu, memory = medians[name]
        cpus = [row["cpu"] for row in rows]
        lines.append(
            [
                name,
                str(len(rows)),
                f"{cpu:.1%}",
                f"{min(cpus):.1%} to {max(cpus):.1%}",
                " + ".join(
                    f"{median(each):.1%}" for each in zip(*(row["cpu_of_each"] for row in rows), strict=True)
                ),
                f"{cpu / medians[BEFORE][0]:.2f}",
                " + ".join(f"{mb:.0f}" for mb in rows[-1]["resident_mb"]),
                f"{memory:.0f}",
                f"{memory / medians[BEFORE][1]:.2f}",
            ]
        )
    return table(head, lines)


def say(text: str) -> None:
    """Tell whoever waits what is going on, apart from the results."""
    print(f"... {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.eyes", description=__doc__.partition("\n")[0]
    )
    parser.add_argument(
        "--before", type=Path, required=True, help="a working tree of the commit that this one is compared to"
    )
    parser.add_argument("--rounds", type=int, default=5, help="each takes about three minutes; 5 by default")
    parser.add_argument("--json", action="store_true", help="print every single measurement")
    asked = parser.parse_args()
    run = measured(asked.before.resolve(), replace(FULL, rounds=asked.rounds))
    print(json.dumps(run, indent=1) if asked.json else report(run))


if __name__ == "__main__":
    main()
