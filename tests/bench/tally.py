"""What became of each approach, as numbers: which gate pulse belongs to which shot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.outputs import GatePulse
from tests.bench.approaches import Approach
from tests.bench.reel import Shown


def tallied(
    approaches: Sequence[Approach], shown: Sequence[Shown], pulses: Sequence[GatePulse]
) -> list[dict[str, Any]]:
    """Return one row an approach; `ms` is from the frame that counts to the gate's rising edge, None where it stayed shut."""
    return [
        {
            "kind": one.kind.value,
            "seed": one.seed,
            "due_at": seen.due_at,
            "pulse": seen.opened_before if seen.opened_before < after else None,
            "ms": (pulses[seen.opened_before].at - seen.due_at) * 1e3 if seen.opened_before < after else None,
            "busy_ms": seen.busy_s * 1e3,
            "frames": seen.frames,
        }
        for one, seen, after in zip(
            approaches, shown, [*(later.opened_before for later in shown[1:]), len(pulses)], strict=True
        )
    ]
