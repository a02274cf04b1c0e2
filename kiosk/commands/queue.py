"""What `kiosk queue` prints of the records that the registry does not have, and puts back those it would not take.

A record is shown by its id, kind and time: nothing here could say whom it is about.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, tzinfo
from pathlib import Path

from kiosk.core.printable import printable
from kiosk.errors import KioskError
from kiosk.ports import Clock
from kiosk.store.reports import QueuedRecord, ReferredVisit, Reports
from kiosk.store.store import Store

_ALL = 1_000_000


def listing(file: Path, zone: tzinfo, *, parked_only: bool, limit: int) -> tuple[str, int]:
    """Return what waits as a table, at most `limit` rows, and how many records are parked.

    Raises StoreError where there is no store. Beside a running kiosk it takes nothing and writes nothing.
    """
    reports = Reports.of_file(file)
    try:
        counts = reports.counts()
        rows = [row for row in reports.queue(_ALL if parked_only else limit) if row.parked or not parked_only]
    finally:
        reports.close()
    oldest = f", the oldest since {_local(counts.oldest, zone)}" if counts.oldest else ""
    lines = [f"{row.uid}  {_local(row.at, zone)}  {row.kind:10}  {_state(row, zone)}" for row in rows[:limit]]
    reasons = Counter(row.parked for row in rows if row.parked)
    if parked_only and len(reasons) > 1:
        lines += [f"{count} x {printable(reason)}" for reason, count in reasons.most_common()]
    lines.append(
        f"{counts.waiting} wait{oldest}; {counts.parked} parked; {counts.incidents_waiting} of them incidents"
    )
    return "\n".join(lines), counts.parked


def show(file: Path, zone: tzinfo, name: str) -> str:
    """Return all that may be seen of one record, by its id or by the reference number of a refusal.

    Raises KioskError where there is none.
    """
    reports = Reports.of_file(file)
    try:
        queued = next((row for row in reports.queue(_ALL) if row.uid == name), None)
        visits = reports.find(name)
    finally:
        reports.close()
    if queued is not None:
        return (
            f"{queued.uid}\nkind      {queued.kind}\nat        {_local(queued.at, zone)}\n"
            f"incident  {'yes' if queued.incident else 'no'}\nstate     {_state(queued, zone)}"
        )
    if not visits:
        raise KioskError(
            "expected the id of a record that waits (kiosk queue list) or a reference number such as 3XG-N6W; "
            "there is none of that name: the registry may have it already"
        )
    return "\n\n".join(
        f"{visit.uid}\nkind      {visit.direction}\nat        {_local(visit.at, zone)}\n"
        f"outcome   {visit.outcome} ({printable(visit.reason)})\ncolour    {visit.colour or 'not known'}\n"
        f"state     {_standing(visit)}"
        for visit in visits
    )


def requeue(file: Path, uid: str | None, clock: Clock) -> int:
    """Let one parked record, or all (None), wait again, and return how many. The kiosk must not run meanwhile.

    Raises StoreError while another process has the store, KioskError where no such record is parked.
    """
    Reports.of_file(file).close()  # says that there is no file, where Store would make one
    store = Store(file, clock=clock)
    try:
        count = store.requeue(uid)
    finally:
        store.close()
    if uid is not None and not count:
        raise KioskError(
            "expected the id of a parked record (kiosk queue list --parked); none of that name is parked"
        )
    return count


def _standing(visit: ReferredVisit) -> str:
    if visit.parked:
        return f"parked: {printable(visit.parked)}"
    return "the registry has it" if visit.delivered else "waits"


def _state(row: QueuedRecord, zone: tzinfo) -> str:
    urgent = "incident, " if row.incident else ""
    if row.parked:
        return f"{urgent}parked: {printable(row.parked)}"
    if row.due is None:
        return f"{urgent}due now"
    return f"{urgent}tried {row.tries} times, again at {_local(row.due, zone)}"


def _local(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
