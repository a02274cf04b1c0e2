"""`POST /v1/visits`: a verdict for each item, and what is stored of it."""

import itertools
import sqlite3

import pytest

from kiosk.core.ids import reference
from registry.reference import ReferenceRegistry
from tests.registry.conftest import PEOPLE
from tests.registry.items import (
    amendment,
    anomaly,
    batch,
    closing,
    correction,
    passage,
    red_visit,
    sealed_visit,
    uid,
    visit,
)

SINCE = "/v1/doors/DEMO/report?since=2026-11-23T00:00:00Z"


@pytest.fixture
def send(call):
    """Send items; return the verdicts."""

    def send(*items):
        answer = call("POST", "/v1/visits", batch(*items))
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    return send


def words(results):
    return [result["verdict"] for result in results]


def test_every_kind_of_item_is_stored(send):
    first = visit()
    items = [first, amendment(first), passage(first, passed=True), closing(3), anomaly("tailgate", "entry")]
    items += [correction(-2), visit(counted_at="2026-11-23T11:58:00Z")]
    assert send(*items) == [{"uid": item["uid"], "verdict": "stored", "reason": ""} for item in items]


def test_the_same_item_again_is_a_duplicate_and_changes_nothing(send, registry):
    item = red_visit()
    assert words(send(item)) == ["stored"]
    assert words(send(item)) == ["duplicate"]
    assert words(send(item, item)) == ["duplicate", "duplicate"]
    assert len(registry.visits("DEMO")) == 1


def test_the_same_item_twice_in_one_batch_is_stored_once(send, registry):
    item = visit()
    assert words(send(item, item)) == ["stored", "duplicate"]
    assert len(registry.visits("DEMO")) == 1


def test_the_order_of_an_items_fields_does_not_make_it_another(send):
    item = visit()
    assert words(send(item)) == ["stored"]
    assert words(send(dict(reversed(item.items())))) == ["duplicate"]


def test_another_content_under_a_known_uid_is_rejected(send, registry):
    item = visit()
    send(item)
    reused = item | {"outcome": "refused", "opens": False}
    assert send(reused) == [{"uid": item["uid"], "verdict": "rejected", "reason": "uid-reused"}]
    assert registry.visits("DEMO")[0]["outcome"] == "admitted"


def test_one_bad_item_never_holds_up_the_rest(send):
    good = [visit(), visit()]
    results = send(good[0], visit(colour="pink"), 5, None, good[1], visit(uid="1"))
    assert words(results) == ["stored", "rejected", "rejected", "rejected", "stored", "rejected"]


