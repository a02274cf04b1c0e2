"""What the store promises to the door and to the sync: written once, in order, never lost, told truly."""

from __future__ import annotations

import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.core.door.over_a_restart import Remembered
from kiosk.core.effects import Write
from kiosk.core.ids import reference
from kiosk.core.inside.occupancy import MovementKind
from kiosk.core.model import Colour, Direction, DoorKind, Outcome, Reason
from kiosk.core.outbox import Delivered, Later, Origin, Parked
from kiosk.errors import StoreError
from kiosk.store.kept import Kept
from kiosk.store.reports import Reports
from kiosk.store.store import Store
from tests.core.doorman import Doorman
from tests.factories import NOON, make_door, make_id, make_iin, make_pass
from tests.store.making import (
    GREEN,
    RED,
    make_amendment,
    make_anomaly,
    make_closing,
    make_correction,
    make_passage,
    make_sealed,
    make_subject,
    make_visit,
)


def uids(store, clock, limit=500):
    return [each.waiting.uid for each in store.waiting(limit, clock.wall())]


def test_a_record_waits_for_the_registry_as_the_contract_has_it(store, clock):
    visit = make_visit(1)
    store.record(visit, make_sealed())
    [outgoing] = store.waiting(10, clock.wall())
    assert outgoing.item == {
        "uid": visit.id,
        "kind": "visit",
        "at": "2026-03-04T07:01:00.000Z",
        "time_trusted": True,
        "direction": "entry",
        "via": "keypad",
        "outcome": "admitted",
        "reason": "status-admitted",
        "opens": True,
        "colour": "green",
        "source": "registry",
        "incident": False,
        "compare_identity": False,
        "sealed": outgoing.item["sealed"],
        "sealed_kid": "0a0b0c0d",
    }


def test_every_kind_of_record_is_kept_as_its_item(store, clock):
    visit = make_visit(1, identifier=make_subject())
    override = make_amendment(2, visit, GREEN, why="paper of 21.11.2026")
    records = [visit, override, make_passage(3, visit), make_closing(4, NOON), make_anomaly(5)]
    for record in records:
        store.record(record)
    items = [each.item for each in store.waiting(10, clock.wall())]
    assert [item["kind"] for item in items] == ["visit", "amendment", "passage", "closing", "anomaly"]
    assert all(item["time_trusted"] for item in items)
    assert items[0]["subject"] == {"kind": "pass", "value": visit.identifier.value}
    assert "sealed" not in items[0]
    assert (items[1]["visit"], items[1]["by"], items[1]["why"]) == (visit.id, "desk-1", "paper of 21.11.2026")
    assert (items[2]["visit"], items[2]["passed"], items[2]["sensed"]) == (visit.id, True, True)
    assert items[3]["assumed_exits"] == 3
    assert (items[4]["what"], items[4]["direction"]) == ("tailgate", "entry")


def test_a_personal_identifier_that_cannot_be_sealed_is_not_written(store, clock, path):
    store.record(make_visit(1), None)
    [outgoing] = store.waiting(1, clock.wall())
    assert "subject" not in outgoing.item
    assert "sealed" not in outgoing.item


def test_the_same_record_again_is_nothing(store, clock):
    store.record(make_visit(1), make_sealed(1))
    store.record(make_visit(1), make_sealed(2))
    assert len(uids(store, clock)) == 1


def test_a_record_that_the_registry_has_does_not_wait_again_when_it_is_written_again(store, clock):
    store.record(make_visit(1), make_sealed())
    store.mark([Delivered(uid=make_visit(1).id)], clock.wall())
    store.record(make_visit(1), make_sealed())
    assert uids(store, clock) == []


def test_incidents_go_first_and_then_the_oldest(store, clock):
    quiet = [make_visit(n) for n in (1, 2, 3)]
    red = [make_visit(n, decision=RED) for n in (4, 5)]
    for visit in [*quiet[:2], red[0], quiet[2], red[1]]:
        store.record(visit, make_sealed())
    assert uids(store, clock) == [visit.id for visit in [*red, *quiet]]
    assert uids(store, clock, limit=1) == [red[0].id]


