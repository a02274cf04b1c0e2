"""Moments as the contract writes them: RFC 3339, UTC, with `Z`, all of one length so that text sorts as time does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, PlainSerializer

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z\Z", re.ASCII)


def utc_text(when: datetime) -> str:
    """Return an aware moment as text, to the microsecond."""
    moment = when.astimezone(UTC)
    return f"{moment.year:04}-{moment:%m-%dT%H:%M:%S.%f}Z"  # %Y does not pad a year before 1000 everywhere


def _from_text(came: object) -> datetime:
    if isinstance(came, datetime):  # our own, on its way out: JSON has no such type
        return came
    if not isinstance(came, str) or not _UTC.match(came):
        raise ValueError("expected an RFC 3339 time in UTC with Z")
    return datetime.fromisoformat(came)


Moment = Annotated[AwareDatetime, BeforeValidator(_from_text), PlainSerializer(utc_text, return_type=str)]
"""A moment in a body: text in, text out."""
