"""The numbers that were argued for, each with its reason beside it in the source: whoever moves one has read the reason.

A limit that can be reached is tried at both its sides elsewhere; here stand those that nothing in a test is long enough for.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.core import crossings, events, ids, outbox
from kiosk.core.door import over_a_restart, passages, typed
from kiosk.core.enrolling import table as enrolling
from kiosk.core.health import board, camera_view, faults
from kiosk.core.inside import occupancy
from kiosk.core.inside.presence import tag_of
from kiosk.core.screen import present, view
from kiosk.core.who import credential, keypad_budget, passes, venue_code
from tests.factories import make_person

TAG = tag_of(b"k" * 32, make_person())
LIMITS = [
    (len(TAG), 1 + 32),
    (board.CALM_S, 120.0),
    (camera_view.FORGIVES, 5),
    (credential.LONGEST, 1200),
    (crossings.LEAST_S, 0.08),
    (crossings.STUCK_S, 10.0),
    (enrolling.AGAIN_S, 5.0),
    (enrolling.FAILED_S, 12.0),
    (enrolling.SHOWN_S, 180.0),
    (events.HOLD_S, 0.7),
    (faults.IDLE_PAUSE_S, 10.0),
    (faults.LARGEST, 99),
    (ids.REFERENCE_LENGTH, 6),
    (keypad_budget.MINUTE_S, 60.0),
    (occupancy.LONGEST_STAY, timedelta(hours=24)),
    (outbox.CAP_S, 300.0),
    (outbox.MOST, 500),
    (over_a_restart.KEY_BYTES, 32),
    (over_a_restart.VERSION, 4),
    (passages.TAILGATE_S, 3.0),
    (passes.FAST_CLOCK, timedelta(seconds=120)),
    (passes.LIVE_AT_MOST, timedelta(seconds=300)),
    (present.NOTICED_S, 20.0),
    (typed.GLIMPSE_S, 0.8),
    (typed.SHOWN_LAST, 4),
    (venue_code.KEY_BYTES, 32),
    (venue_code.STEP_S, 15),
    (view.BAR_STEPS, 100),
]


@pytest.mark.parametrize("limit, wanted", LIMITS)
def test_a_limit_is_what_its_reason_says(limit, wanted):
    assert limit == wanted
