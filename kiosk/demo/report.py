"""What the demo prints: one line a visit, and at the end what was shown beside what the registry stored."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any

from kiosk.demo.witness import Shown

_ANSI = {"green": "42;97", "blue": "44;97", "yellow": "43;30", "red": "41;97", None: "100;97"}


def line(shown: Shown, zone: tzinfo) -> str:
    """Return one visit as one line."""
    colour = shown.colour.value if shown.colour else None
    chip = f" {colour or 'no colour':<9} "
    if sys.stdout.isatty():
        chip = f"\x1b[{_ANSI[colour]}m{chip}\x1b[0m"
    gate = "gate opened" if shown.opened else "gate shut"
    report = "  incident" if shown.incident else ""
    return (
        f"{shown.at.astimezone(zone):%H:%M:%S}  {shown.direction:<5}  {shown.via:<7} {chip} {shown.outcome:<9}  "
        f"{shown.reason:<20}  {gate:<11}  {shown.reference}{report}"
    )


def compare(shown: Iterable[Shown], stored: Iterable[Mapping[str, Any]]) -> tuple[str, bool]:
    """Return the last table, and whether both sides agree visit for visit."""
    last = {each.visit_id: each for each in shown}
    there = {row["uid"]: row for row in stored}
    rows = [f"{'visit':<9} {'direction':<9} {'shown':<28} {'stored at the registry':<28} agree"]
    agree = True
    for uid in [*last, *(uid for uid in there if uid not in last)]:
        seen, row = last.get(uid), there.get(uid)
        left = _said(seen.direction, seen.outcome, seen.colour) if seen else None
        right = _said(row["direction"], row["outcome"], row["colour"]) if row else None
        same = left == right
        agree = agree and same
        reference = seen.reference if seen else str(row and row["reference"])
        direction = seen.direction if seen else str(row and row["direction"])
        rows.append(
            f"{reference:<9} {direction:<9} {left or 'never shown':<28} {right or 'not there':<28} {'yes' if same else 'NO'}"
        )
    return "\n".join(rows), agree and bool(last)


def _said(direction: object, outcome: object, colour: object) -> str:
    return f"{outcome}, {colour or 'no colour'}" + (" (exit)" if str(direction) == "exit" else "")
