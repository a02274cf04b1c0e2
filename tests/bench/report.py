"""From the numbers of a run to tables that can be read, and pasted into docs/performance.md as they are.

Every table has the tutorial beside the door, and a ratio; none says whether that is good.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

from tests.bench.approaches import TRIES, Kind
from tests.bench.machine import DISTURBED
from tests.bench.measures import SIDES

STAGES = ("decode", "ask", "decide", "commit", "gate")
Rows = Sequence[dict[str, Any]]


def report(run: dict[str, Any]) -> str:
    """Return everything that was measured, a table a topic."""
    parts = [_machine(run)]
    for topic, tables in TOPICS.items():
        if topic in run["topics"]:
            found = run["topics"][topic]
            parts.append(f"{tables(found['result'])}\n{disturbed(found['others'])}")
    return "\n\n".join(parts)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose columns stand below each other."""
    lines = [list(head), *map(list, rows)]
    wide = [max(len(line[column]) for line in lines) for column in range(len(head))]
    lines.insert(1, ["-" * width for width in wide])
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, wide, strict=True)) + " |"
        for line in lines
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def _machine(run: dict[str, Any]) -> str:
    m = run["machine"]
    return f"{m['cpu']}, {m['cores']} cores, {m['arch']}, {m['system']}, Python {m['python']}; {run['size']} run, {run['minutes']:.0f} minutes."


def disturbed(others: float) -> str:
    """Return how much of the machine others used meanwhile, and whether that is too much."""
    told = "DISTURBED: run it again when nothing else runs" if others > DISTURBED else "undisturbed"
    return f"Others used {others:.0%} of the machine meanwhile: {told}."


def _approaches(found: dict[str, Any]) -> str:
    drawn = Counter(found["drawn"])
    told = (
        f"Looked at {drawn.total()} approaches for this: {drawn['zxing-cpp']} were left out because zxing-cpp could not read them, "
        f"{drawn['pyzbar']} because pyzbar could not within {TRIES} frames of it."
    )
    return "\n\n".join([
        "### From a frame that both engines can read to the gate's rising edge, ms",
        _walked(found["cut"]),
        told,
        "### Where the door's time goes, ms (median, and p99 in brackets)",
        _stages(found["cut"]["door"]),
        "### Whole approaches: from the first frame that either engine can read, ms",
        _walked(found["whole"]),
    ])  # fmt: skip


def _walked(sides: dict[str, Rows]) -> str:
    head = ["what is held up", "n"]
    head += [f"{side} {what}" for side in SIDES for what in ("opened", "median", "p99")] + [
        "ratio of medians"
    ]
    lines = []
    for name, mine in (("all", lambda _row: True), *((kind.value, _of(kind)) for kind in Kind)):
        some = {side: [row for row in sides[side] if mine(row)] for side in SIDES}
        if some[SIDES[0]]:
            lines.append([name, str(len(some[SIDES[0]])), *_compared(some)])
    return table(head, lines)


def _compared(some: dict[str, Rows]) -> list[str]:
    cells, medians = [], []
    for side in SIDES:
        times = _times(some[side])
        medians.append(median(times) if times else None)
        cells += [str(len(times)), _number(medians[-1]), _number(percentile(times, 0.99) if times else None)]
    return [*cells, _ratio(*medians)]


def _stages(rows: Rows) -> str:
    lines = []
    for kind in Kind:
        some = [row["stages"] for row in rows if row["kind"] == kind and row["pulse"] is not None]
        if some:
            cells = [[one[stage] for one in some] for stage in STAGES]
            lines.append(
                [kind.value, *(f"{median(all_):.1f} ({percentile(all_, 0.99):.1f})" for all_ in cells)]
            )
    return table(["what is held up", *STAGES], lines)


def _network(found: dict[str, Any]) -> str:
    head = ["registry", "what is held up", "n"]
    head += [f"{side} {what}" for side in SIDES for what in ("opened", "median ms", "reads no frame for ms")]
    lines = []
    for state, sides in found.items():
        for kind in (Kind.LIVE, Kind.CARRY):
            some = {side: [row for row in sides[side] if row["kind"] == kind] for side in SIDES}
            line = [state, kind.value, str(len(some[SIDES[0]]))]
            for side in SIDES:
                times = _times(some[side])
                line += [str(len(times)), _number(median(times) if times else None)]
                line.append(_number(max((row["busy_ms"] for row in some[side]), default=None)))
            lines.append(line)
    return "### When the registry is slow or away\n\n" + table(head, lines)


def _idle(found: dict[str, Any]) -> str:
    theirs = found["tutorial"]
    lines = [
        [
            side,
            f"{one['cpu']:.1%}",
            _ratio(theirs["cpu"], one["cpu"]),
            f"{one['fps']:.1f}",
            f"{_a_frame(one) * 1e3:.2f}",
            _ratio(_a_frame(theirs), _a_frame(one)),
            f"{one['rss_mb']:.0f}",
        ]
        for side, one in found.items()
    ]
    head = ["", "CPU of one core", "ratio", "frames/s read", "CPU ms a frame", "ratio a frame", "memory MB"]
    return "### An empty hall, 1280x720 at 15 frames/s\n\n" + table(head, lines)


def _a_frame(one: dict[str, Any]) -> float:
    """Return the CPU seconds for each frame that was really read."""
    return one["cpu"] / one["fps"]


def _start(found: dict[str, Any]) -> str:
    lines = [
        [
            side,
            f"{one['median_s']:.2f}",
            f"{min(one['all_s']):.2f} to {max(one['all_s']):.2f}",
            str(len(one["all_s"])),
        ]
        for side, one in found.items()
    ]
    ratio = _ratio(found["tutorial"]["median_s"], found["door"]["median_s"])
    return (
        "### From the start of the process to the first frame looked at, s\n\n"
        + table(["", "median", "range", "n"], lines)
        + f"\n\nRatio of medians: {ratio}."
    )


def _memory(found: dict[str, Any]) -> str:
    marks = {int(count): mb for count, mb in found["rss_mb"].items()}
    counts = sorted(marks)
    grown = (marks[counts[-1]] - marks[counts[-2]]) / (counts[-1] - counts[-2]) * 1e3 if counts[-2] else None
    return (
        "### The door's memory, MB\n\n"
        + table([f"after {count} visits" for count in counts] + ["growth a visit, kB"],
                [[*(f"{marks[count]:.0f}" for count in counts), _number(grown)]])
        + f"\n\n{found['visits']} visits in {found['seconds']:.0f} s."
    )  # fmt: skip


TOPICS: dict[str, Callable[[dict[str, Any]], str]] = {
    "approaches": _approaches,
    "network": _network,
    "idle": _idle,
    "start": _start,
    "memory": _memory,
}


def _of(kind: Kind) -> Callable[[dict[str, Any]], bool]:
    return lambda row: row["kind"] == kind


def _times(rows: Rows) -> list[float]:
    return [row["ms"] for row in rows if row["ms"] is not None]


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}"


def _ratio(tutorial: float | None, door: float | None) -> str:
    return f"{tutorial / door:.1f}" if tutorial and door else "-"
