"""A kiosk that only writes: `writer.py FILE HOW_MANY [FIRST] [ROOM]`. Says each visit's id once it is on the disk.

With ROOM its files may grow to so many bytes, as on a full disk; after ten refusals there is room again.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from kiosk.errors import StoreError
from kiosk.store.store import Store
from tests.store.making import ManualClock, make_sealed, make_visit


def main(path: str, how_many: str, first: str = "0", room: str = "") -> None:
    store = Store(Path(path), clock=ManualClock())
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if room:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), hard))
    refused = 0
    for number in range(int(first), int(first) + int(how_many)):
        visit = make_visit(number)
        try:
            store.record(visit, make_sealed(number))
        except StoreError as error:
            refused += 1
            print(f"refused {error}", flush=True)
            if refused == 10:
                resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        else:
            print(visit.id, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
