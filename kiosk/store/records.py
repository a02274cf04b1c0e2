"""A record of the core -> a row of the store -> an item of `POST /v1/visits` (docs/contract.md).

The one place that knows which field of a record may be written down. A personal identifier leaves here sealed or not
at all; a random id (pass, check-in) goes as it is, because it names nobody without the registry.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, assert_never

from kiosk.core.ids import reference
from kiosk.core.model import (
    Amendment,
    Anomaly,
    Closing,
    Correction,
    Decision,
    Identifier,
    Passage,
    Record,
    Visit,
)
from kiosk.trust import Sealed

_DECIDED = ("outcome", "reason", "opens", "colour", "source", "incident")
_FIELDS = {
    "visit": ("direction", "via", *_DECIDED, "compare_identity", "counted_at"),
    "amendment": ("visit", *_DECIDED, "by", "why"),
    "passage": ("visit", "passed", "sensed"),
    "closing": ("assumed_exits",),
    "anomaly": ("what", "direction"),
    "correction": ("change", "by", "why"),
}
"""Item kind -> its columns, under the same names, beside `uid`, `kind`, `at` and `time_trusted`."""
KINDS = frozenset(_FIELDS)
"""What this release can send. A file may hold records of a newer one, which waits to be back (docs/decisions.md)."""
AFTER_A_NUMBER = frozenset({"correction"})
"""Kinds of which an older registry knows nothing: it would refuse them for ever. One that tells the venue's number knows."""
_IF_THERE = frozenset({"counted_at"})
"""An older registry refuses a field that it does not know, so one that says nothing is left out."""
_FLAGS = frozenset({"opens", "incident", "compare_identity", "passed", "sensed"})
_NUMBER = re.compile(r"[0-9](?:[ .-]?[0-9]){6,}")
_STRANGE = re.compile(r"[^ -~Ѐ-ӿ«»–—…№]")
_DATE = re.compile(r"[0-3]?[0-9]\.[01]?[0-9]\.20[0-9]{2}\Z")


def utc_text(moment: datetime) -> str:
    """Return a moment as RFC 3339 UTC with milliseconds, which sorts as it reads. Raises ValueError without a zone.

    >>> utc_text(datetime(2026, 11, 22, 10, 0, tzinfo=UTC))
    '2026-11-22T10:00:00.000Z'
    """
    if moment.tzinfo is None:
        raise ValueError("expected a moment with its time zone, found one without: use datetime.now(UTC)")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def plain_line(text: str, most: int) -> str:
    """Return what people wrote as the store takes it: one line, with every long number in it masked.

    Staff write "IIN 061211600012 has a paper" into a reason before anybody can stop them (rule 7). A date stays.

    >>> plain_line("ИИН 061211-600012, paper of 21.11.2026", 200)
    'ИИН …, paper of 21.11.2026'
    """
    line = _STRANGE.sub(" ", text).strip()
    masked = _NUMBER.sub(lambda match: match[0] if _DATE.fullmatch(match[0]) else "…", line)[:most]
    # Twelve digits in small pieces: the schema refuses them, and a visit is not lost for a remark.
    return masked if sum(sign.isdigit() for sign in masked) < 12 else re.sub(r"[0-9]+", "…", masked)


def row_of(record: Record, sealed: Sealed | None) -> dict[str, Any]:
    """Return the columns of a record. `sealed` counts for a visit by a personal identifier only."""
    match record:
        case Visit():
            return {
                "uid": record.id,
                "kind": "visit",
                "at": utc_text(record.decided_at),
                "time_trusted": record.time_trusted,
                "direction": record.direction.value,
                "via": record.via.value,
                **_decided(record.decision),
                "compare_identity": record.decision.compare_identity,
                "counted_at": record.counted_at and utc_text(record.counted_at),
                **_who(record.identifier, sealed),
                "reference": reference(record.id),
            }
        case Amendment():
            return {
                "uid": record.id,
                "kind": "amendment",
                "at": utc_text(record.decided_at),
                "time_trusted": record.time_trusted,
                "visit": record.visit_id,
                **_decided(record.decision),
                "by": plain_line(record.by, 64),
                "why": plain_line(record.why, 200),
            }
        case Passage():
            return {
                "uid": record.id,
                "kind": "passage",
                "at": utc_text(record.ended_at),
                "time_trusted": record.time_trusted,
                "visit": record.visit_id,
                "passed": record.passed,
                "sensed": record.sensed,
            }
        case Closing():
            return {
                "uid": record.id,
                "kind": "closing",
                "at": utc_text(record.closed_at),
                "time_trusted": record.time_trusted,
                "assumed_exits": record.assumed_exits,
            }
        case Anomaly():
            return {
                "uid": record.id,
                "kind": "anomaly",
                "at": utc_text(record.seen_at),
                "time_trusted": record.time_trusted,
                "what": record.what.value,
                "direction": None if record.direction is None else record.direction.value,
            }
        case Correction():
            return {
                "uid": record.id,
                "kind": "correction",
                "at": utc_text(record.corrected_at),
                "time_trusted": record.time_trusted,
                "change": record.change,
                "by": plain_line(record.by, 64),
                "why": plain_line(record.why, 200),
            }
        case _:
            assert_never(record)


def item_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the item of `POST /v1/visits` for a row of the store."""
    item: dict[str, Any] = {
        "uid": row["uid"],
        "kind": row["kind"],
        "at": row["at"],
        "time_trusted": bool(row["time_trusted"]),
    }
    for name in _FIELDS[row["kind"]]:
        if row[name] is None and name in _IF_THERE:
            continue
        item[name] = bool(row[name]) if name in _FLAGS else row[name]
    if row["subject"] is not None:
        item["subject"] = {"kind": row["subject_kind"], "value": row["subject"]}
    if row["sealed"] is not None:
        item["sealed"] = base64.b64encode(row["sealed"]).decode("ascii")
        item["sealed_kid"] = row["sealed_kid"]
    return item


def _decided(decision: Decision) -> dict[str, Any]:
    return {
        "outcome": decision.outcome.value,
        "reason": decision.reason.value,
        "opens": decision.opens,
        "colour": decision.colour and decision.colour.value,
        "source": decision.source.value,
        "incident": decision.incident,
    }


def _who(identifier: Identifier | None, sealed: Sealed | None) -> dict[str, Any]:
    if identifier is None:
        return {}
    if not identifier.personal:
        return {"subject_kind": identifier.kind.value, "subject": identifier.value}
    return {} if sealed is None else {"sealed": sealed.blob, "sealed_kid": sealed.kid}