def test_a_decision_that_staff_turned_on_a_red_visitor_is_an_incident_too(store, clock):
    visit = make_visit(1)
    store.record(visit, make_sealed())
    store.record(make_amendment(2, visit, RED))
    assert store.waiting(1, clock.wall())[0].item["kind"] == "amendment"


def test_a_record_that_was_put_off_comes_back_when_it_is_due(store, clock):
    visit = make_visit(1)
    store.record(visit, make_sealed())
    store.mark([Later(uid=visit.id, wait_s=30)], clock.wall())
    assert uids(store, clock) == []
    clock.advance(31)
    [again] = store.waiting(1, clock.wall())
    assert again.waiting.tries == 1


def test_a_record_that_was_put_off_by_a_clock_that_ran_ahead_is_due(store, clock):
    store.record(make_visit(1), make_sealed())
    store.mark([Later(uid=make_visit(1).id, wait_s=30)], clock.wall() + timedelta(days=3650))
    assert len(uids(store, clock)) == 1


def test_everything_that_was_put_off_is_due_when_the_link_is_back(store, clock):
    store.record(make_visit(1), make_sealed())
    store.mark([Later(uid=make_visit(1).id, wait_s=300)], clock.wall())
    store.hurry()
    assert len(uids(store, clock)) == 1


def test_a_parked_record_is_kept_with_its_reason_and_can_wait_again(store, clock):
    visits = [make_visit(n) for n in (1, 2)]
    for visit in visits:
        store.record(visit, make_sealed())
    store.mark([Parked(uid=visit.id, reason="uid-reused") for visit in visits], clock.wall())
    assert uids(store, clock) == []
    assert [row.parked for row in store.reports.queue()] == ["uid-reused", "uid-reused"]
    assert store.requeue(visits[1].id) == 1
    assert uids(store, clock) == [visits[1].id]
    assert store.requeue() == 1
    assert set(uids(store, clock)) == {visit.id for visit in visits}
    assert store.requeue() == 0


def test_a_mark_on_a_record_that_does_not_wait_changes_nothing(store, clock):
    store.record(make_visit(1), make_sealed())
    uid = make_visit(1).id
    store.mark([Delivered(uid=uid)], clock.wall())
    store.mark([Parked(uid=uid, reason="late"), Later(uid=uid, wait_s=1), Delivered(uid=uid)], clock.wall())
    counts = store.reports.counts()
    assert (counts.waiting, counts.parked) == (0, 0)


def test_the_counts_say_what_waits_what_is_parked_and_which_incidents_are_not_delivered(store, clock):
    assert store.reports.counts().oldest is None
    store.record(make_visit(1), make_sealed())
    store.record(make_visit(2, decision=RED), make_sealed())
    store.record(make_visit(3, decision=RED), make_sealed())
    store.mark([Parked(uid=make_visit(3).id, reason="http-422")], clock.wall())
    counts = store.reports.counts()
    assert (counts.waiting, counts.parked, counts.incidents_waiting) == (2, 1, 2)
    assert counts.oldest == make_visit(1).decided_at


def test_whoever_it_was_is_forgotten_when_the_registry_has_the_record(store, clock, path):
    blob = make_sealed().blob
    store.record(make_visit(1), make_sealed())
    store.record(make_visit(2, identifier=make_subject()))
    store.tidy(30)
    assert blob in path.read_bytes()
    store.mark([Delivered(uid=make_visit(n).id) for n in (1, 2)], clock.wall())
    store.close()
    on_disk = path.read_bytes()
    assert blob not in on_disk
    assert make_subject().value.encode() not in on_disk


