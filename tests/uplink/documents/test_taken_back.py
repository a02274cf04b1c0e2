"""One bad minute of the registry's clock freezes nothing: over real HTTP, on a real disk, with restarts between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOON
from tests.uplink.documents.notary import DAY, Root

FIRST, SECOND, THIRD = "00112233445566778899aab1", "00112233445566778899aab2", "00112233445566778899aab3"
LATER = NOON + 400 * DAY
MINUTE = timedelta(minutes=1)


def lay_out(desk, root: Root, sequence: int, *pass_ids: str, issued=NOON) -> None:
    desk.bodies |= {
        "policy": root.policy(sequence, issued=issued),
        "keys": root.keys(sequence, issued=issued),
        "revocations": root.revocations(sequence, *pass_ids, issued=issued),
    }


@pytest.fixture
def poisoned(kiosk, desk, root):
    """A kiosk without trusted time, after the registry's clock was 400 days ahead for a minute."""
    kiosk.clock.sure = False
    lay_out(desk, root, 1, FIRST)
    kiosk.refresh()
    lay_out(desk, root, 2, FIRST, issued=LATER)
    kiosk.refresh()
    assert (kiosk.policies(), kiosk.latest_signed()) == ([1, 2], LATER)
    return kiosk


@pytest.mark.parametrize("sure", [True, False], ids=["trusted", "not trusted"])
@pytest.mark.parametrize("late", [timedelta(0), -10 * DAY], ids=["right", "late"])
@pytest.mark.parametrize("again", [True, False], ids=["restarted", "running"])
def test_documents_of_a_higher_sequence_come_into_force_and_bring_the_time_back(
    poisoned, desk, root, restart, sure, late, again
):
    kiosk = restart(poisoned) if again else poisoned
    kiosk.clock.sure, kiosk.clock.now = sure, NOON + late
    lay_out(desk, root, 3, SECOND, issued=NOON + MINUTE)
    kiosk.refresh()
    kiosk = restart(kiosk)
    assert kiosk.policies() == [3]
    assert kiosk.latest_signed() == NOON + MINUTE
    assert [kiosk.list.is_revoked(one) for one in (FIRST, SECOND)] == [False, True]
    ages = kiosk.ages()
    assert [one.expired(NOON + MINUTE) for one in (ages.policy, ages.keys, ages.revocations)] == [False] * 3


@pytest.mark.parametrize("sequence, why", [(1, "older"), (2, "expired")])
def test_what_may_be_a_replay_does_not(poisoned, desk, root, restart, caplog, sequence, why):
    lay_out(desk, root, sequence, SECOND, issued=NOON + MINUTE)
    poisoned.refresh()
    assert why in caplog.text
    again = restart(poisoned)
    assert (again.latest_signed(), again.list.is_revoked(SECOND)) == (LATER, False)


def test_what_is_left_of_that_minute_has_no_known_age_also_after_a_restart(poisoned, desk, root, restart):
    desk.bodies["policy"] = root.policy(3, issued=NOON + MINUTE)
    poisoned.refresh("policy")
    for begin in (lambda: poisoned, lambda: restart(poisoned)):
        kiosk = begin()
        ages = kiosk.ages()
        assert [one.expired(NOON + MINUTE) for one in (ages.policy, ages.keys, ages.revocations)] == [
            False,
            True,
            True,
        ]
        assert kiosk.latest_signed() == NOON + MINUTE


def test_a_list_does_not_go_on_from_one_of_a_later_time_but_is_fetched_whole(poisoned, desk, root):
    """By that time entries were over that are not over now, and were dropped."""
    assert not poisoned.list.is_revoked(FIRST)
    desk.bodies["revocations?since=2"] = root.revocations(3, SECOND, base=2, issued=NOON + MINUTE)
    poisoned.refresh("revocations")
    assert not poisoned.list.is_revoked(SECOND)
    desk.bodies["revocations?since=0"] = root.revocations(3, FIRST, SECOND, issued=NOON + MINUTE)
    poisoned.refresh("revocations")
    assert [poisoned.list.is_revoked(one) for one in (FIRST, SECOND)] == [True, True]


def test_a_clock_that_was_set_back_and_claims_to_be_right_stops_no_document(kiosk, desk, root):
    lay_out(desk, root, 1, FIRST)
    kiosk.refresh()
    kiosk.clock.now = NOON - 4 * DAY
    lay_out(desk, root, 2, SECOND, issued=NOON + timedelta(hours=1))
    kiosk.refresh()
    assert (kiosk.policies(), kiosk.list.is_revoked(SECOND)) == ([1, 2], True)
