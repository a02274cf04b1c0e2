"""Seconds since 1970, as they come in signed things, and the moments that they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kiosk.trust.cose import integers, must

EARLIEST_S = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
LATEST_S = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())
"""Outside of these nothing was ever issued; inside, any two of them make a datetime."""


def moment(seconds: Any) -> datetime:
    """Return the moment, UTC. Raises ValueError for what is no whole number, or lies before 2020 or after 2100."""
    must(integers((seconds,)) and EARLIEST_S <= seconds <= LATEST_S)
    return datetime.fromtimestamp(seconds, UTC)