def test_what_was_delivered_is_deleted_after_its_days_and_what_was_not_never(store, clock):
    store.record(make_visit(1), make_sealed())
    store.record(make_visit(2), make_sealed())
    store.mark([Delivered(uid=make_visit(1).id)], clock.wall())
    clock.advance(timedelta(days=29).total_seconds())
    assert store.tidy(30) == 0
    clock.advance(timedelta(days=400).total_seconds())
    assert store.tidy(30) == 1
    assert uids(store, clock) == [make_visit(2).id]


def test_a_visit_that_is_parked_keeps_its_passage_and_is_not_taken_for_one_that_was_cut_short(store, clock):
    visit, other = make_visit(1), make_visit(2)
    for number, one in ((3, visit), (4, other)):
        store.record(one, make_sealed())
        store.record(make_passage(number, one))
    store.mark([Parked(uid=visit.id, reason="http-422")], clock.wall())
    store.mark([Delivered(uid=uid) for uid in (other.id, make_id(3), make_id(4))], clock.wall())
    clock.advance(timedelta(days=40).total_seconds())
    store.tidy(30)
    assert store.reports.unpassed() == ()
    assert store.reports.find(reference(other.id)) == ()


def test_a_document_is_kept_as_it_came_and_the_newer_one_replaces_it(store):
    assert store.kept("policy") is None
    first = Kept(etag='"1"', body='{"venue": "Алматы"}'.encode(), fetched_at=NOON)
    store.keep("policy", first)
    assert store.kept("policy") == first
    second = Kept(etag="", body=b'{"version":1}', fetched_at=NOON + timedelta(hours=1))
    store.keep("policy", second)
    store.confirm("policy", NOON + timedelta(hours=2))
    kept = store.kept("policy")
    assert kept.body == second.body
    assert kept.fetched_at == NOON + timedelta(hours=2)


@pytest.mark.parametrize("body", [b"<html>", b'{"version": 1', b"[]", b"", b'{"version": 1}\xff'])
def test_a_document_that_is_not_whole_leaves_the_old_one(store, body):
    good = Kept(etag='"1"', body=b'{"version": 1}', fetched_at=NOON)
    store.keep("policy", good)
    with pytest.raises(StoreError):
        store.keep("policy", Kept(etag='"2"', body=body, fetched_at=NOON))
    assert store.kept("policy") == good


def test_todays_numbers_count_each_visit_by_the_last_decision_on_it(store):
    refused = make_visit(1, decision=RED)
    store.record(refused, make_sealed())
    store.record(make_visit(2), make_sealed())
    store.record(make_visit(3), make_sealed())
    store.record(make_amendment(4, refused, GREEN))
    store.record(make_visit(5, decided_at=NOON - timedelta(days=1)), make_sealed())
    [tally] = store.reports.today(NOON)
    assert (tally.direction, tally.outcome, tally.colour, tally.visits) == (
        Direction.ENTRY,
        Outcome.ADMITTED,
        Colour.GREEN,
        3,
    )


def test_after_a_restart_the_passages_tell_who_went_through_and_which_way(path, clock):
    store = Store(path, clock=clock)
    entered, stayed_out = make_visit(1), make_visit(2)
    left = make_visit(3, direction=Direction.EXIT, identifier=None)
    for visit in (entered, stayed_out, left):
        store.record(visit)
    store.record(make_passage(4, entered))
    store.record(make_passage(5, stayed_out, passed=False))
    store.record(make_passage(6, left))
    store.record(make_anomaly(7))
    store.record(replace(make_anomaly(8), direction=None))
    store.close()
    again = Store(path, clock=clock)
    ways = [(moved.kind, moved.change) for moved in again.reports.movements(NOON)]
    passed = MovementKind.PASSED
    assert ways == [(passed, 1), (passed, -1), (passed, 1)]  # the last one behind somebody else
    assert again.reports.movements(NOON + timedelta(hours=1)) == ()
    again.close()


