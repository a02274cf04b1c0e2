"""Over real sockets: no answer is believed that is not the contract's, and none is waited for longer than it may take."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
import traceback
from datetime import UTC, datetime

import pytest

from kiosk.core.model import Colour, Direction, IdentifierKind, Via
from kiosk.core.outbox import Verdict, VerdictWord
from kiosk.errors import RegistryRefused, RegistryUnreachable
from kiosk.store.records import item_of, row_of
from kiosk.uplink.client import MOST_PHONES, Document, NotModified, RegistryClient
from kiosk.uplink.exchange import IDLE_S, LEFT_BEHIND, Exchange
from tests.factories import make_id, make_iin, make_person
from tests.hostile_server import BAD, SIGNED_OCTETS, Came, HostileServer, Manner, well_behaved
from tests.store.making import make_sealed, make_visit
from tests.uplink.conftest import HASTE_S, PATIENCE_S

VISIT = make_id(1)
PERSON = make_person(7)
WHY = {
    Manner.HTTP_500: "http-500",
    Manner.HTTP_503_RETRY: "http-503",
    Manner.HTTP_413: "http-413",
    Manner.HTML_404: "http-404",
    Manner.PROBLEM_403: "http-403",
    Manner.HTML_200: "not-json",
    Manner.REDIRECT_302: "redirect",
    Manner.HALF_BODY: "broken-off",
    Manner.SILENCE: "timeout",
    Manner.SLOW_DRIP: "timeout",
    Manner.HEADER_DRIP: "timeout",
    Manner.WRONG_TYPE: "not-json",
    Manner.WRONG_CHARSET: "not-json",
    Manner.OTHER_VISIT: "other-visit",
    Manner.HUGE: "too-long",
    Manner.BROKEN_JSON: "not-json",
    Manner.DEEP_JSON: "not-json",
    Manner.NOT_AN_OBJECT: "bad-answer",
    Manner.WRONG_SHAPE: "other-visit",
    Manner.GZIP_BOMB: "encoded",
    Manner.GARBAGE: "broken-off",
    Manner.HANG_UP: "broken-off",
}
NOT_SIGNED = (
    Manner.HTML_200,
    Manner.WRONG_TYPE,
    Manner.WRONG_CHARSET,
    Manner.BROKEN_JSON,
    Manner.DEEP_JSON,
    Manner.NOT_AN_OBJECT,
)
ITEM = item_of({"subject": None, "sealed": None} | row_of(make_visit(1), make_sealed()))


def patience(manner: Manner) -> float:
    """How long an answer of this manner is waited for: one that never ends shows the deadline by having one at all."""
    return HASTE_S if WHY[manner] == "timeout" else PATIENCE_S


def ask(client: RegistryClient, deadline_s: float = PATIENCE_S):
    return client.ask(VISIT, PERSON, Direction.ENTRY, Via.KEYPAD, deadline_s)


def refusal(call) -> RegistryUnreachable | RegistryRefused:
    """Return what a call raised, without the identifier in any of it."""
    with pytest.raises((RegistryUnreachable, RegistryRefused)) as raised:
        call()
    assert PERSON.value not in "".join(traceback.format_exception(raised.value))
    return raised.value


def test_every_bad_manner_has_its_reason():
    assert set(WHY) == set(BAD)


@pytest.mark.parametrize("manner", BAD)
def test_a_question_that_is_answered_badly_is_no_answer_within_its_deadline(server, client, manner):
    server.behave(manner)
    assert refusal(lambda: ask(client, patience(manner))).why == WHY[manner]


@pytest.mark.parametrize("manner", BAD)
def test_a_visitor_is_answered_after_a_bad_answer_to_the_one_before(server, client, manner):
    # A line closed at once is tried once more within the same deadline: it takes two to be noticed.
    server.behave(Manner.GOOD, *[manner] * (2 if manner is Manner.HANG_UP else 1))
    refusal(lambda: ask(client, patience(manner)))
    assert ask(client).status.colour is Colour.GREEN


@pytest.mark.parametrize("manner", [m for m in BAD if m not in (Manner.OTHER_VISIT, Manner.WRONG_SHAPE)])
def test_records_that_are_answered_badly_are_not_taken_for_stored(server, connect, manner):
    client = connect(server.url, patience(manner))
    server.behave(manner)
    assert refusal(lambda: client.send([ITEM])).why == WHY[manner]


def test_verdicts_of_another_shape_are_no_verdicts(server, client):
    server.behave(Manner.WRONG_SHAPE)
    assert refusal(lambda: client.send([ITEM])).why == "bad-answer"


@pytest.mark.parametrize("manner", [m for m in BAD if m not in (Manner.OTHER_VISIT, Manner.WRONG_SHAPE)])
def test_a_document_that_does_not_come_whole_does_not_come(server, connect, manner):
    client = connect(server.url, patience(manner))
    server.behave(manner)
    # Whatever comes in another form than a signed one is none, whatever else is wrong with it.
    why = "not-signed" if manner in NOT_SIGNED else WHY[manner]
    assert refusal(lambda: client.fetch("policy")).why == why


@pytest.mark.parametrize("manner", [m for m in BAD if m is not Manner.OTHER_VISIT])
def test_phones_and_heartbeats_are_as_wary(server, connect, manner):
    client = connect(server.url, patience(manner))
    server.behave(manner)
    expected = "bad-answer" if manner is Manner.WRONG_SHAPE else WHY[manner]
    assert refusal(lambda: client.events(0, 0)).why == expected
    beat = lambda: client.heartbeat(version="1", waiting=0, parked=0, inside=0, health={})
    assert refusal(beat).why == expected


def test_a_good_answer_is_understood(server, client):
    answer = ask(client)
    assert answer.status.colour is Colour.GREEN
    assert answer.status.valid_until == datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
    [came] = server.requests
    assert came.json() == {
        "visit": VISIT,
        "door": "D01",
        "direction": "entry",
        "via": "keypad",
        "identifier": {"kind": "iin", "value": PERSON.value, "country": ""},
    }


def test_an_identifier_travels_in_the_body_alone(server, client):
    ask(client)
    [came] = server.requests
    assert PERSON.value not in came.path + came.query + str(came.headers)


def test_a_registry_that_knows_nobody_says_so(connect):
    with HostileServer(
        lambda came: (200, {"visit": VISIT, "status": None, "subject": "", "hint": ""})
    ) as other:
        other_client = connect(other.url)
        assert ask(other_client).status is None


GOOD_STATUS = {"colour": "red", "established_at": "2026-11-22T10:00:00Z", "valid_until": None}


@pytest.mark.parametrize(
    "change",
    [
        {"status": "green"},
        {"status": []},
        {"status": {**GOOD_STATUS, "colour": "violet"}},
        {"status": {**GOOD_STATUS, "colour": ["red"]}},
        {"status": {**GOOD_STATUS, "established_at": None}},
        {"status": {**GOOD_STATUS, "established_at": "2026-11-22T10:00:00"}},
        {"status": {**GOOD_STATUS, "valid_until": "2026-02-30T10:00:00Z"}},
        {"status": {**GOOD_STATUS, "valid_until": 1e99}},
        {"status": {"colour": "red", "established_at": "2026-11-22T10:00:00Z"}},
        {"subject": make_iin(7)},
        {"subject": 7},
        {"visit": None},
    ],
    ids=str,
)
def test_an_answer_with_one_field_out_of_shape_is_no_answer(connect, change):
    answer = {"visit": VISIT, "status": GOOD_STATUS, "subject": ""} | change
    with HostileServer(lambda came: (200, answer)) as server:
        client = connect(server.url)
        assert refusal(lambda: ask(client)).why in ("bad-answer", "other-visit")


@pytest.mark.parametrize(
    "hint",
    [
        "А. Б.",
        "А. Б. (мл.)",
        "J. Smith 2nd",
        "a" * 41,
        "\x1b[2J",
        make_iin(7),
        None,
        7,
        [],
        {"of": "another shape"},
    ],
    ids=repr,
)
def test_initials_that_nothing_here_reads_cost_no_visitor_the_answer(connect, hint):
    answer = {"visit": VISIT, "status": GOOD_STATUS, "subject": "", "hint": hint, "news": hint}
    with HostileServer(lambda came: (200, answer)) as server:
        assert ask(connect(server.url), 5.0).status.colour is Colour.RED


@pytest.mark.parametrize(
    "subject", ["0" * 24, f"{make_iin(7)}{'0' * 12}", "3" * 24, f"{'0' * 12}{make_iin(7)}"]
)
def test_a_subject_that_the_store_would_not_take_costs_no_visitor_the_answer(connect, subject):
    answer = {"visit": VISIT, "status": GOOD_STATUS, "subject": subject}
    with HostileServer(lambda came: (200, answer)) as server:
        heard = ask(connect(server.url), 5.0)
    assert (heard.status.colour, heard.subject) == (Colour.RED, "")


@pytest.mark.parametrize("missing", ["visit", "status", "subject"])
def test_an_answer_without_one_of_its_fields_is_no_answer(connect, missing):
    answer = {"visit": VISIT, "status": None, "subject": ""}
    del answer[missing]
    with HostileServer(lambda came: (200, answer)) as server:
        client = connect(server.url)
        refusal(lambda: ask(client))


def test_what_the_registry_refuses_is_told_by_its_kind_and_never_by_its_words(server, client):
    server.behave(Manner.PROBLEM_403)
    error = refusal(lambda: ask(client))
    assert isinstance(error, RegistryRefused)
    assert str(error) == "http-403: not-enrolled"


def test_how_long_to_wait_is_heard(server, client):
    server.behave(Manner.HTTP_503_RETRY)
    assert refusal(lambda: client.send([ITEM])).retry_after_s == 120


def test_verdicts_come_by_uid_and_a_strange_one_is_left_out(connect):
    results = [
        {"uid": "a", "verdict": "stored", "reason": ""},
        {"uid": "b", "verdict": "rejected", "reason": "uid-reused"},
        {"uid": "c", "verdict": "rejected", "reason": f"not for {make_iin(7)}"},
        {"uid": "d", "verdict": "eaten", "reason": ""},
        {"uid": 7, "verdict": "stored", "reason": ""},
        {"verdict": "stored"},
        "stored",
        None,
    ]
    with HostileServer(lambda came: (200, {"results": results})) as server:
        client = connect(server.url)
        assert client.send([ITEM]) == {
            "a": Verdict(word=VerdictWord.STORED),
            "b": Verdict(word=VerdictWord.REJECTED, reason="uid-reused"),
            "c": Verdict(word=VerdictWord.REJECTED),
        }


def test_a_verdict_on_another_visit_is_none_on_this_one(server, client):
    server.behave(Manner.OTHER_VISIT)
    assert ITEM["uid"] not in client.send([ITEM])


def test_a_document_comes_with_its_tag_and_is_not_sent_again(server, client):
    document = client.fetch("policy")
    assert document == Document(name="policy", etag='"1"', body=SIGNED_OCTETS)
    assert client.fetch("policy", document.etag) == NotModified()
    assert server.requests[0].query == "door=D01&version=2"
    assert client.fetch("keys").name == "keys"
    assert server.requests[2].query == ""


def test_a_document_in_json_is_none_however_well_it_is_made(connect):
    with HostileServer(lambda came: (200, {"version": 1})) as other:
        other_client = connect(other.url)
        assert refusal(lambda: other_client.fetch("policy")).why == "not-signed"


def test_not_modified_is_no_answer_to_who_has_nothing(connect):
    with HostileServer(lambda came: (304, {})) as other:
        other_client = connect(other.url)
        refusal(lambda: other_client.fetch("policy"))


def test_phones_come_with_a_cursor_and_a_kind_of_tomorrow_is_skipped(connect):
    event = {
        "id": 4,
        "kind": "checkin",
        "identifier": {"kind": "checkin", "value": "0123456789abcdef01234567"},
        "status": GOOD_STATUS,
        "direction": "entry",
    }
    answer = {"cursor": 5, "events": [event, {"id": 5, "kind": "of-tomorrow"}]}
    with HostileServer(lambda came: (200, answer)) as server:
        client = connect(server.url)
        arrivals = client.events(3, 0)
    assert server.requests[0].query == "after=3&wait=0"
    [phone] = arrivals.phones
    assert (arrivals.cursor, phone.identifier.kind, phone.direction) == (
        5,
        IdentifierKind.CHECKIN,
        Direction.ENTRY,
    )
    assert phone.status.colour is Colour.RED


def test_of_thousands_of_phones_in_one_answer_the_newest_few_are_heard(connect):
    events = [
        {
            "id": n,
            "kind": "checkin",
            "identifier": {"kind": "checkin", "value": f"{n:024x}"},
            "status": None,
            "direction": None,
        }
        for n in range(3000)
    ]
    with HostileServer(lambda came: (200, {"cursor": 3000, "events": events})) as server:
        arrivals = connect(server.url).events(0, 0)
    assert [int(phone.identifier.value, 16) for phone in arrivals.phones] == [
        *range(3000 - MOST_PHONES, 3000)
    ]
    assert arrivals.left_out == 3000 - MOST_PHONES


def test_a_heartbeat_brings_the_registrys_time(server, client):
    now = client.heartbeat(version="0.1.0", waiting=3, parked=1, inside=12, health={"camera": "ok"})
    assert now == datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    assert server.requests[0].json()["inside"] == 12


def test_the_connection_is_kept_alive_from_one_visitor_to_the_next(server, client):
    for _ in range(3):
        ask(client)
    assert server.connections == 1


def test_a_connection_that_was_closed_there_is_made_anew_without_the_visitor_noticing(server, client):
    server.behave(Manner.GOOD, Manner.STALE)
    ask(client)  # the line is closed after it
    assert ask(client).status.colour is Colour.GREEN
    assert server.connections == 2


def test_a_connection_that_is_closed_before_the_answer_is_made_anew_too(server, client):
    server.behave(Manner.GOOD, Manner.HANG_UP)
    assert ask(client).status.colour is Colour.GREEN
    assert server.connections == 2


def test_a_connection_that_was_idle_for_longer_than_routers_remember_is_not_used(server, connect_by):
    """What is sent over a connection that a router has forgotten is dropped without a word, and costs the whole deadline."""
    passed = [0.0]
    client = connect_by(server.url, lambda: passed[0])
    ask(client)
    for pause_s, connections in ((IDLE_S - 1, 1), (IDLE_S + 1, 2), (1, 2)):
        passed[0] += pause_s
        assert ask(client).status.colour is Colour.GREEN
        assert server.connections == connections


def test_a_signature_that_the_registry_had_before_is_made_anew_at_once(connect):
    """The first answer was lost on its way, and something in between sent the request once more."""
    answers = iter([(401, {"type": "urn:ashyq:problem:replayed"})])
    with HostileServer(lambda came: next(answers, None) or well_behaved(came)) as server:
        assert ask(connect(server.url)).status.colour is Colour.GREEN
        assert len(server.requests) == 2


def test_each_thread_has_a_connection_of_its_own(server, client):
    ask(client)
    thread = threading.Thread(target=client.fetch, args=("keys",))
    thread.start()
    thread.join(10)
    assert server.connections == 2


def test_nobody_listening_is_refused(server, client):
    server.stop()
    assert refusal(lambda: ask(client)).why == "refused"


def test_a_name_that_nobody_knows_is_told(connect):
    client = connect("https://registry.invalid")
    assert refusal(lambda: ask(client)).why in ("no-name", "timeout")


def test_a_server_that_speaks_no_tls_is_told(server, connect):
    client = connect(server.url.replace("http:", "https:"))
    server.behave(Manner.GARBAGE)
    # Some libraries wait for more: whoever asks is told at the latest when their time is over.
    assert refusal(lambda: ask(client, deadline_s=2.0)).why in ("tls", "timeout", "broken-off")


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(server, root):
    """In a process of its own: its environment is given, not patched."""
    script = (
        "import sys, time; from kiosk.uplink.client import RegistryClient; from tests.uplink.conftest import SIGNER;"
        "client = RegistryClient(sys.argv[1], 'D01', mono=time.monotonic, signer=SIGNER);"
        "print(client.heartbeat(version='1', waiting=0, parked=0, inside=0, health={}))"
    )
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-c", script, server.url],
        env=os.environ | proxies,
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.startswith("2026-11-22 10:00"), done.stderr


def test_a_question_left_behind_ends_because_its_connection_is_shut(server, client):
    """The header drip is the one that no library's time-out ends: without the shutting these would pile up."""
    server.behave(Manner.HEADER_DRIP)
    assert refusal(lambda: ask(client, 0.1)).why == "timeout"
    assert client.ended(30.0)


