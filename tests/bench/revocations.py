"""The list of revoked passes beside the fastest thing that could hold it: a sorted array in memory and bisect.

    python -m tests.bench.revocations [--entries 300000] [--delta 20000] [--rounds 5]

Both sides alternate in this process on the same hashes. Times are this machine's; the ratios are what to keep. What the array
does not do, and the table does: survive a power cut in the middle of a delta, know when each entry ends, cost no memory.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from kiosk.clock import SystemClock
from kiosk.store.kept import Kept
from kiosk.store.revocations import RevocationList
from kiosk.store.store import Store
from kiosk.trust.revocations import ENTRY, HASH, RevocationChange, hash_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ENDS = int((NOW + timedelta(hours=72)).timestamp())
LOOKED_UP = 2000
"""In each round; half of them are listed."""


def main() -> None:
    """Print what was measured."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--entries", type=int, default=300_000)
    options.add_argument("--delta", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    print(json.dumps(measure(given.entries, given.delta, given.rounds), indent=1))


def measure(entries: int, delta: int, rounds: int) -> dict[str, Any]:
    """Return the sizes in bytes, the times and their ratios."""
    with tempfile.TemporaryDirectory(prefix="ashyq-bench-") as folder:
        path = Path(folder, "kiosk.db")
        store, looked = Store(path, clock=SystemClock()), RevocationList(path)
        try:
            return _measured(store, looked, path, entries, delta, rounds)
        finally:
            looked.close()
            store.close()


def _measured(
    store: Store, looked: RevocationList, path: Path, entries: int, delta: int, rounds: int
) -> dict[str, Any]:
    empty = path.stat().st_size
    ids = [pass_id(number) for number in range(entries)]
    snapshot = RevocationChange(base=0, added_octets=b"".join(map(_entry, ids)), removed_octets=b"")
    snapshot_s = _seconds(lambda: _keep(store, snapshot, 1))
    store.tidy(30)
    held = array("Q", sorted(map(hash_of, ids)))
    asked = ids[:: max(1, 2 * entries // LOOKED_UP)][: LOOKED_UP // 2]
    asked += [pass_id(-number) for number in range(1, LOOKED_UP // 2 + 1)]
    table_s: list[float] = []
    array_s: list[float] = []
    found: set[tuple[int, int]] = set()
    for _ in range(rounds):
        begun = time.perf_counter()
        by_table = sum(looked.is_revoked(one) for one in asked)
        middle = time.perf_counter()
        by_array = sum(_in(held, hash_of(one)) for one in asked)
        array_s.append((time.perf_counter() - middle) / len(asked))
        table_s.append((middle - begun) / len(asked))
        found.add((by_table, by_array))
    if len(found) != 1 or len(set(*found)) != 1:
        raise RuntimeError(f"expected both to find the same passes, they found {found}")
    delta_table, delta_array = [], []
    for number in range(rounds):
        new = [pass_id(entries + number * delta + one) for one in range(delta // 2)]
        gone = ids[number * (delta // 2) : (number + 1) * (delta // 2)]
        change = RevocationChange(
            base=number + 1,
            added_octets=b"".join(map(_entry, new)),
            removed_octets=b"".join(HASH.pack(hash_of(one)) for one in gone),
        )
        delta_table.append(_seconds(lambda change=change, number=number: _keep(store, change, number + 2)))
        begun = time.perf_counter()
        held = array("Q", sorted((set(held) - set(change.removed)) | {each for each, _ in change.added}))
        delta_array.append(time.perf_counter() - begun)
    return {
        "entries": entries,
        "bytes on the disk": path.stat().st_size - empty,
        "bytes of an array": 8 * entries,
        "look-up us": {"table": _micro(table_s), "array": _micro(array_s), "ratio": _ratio(table_s, array_s)},
        "snapshot s": round(snapshot_s, 3),
        "delta": delta,
        "delta s": {
            "table": round(median(delta_table), 3),
            "array": round(median(delta_array), 3),
            "ratio": _ratio(delta_table, delta_array),
        },
    }


def pass_id(number: int) -> str:
    """Return a pass id that looks random."""
    return hashlib.sha256(f"pass {number}".encode()).hexdigest()[:24]


def _entry(one: str) -> bytes:
    return ENTRY.pack(hash_of(one), ENDS)


def _keep(store: Store, change: RevocationChange, sequence: int) -> None:
    kept = Kept(etag="", body=b"", fetched_at=NOW, sequence=sequence, issued_at=NOW, not_after=NOW)
    if not store.keep_revocations(change, kept):
        raise RuntimeError("expected the list to be the one that the changes go on from")


def _in(held: array[int], hash_: int) -> bool:
    place = bisect_left(held, hash_)
    return place < len(held) and held[place] == hash_


def _seconds(do: Callable[[], None]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def _micro(seconds: list[float]) -> float:
    return round(median(seconds) * 1e6, 2)


def _ratio(ours: list[float], theirs: list[float]) -> float:
    return round(median(ours) / median(theirs), 1)


if __name__ == "__main__":
    main()