def test_what_moved_after_a_record_is_told_by_its_place_and_not_by_its_time(store):
    visit = make_visit(1)
    passage, closing = make_passage(2, visit), make_closing(3, NOON - timedelta(days=3))
    behind = replace(make_anomaly(4), seen_at=NOON - timedelta(days=2))
    for record in (visit, passage, closing, behind):
        store.record(record)
    later = NOON + timedelta(days=9)
    ways = [(moved.uid, moved.kind) for moved in store.reports.movements(later, after=passage.id)]
    assert ways == [(closing.id, MovementKind.CLOSED), (behind.id, MovementKind.PASSED)]
    assert store.reports.movements(later, after=behind.id) == ()
    assert store.reports.movements(NOON, after=make_id(99)) == (), "it never reached the disk"


def test_a_clock_that_is_set_between_counts_nobody_twice_after_a_restart_of_the_service(path, clock):
    """The presence file is a little older than the store, or as old; the count is the door's in every case."""
    man, kept = Doorman(make_door(DoorKind.TOGGLE)), []
    store = Store(path, clock=clock)

    def enters(number, behind=timedelta(0)):
        # Whose clock was set back still goes by the time that was signed: a pass of six hours ago would be over.
        man.reads(make_pass(number=number, issued=man.stamps.wall + behind))
        man.answers(Colour.GREEN)
        man.wait(60)
        kept.append(Remembered.of(man.door))

    kept.append(Remembered.of(man.door))
    for number in (1, 2, 3):
        enters(number)
    man.stamps.wall -= timedelta(hours=6)
    enters(4, behind=timedelta(hours=6))
    man.stamps.wall += timedelta(days=3)
    enters(5)
    man.reads(make_pass(number=5, issued=man.stamps.wall))
    kept.append(Remembered.of(man.door))
    for write in man.every(Write):
        store.record(write.record)
    for older in kept:
        movements = store.reports.movements(NOON - timedelta(days=1), after=older.occupancy.through)
        presence, occupancy = older.caught_up(movements)
        assert occupancy.inside == man.door.people.inside == 4
        assert len(presence.inside) <= 4
    store.close()


def test_staff_find_a_refusal_by_its_number_as_they_hear_it(store):
    visit = make_visit(1, decision=RED)
    store.record(visit, make_sealed())
    [found] = store.reports.find(f" {reference(visit.id).lower()} ")
    assert (found.uid, found.outcome, found.reason) == (visit.id, Outcome.REFUSED, Reason.RED_STATUS)
    assert not found.delivered
    assert store.reports.find("AAA-AAA") == ()


def test_the_queue_can_be_read_beside_a_running_kiosk(store, path):
    store.record(make_visit(1), make_sealed())
    reports = Reports.of_file(path)
    assert [row.uid for row in reports.queue()] == [make_visit(1).id]
    reports.close()
    store.record(make_visit(2), make_sealed())


def test_reading_a_file_that_is_not_there_says_so_and_makes_none(tmp_path):
    with pytest.raises(StoreError, match="no such file"):
        Reports.of_file(tmp_path / "kiosk.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.concurrent
def test_the_store_belongs_to_the_thread_that_made_it(store):
    raised = []

    def other():
        try:
            store.record(make_visit(1))
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=other)
    thread.start()
    thread.join(10)
    assert len(raised) == 1


def test_nobody_else_on_the_machine_can_read_the_file(store, path):
    store.record(make_visit(1), make_sealed())
    for each in path.parent.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) & 0o077 == 0, each.name


def test_a_moment_without_its_zone_is_refused(store):
    with pytest.raises(ValueError, match="time zone"):
        store.record(make_visit(1, decided_at=datetime(2026, 1, 1)))


@pytest.mark.parametrize(
    "typed",
    [
        "ИИН {0} бумага",
        "{0}",
        "{1} {2}",
        "{1}-{2}",
        "6/1/2/3 4/5/6 7/8/9 0/1/2",
        "N12345678",
        "+7 701 234 56 78",
    ],
)
def test_a_long_number_in_a_remark_of_staff_is_masked_and_the_remark_kept(store, clock, typed):
    iin = make_iin(7)
    visit = make_visit(1)
    store.record(visit, make_sealed())
    why = typed.format(iin, iin[:6], iin[6:])
    store.record(make_amendment(2, visit, GREEN, why=why, by=f"Асель {iin}"))
    item = store.waiting(2, clock.wall())[1].item
    assert "…" in item["why"]
    assert item["by"] == "Асель …"


