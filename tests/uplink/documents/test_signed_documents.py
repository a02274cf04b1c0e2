"""Over real HTTP and on a real disk: what the kiosk keeps is the registry's, whole, for this door, and never an older one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.core.events import KnowledgeChanged, PolicyArrived
from kiosk.core.rule.knowledge import Age
from tests.factories import NOON
from tests.hostile_server import Manner
from tests.uplink.documents.notary import DAY, Root

FIRST, SECOND, THIRD = "00112233445566778899aab1", "00112233445566778899aab2", "00112233445566778899aab3"
AGE = Age(issued_at=NOON, not_after=NOON + DAY, sequence=1)


def lay_out(desk, root: Root) -> None:
    desk.bodies |= {"policy": root.policy(), "keys": root.keys(), "revocations": root.revocations(1, FIRST)}


def test_all_three_come_signed_are_kept_and_are_in_force_after_a_restart_without_a_network(
    kiosk, desk, root, server, restart
):
    lay_out(desk, root)
    assert kiosk.refresh() == [True, True, True]
    assert {came.headers["accept"] for came in server.requests} == {"application/cose"}
    server.stop()
    again = restart(kiosk)
    assert again.policies() == [1]
    assert len(again.documents.keyring.passes) == 3
    assert [again.list.is_revoked(one) for one in (FIRST, SECOND)] == [True, False]
    assert (again.ages().policy, again.ages().keys, again.ages().revocations) == (AGE, AGE, AGE)


def test_a_kiosk_that_has_nothing_says_so(kiosk):
    assert (kiosk.ages().policy, kiosk.ages().keys, kiosk.ages().revocations) == (None, None, None)


def test_the_age_of_a_first_policy_is_known_before_the_policy_is(kiosk, desk, root):
    """Else the screen says "no rule" beside the rule."""
    lay_out(desk, root)
    kiosk.refresh("keys", "policy")
    arrived = next(at for at, event in enumerate(kiosk.events) if isinstance(event, PolicyArrived))
    told = [event for event in kiosk.events[:arrived] if isinstance(event, KnowledgeChanged)][-1]
    assert told.policy is not None
    assert told.policy == kiosk.ages().policy


def test_what_still_stands_is_not_sent_again(kiosk, desk, root, server):
    lay_out(desk, root)
    kiosk.refresh()
    kiosk.refresh()
    assert [came.headers.get("if-none-match") for came in server.requests] == [None] * 3 + ['"1"'] * 3
    assert kiosk.policies() == [1]


@pytest.mark.parametrize(
    "how, why",
    [
        (lambda root: Root("a stranger").policy(2), "unknown-root"),
        (lambda root: root.policy(2)[:-1] + b"\0", "wrong-signature"),
        (lambda root: root.policy(2)[:-1], "damaged"),
        (lambda root: root.policy(2, door="D02"), "other-audience"),
        (lambda root: root.keys(2), "other-kind"),
        (lambda root: root.policy(0), "older"),
        (lambda root: root.policy(2, issued=NOON - 2 * DAY), "expired"),
        (lambda root: root.policy(2, issued=NOON + timedelta(hours=1)), "from-the-future"),
        (lambda root: root.sign("policy", b'{"version": 1', 2, audience="D01"), "delimiter"),
        (lambda root: root.sign("policy", b'{"version": 9}', 2, audience="D01"), "version"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_policy_that_is_not_this_doors_newest_true_one_changes_nothing(
    kiosk, desk, root, restart, caplog, how, why
):
    lay_out(desk, root)
    kiosk.refresh()
    desk.bodies["policy"] = how(root)
    kiosk.refresh()
    assert kiosk.policies() == [1]
    assert "policy: the registry's document was not understood, the last good one stays" in caplog.text
    assert why in caplog.text
    assert restart(kiosk).policies() == [1]


@pytest.mark.parametrize("name", ["policy", "keys", "revocations"])
@pytest.mark.parametrize(
    "manner",
    [Manner.HALF_BODY, Manner.HTML_200, Manner.HUGE, Manner.REDIRECT_302, Manner.HTTP_500, Manner.GZIP_BOMB],
)
def test_a_broken_answer_is_no_document_and_the_kept_one_stands(
    kiosk, desk, root, server, restart, name, manner
):
    lay_out(desk, root)
    kiosk.refresh()
    desk.bodies[name] = {
        "policy": root.policy(2),
        "keys": root.keys(2),
        "revocations": root.revocations(2, SECOND),
    }[name]
    server.behave(manner)
    assert kiosk.refresh(name) == [False]
    server.behave(Manner.GOOD)
    again = restart(kiosk)
    assert again.policies() == [1]
    assert [again.list.is_revoked(one) for one in (FIRST, SECOND)] == [True, False]
    assert again.refresh(name) == [True]
    age = {"policy": again.ages().policy, "keys": again.ages().keys, "revocations": again.ages().revocations}
    assert age[name] == AGE


def test_a_document_that_was_changed_on_the_disk_is_not_taken_up(kiosk, desk, root, restart, caplog):
    lay_out(desk, root)
    kiosk.refresh()
    forged = Root("a stranger").policy(7)
    kiosk.store.call(
        lambda store: store._db.execute("UPDATE documents SET body = ? WHERE name = 'policy'", [forged])
    ).result(5)
    again = restart(kiosk)
    assert again.policies() == []
    assert "policy: what was kept is not taken up" in caplog.text
    assert again.refresh("policy") == [True]
    assert again.policies() == [1]


def test_a_kept_document_that_has_grown_old_is_still_in_force_and_said_to_be_old(kiosk, desk, root, restart):
    lay_out(desk, root)
    kiosk.refresh()
    kiosk.clock.advance(DAY.total_seconds() * 3)
    again = restart(kiosk)
    assert again.policies() == [1]
    assert again.ages().policy.expired(again.clock.wall())


def test_a_kiosk_whose_clock_is_late_takes_todays_documents_and_none_that_it_could_know_to_be_over(
    kiosk, desk, root, restart, caplog
):
    kiosk.clock.sure, kiosk.clock.now = False, NOON - 100 * DAY
    lay_out(desk, root)
    kiosk.refresh()
    assert (kiosk.policies(), kiosk.latest_signed()) == ([1], NOON)
    again = restart(kiosk)
    desk.bodies["policy"] = root.policy(
        1, issued=NOON - 50 * DAY
    )  # the clock would believe it; it may be a replay
    again.refresh("policy")
    assert again.policies() == [1]
    assert "expired" in caplog.text


def test_a_list_goes_on_by_its_changes_and_is_fetched_whole_where_they_are_of_another_list(
    kiosk, desk, root, server
):
    lay_out(desk, root)
    desk.bodies["revocations?since=1"] = root.revocations(2, SECOND, base=1)
    desk.bodies["revocations?since=2"] = root.revocations(4, THIRD, base=3)
    desk.bodies["revocations?since=0"] = root.revocations(1, FIRST)
    kiosk.refresh("revocations")
    kiosk.refresh("revocations")
    assert [kiosk.list.is_revoked(one) for one in (FIRST, SECOND, THIRD)] == [True, True, False]
    kiosk.refresh("revocations")
    assert [kiosk.list.is_revoked(one) for one in (FIRST, SECOND, THIRD)] == [True, True, False]
    desk.bodies["revocations?since=0"] = root.revocations(4, FIRST, THIRD)
    kiosk.run_until(lambda: kiosk.list.is_revoked(THIRD))
    assert [kiosk.list.is_revoked(one) for one in (FIRST, SECOND, THIRD)] == [True, False, True]
    assert [came.query for came in server.requests if came.query.startswith("since")][:4] == [
        "since=0",
        "since=1",
        "since=2",
        "since=0",
    ]


def test_a_list_is_not_turned_back_by_an_older_one_also_where_it_is_fetched_whole(kiosk, desk, root):
    desk.bodies["revocations"] = root.revocations(5, FIRST)
    kiosk.refresh("revocations")
    desk.bodies["revocations"] = root.revocations(7, base=6)
    kiosk.refresh("revocations")
    desk.bodies["revocations"] = root.revocations(4, SECOND)
    kiosk.refresh("revocations")
    assert [kiosk.list.is_revoked(one) for one in (FIRST, SECOND)] == [True, False]


def test_a_signed_list_in_another_form_is_none(kiosk, desk, root, caplog):
    desk.bodies["revocations"] = root.sign("revocations", b"\xa0", 1)
    kiosk.refresh("revocations")
    assert "update the kiosk" in caplog.text
    assert kiosk.ages().revocations is None


def test_the_root_changes_without_a_visit_by_a_document_that_both_ends_still_believe(
    kiosk, desk, root, restart
):
    second = Root("second")
    lay_out(desk, root)
    kiosk.refresh()
    desk.bodies["keys"] = root.keys(2, roots=(root, second))
    kiosk.refresh("keys")
    desk.bodies |= {"policy": second.policy(2), "revocations": second.revocations(2, SECOND)}
    again = restart(kiosk)
    again.refresh()
    assert again.policies() == [1, 2]
    desk.bodies["keys"] = second.keys(3, roots=(second,))
    again.refresh("keys")
    third = restart(again)
    assert third.policies() == [2]
    desk.bodies["policy"] = root.policy(9)
    third.refresh("policy")
    assert third.policies() == [2]


def test_a_stranger_makes_no_root_of_itself(kiosk, desk, root):
    stranger = Root("a stranger")
    desk.bodies["keys"] = stranger.keys(1, roots=(stranger,))
    kiosk.refresh("keys")
    assert kiosk.roots.as_list()[0]["kid"] == root.kid.hex()
    assert not kiosk.documents.keyring.passes