@pytest.mark.parametrize(
    "changes, where",
    [
        ({"kind": "dance"}, "one of 'visit', 'amendment'"),
        ({"direction": "up"}, "direction"),
        ({"opens": "yes"}, "opens"),
        ({"opens": 1}, "opens"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-23T11:59:00+05:00"}, "at"),
        ({"at": "2026-02-31T11:59:00Z"}, "at"),
        ({"at": 1_790_000_000}, "at"),
        ({"sealed": "***"}, "sealed"),
        ({"subject": {"kind": "iin", "value": "0" * 24}}, "subject"),
        ({"counted_at": "14:02"}, "counted_at"),
        ({"extra": 1}, "another name"),
    ],
)
def test_a_rejected_item_says_which_field_was_wrong(send, changes, where):
    (result,) = send(visit(**changes))
    assert result["verdict"] == "rejected"
    assert where in result["reason"]
    assert result["reason"].startswith("invalid: ")


@pytest.mark.parametrize("change", [0, 1001, -1001, 1.5, "2", True, None])
def test_a_correction_changes_by_a_whole_number_and_not_by_none_or_by_thousands(send, change):
    (result,) = send(correction(change))
    assert result["verdict"] == "rejected"
    assert result["reason"].startswith("invalid: correction.change: expected ")


def test_a_correction_that_changes_nothing_is_told_what_was_expected(send):
    assert (
        send(correction(0))[0]["reason"] == "invalid: correction.change: expected a whole number other than 0"
    )


def test_a_missing_field_is_named(send):
    item = visit()
    del item["reason"]
    assert send(item)[0]["reason"] == "invalid: visit.reason: expected this field"


def test_a_sealed_visit_is_filed_with_the_person_whose_it_is(send, registry):
    item = sealed_visit(PEOPLE["red"].identifier, registry)
    assert words(send(item)) == ["stored"]
    assert stored_subject(registry, item) == registry.subjects["red"]


def test_a_visit_by_pass_is_filed_with_the_person_whose_it_is(send, registry):
    item = visit(subject={"kind": "pass", "value": registry.subjects["green"]})
    assert words(send(item)) == ["stored"]
    assert stored_subject(registry, item) == registry.subjects["green"]


def test_a_visit_of_nobody_known_is_stored_all_the_same(send, registry):
    assert words(send(visit())) == ["stored"]


def test_what_was_sealed_for_another_visit_is_rejected(send, registry):
    item = sealed_visit(PEOPLE["red"].identifier, registry, for_visit=uid())
    assert send(item)[0]["reason"] == "sealed-does-not-open"


def test_what_was_sealed_to_a_key_of_nobody_is_rejected(send, registry):
    item = sealed_visit(PEOPLE["red"].identifier, registry) | {"sealed_kid": "00000000"}
    assert send(item)[0]["reason"] == "unknown-sealing-key"


@pytest.mark.parametrize("without", ["sealed", "sealed_kid"])
def test_half_a_sealed_identifier_is_rejected(send, registry, without):
    item = sealed_visit(PEOPLE["red"].identifier, registry)
    del item[without]
    assert words(send(item)) == ["rejected"]


def test_a_visit_with_two_subjects_is_rejected(send, registry):
    both = {"subject": {"kind": "pass", "value": registry.subjects["green"]}}
    assert words(send(sealed_visit(PEOPLE["red"].identifier, registry, **both))) == ["rejected"]


def test_while_the_database_is_held_by_somebody_else_the_verdict_is_later(send, registry):
    item = visit()
    holder = sqlite3.connect(registry.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert words(send(item, visit(colour="pink"))) == ["later", "rejected"]
    holder.execute("ROLLBACK")
    holder.close()
    assert words(send(item)) == ["stored"]


def test_a_fault_of_the_registrys_own_is_not_called_later(send, call, registry):
    """A kiosk would bring the same records again without end, and nobody would be told."""
    with sqlite3.connect(registry.path) as connection:
        connection.execute("ALTER TABLE visits RENAME COLUMN passed TO gone")
    connection.close()
    assert call("POST", "/v1/visits", batch(visit())).status_code == 500


def test_more_than_500_items_are_a_problem_and_none_is_stored(call, registry):
    answer = call("POST", "/v1/visits", batch(*[visit() for _ in range(501)]))
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:ashyq:problem:too-many-items")
    assert registry.visits("DEMO") == []


def test_500_items_are_taken_in_one_batch(send, registry):
    assert set(words(send(*[visit() for _ in range(500)]))) == {"stored"}
    assert len(registry.visits("DEMO", limit=500)) == 500


def test_no_items_at_all_are_a_problem(call):
    assert call("POST", "/v1/visits", batch()).status_code == 422


def test_a_red_visit_becomes_one_incident_with_a_number(send, call, registry):
    items = [red_visit(), visit(), red_visit()]
    send(*items)
    send(items[0], amendment(items[0]))
    told = call("GET", SINCE).json()["incidents"]
    assert [(one["number"], one["visit"]) for one in told] == [(1, items[0]["uid"]), (2, items[2]["uid"])]
    assert told[0]["reference"] == reference(items[0]["uid"])
    assert told[0]["delivered_at"] == "2026-11-23T12:00:00.000000Z"


def test_a_visit_that_turns_red_later_becomes_an_incident(send, call):
    item = visit()
    send(item)
    send(amendment(item, outcome="refused", reason="red-status", opens=False, colour="red", incident=True))
    assert [one["visit"] for one in call("GET", SINCE).json()["incidents"]] == [item["uid"]]


FIRST = visit()
STORY = [
    FIRST,
    amendment(FIRST, outcome="refused", reason="status-not-admitted", opens=False, colour="yellow"),
    amendment(FIRST, at="2026-11-23T11:59:40Z"),
    passage(FIRST, passed=True),
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_in_whatever_order_records_come_they_tell_the_same_story(send_slowly, order):
    assert send_slowly([STORY[at] for at in order]) == {
        "outcome": "admitted",
        "reason": "staff-override",
        "opens": True,
        "passed": True,
        "amendments": 2,
    }


@pytest.fixture
def send_slowly(tmp_path, clock):
    """Give items to a ledger one batch each, without HTTP; return the one visit that came of it."""
    registry = ReferenceRegistry(tmp_path / "story.db", clock=clock)
    registry.doors.add("DEMO", venue="Club")

    def tell(items):
        for item in items:
            registry.ledger.take("kiosk-1", "DEMO", [item])
        (row,) = registry.reports.visits("DEMO", limit=5)
        return {name: row[name] for name in ("outcome", "reason", "opens", "passed", "amendments")}

    yield tell
    registry.close()


def stored_subject(registry, item):
    """Read past the public face, which shows no subject."""
    with sqlite3.connect(registry.path) as connection:
        found = connection.execute("SELECT subject FROM visits WHERE uid = ?", [item["uid"]]).fetchone()
    connection.close()
    return found[0]