@pytest.mark.parametrize("remark", ["\x00", "é٠١٢", "a" * 5000, "", "line\nline"])
def test_no_remark_of_staff_keeps_the_record_from_the_disk(store, clock, remark):
    visit = make_visit(1)
    store.record(visit, make_sealed())
    store.record(make_amendment(2, visit, GREEN, why=remark))
    assert len(uids(store, clock)) == 2


def test_a_file_that_cannot_be_opened_is_one_sentence(tmp_path, clock):
    with pytest.raises(StoreError, match="folder"):
        Store(tmp_path / "nowhere" / "kiosk.db", clock=clock)


def test_closing_twice_is_nothing(store):
    store.close()
    store.close()


def test_times_come_back_in_utc(store, clock):
    store.record(make_visit(1), make_sealed())
    assert store.reports.queue()[0].at.tzinfo == UTC


def test_a_decision_that_opens_is_not_written_without_its_visit(store):
    """A live pass turned by the registry: both records were ordered, and the disk took only the second."""
    visit = make_visit(1)
    with pytest.raises(StoreError, match="its visit is not on the disk"):
        store.record(make_amendment(2, visit, GREEN))
    store.record(make_amendment(3, visit, RED))  # nobody enters by it
    store.record(visit)
    store.record(make_amendment(2, visit, GREEN))
    assert store.reports.counts().waiting == 3


def test_a_door_whose_name_the_schema_does_not_hold_records_all_the_same(path, clock):
    store = Store(path, clock=clock, origin=Origin(device="850101300123", door="A1"))
    store.record(make_visit(1))
    (only,) = store.waiting(10, clock.wall())
    store.close()
    assert only.origin is None


def test_as_of_when_the_number_was_goes_through_the_store_and_is_left_out_where_it_says_nothing(path, clock):
    """An older registry refuses a field that it does not know."""
    store = Store(path, clock=clock)
    store.record(make_visit(1, counted_at=NOON - timedelta(seconds=90.5)), make_sealed())
    store.record(make_visit(2), make_sealed())
    store.close()
    again = Store(path, clock=clock)
    told, plain = (each.item for each in again.waiting(10, clock.wall() + timedelta(hours=1)))
    assert told["counted_at"] == "2026-03-04T06:58:29.500Z"
    assert "counted_at" not in plain
    again.close()


def test_a_correction_waits_as_the_contract_has_it_and_a_long_number_in_it_is_masked(path, clock):
    store = Store(path, clock=clock)
    said = make_correction(
        1, -2, by="Әлия 061211600012", why=f"IIN {make_iin(1)} left unseen", time_trusted=False
    )
    store.record(said)
    store.record(said)
    store.close()
    again = Store(path, clock=clock)
    [outgoing] = again.waiting(10, clock.wall() + timedelta(hours=1))
    assert outgoing.item == {
        "uid": make_id(1),
        "kind": "correction",
        "at": "2026-03-04T07:01:00.000Z",
        "time_trusted": False,
        "change": -2,
        "by": "Әлия …",
        "why": "IIN … left unseen",
    }
    assert not outgoing.waiting.incident
    again.close()
    for part in path.parent.glob("kiosk.db*"):
        assert make_iin(1).encode() not in part.read_bytes()


def test_only_the_kinds_that_are_asked_for_are_handed_out(store, clock):
    store.record(make_visit(1), make_sealed())
    store.record(make_correction(2, 1))
    now = clock.wall() + timedelta(hours=1)
    assert [each.waiting.uid for each in store.waiting(10, now, frozenset({"visit"}))] == [make_id(1)]
    assert store.reports.next_due(frozenset({"correction"})) == NOON + timedelta(minutes=2)
    assert store.reports.next_due(frozenset({"closing"})) is None