def test_a_question_that_was_left_before_its_connection_was_made_ends_too(server):
    server.behave(Manner.HEADER_DRIP)
    # On a clock that stands nothing is too late for the lane, whenever it begins: only who asked gives up.
    exchange, left = Exchange(server.url, mono=lambda: 0.0), threading.Event()

    def sign_late(_request) -> None:
        left.wait(30)

    with pytest.raises(RegistryUnreachable, match="timeout"):
        exchange.request("GET", "/", deadline_s=0.1, most_bytes=1, headers={}, sign=sign_late)
    assert not exchange.ended(0.0)
    left.set()
    assert exchange.ended(30.0)


def test_who_asks_after_the_end_is_refused_and_starts_nothing(server):
    """A worker that has not stopped yet, while the kiosk stops: a connection made for it would never be shut."""
    exchange = Exchange(server.url, mono=lambda: 0.0)
    ask_it = lambda: exchange.request("GET", "/", deadline_s=30.0, most_bytes=1 << 20, headers={})
    ask_it()
    exchange.close()
    assert exchange.ended(30.0)
    assert refusal(ask_it).why == "closed"
    thread_sees = []
    thread = threading.Thread(target=lambda: thread_sees.append(refusal(ask_it).why))
    thread.start()
    thread.join(30)
    assert thread_sees == ["closed"]
    assert exchange.ended(0.0)
    assert server.connections == 1


def test_questions_that_hang_do_not_pile_up(connect):
    """A line that takes the call and never speaks: a handshake cannot be shut from outside, so those are counted."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    client = connect(f"https://127.0.0.1:{listener.getsockname()[1]}", 0.05)
    before = threading.active_count()
    reasons = {refusal(lambda: client.send([ITEM])).why for _ in range(LEFT_BEHIND + 2)}
    assert reasons <= {"timeout", "stuck"}
    assert threading.active_count() - before <= LEFT_BEHIND + 1
    client.close()
    assert client.ended(30.0)
    listener.close()


def test_nothing_of_a_question_is_logged(server, client, caplog):
    caplog.set_level(logging.DEBUG)
    ask(client)
    server.behave(Manner.BROKEN_JSON)
    refusal(lambda: ask(client))
    assert caplog.text, "the libraries do log"
    assert PERSON.value not in caplog.text


def test_what_came_shows_nothing_of_a_visitor_in_its_repr():
    came = Came(method="POST", path="/", query="", headers={}, body=PERSON.value.encode())
    assert PERSON.value not in repr(came)
    assert PERSON.value not in repr(PERSON)
