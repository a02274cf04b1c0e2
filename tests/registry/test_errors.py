"""Every error is a problem document, and nothing that was sent comes back, neither in an answer nor in a log."""

import json
import logging
import socket
import sqlite3

import pytest

from registry.demo_people import made_up_iin
from tests.registry.conftest import PEOPLE
from tests.registry.items import batch, sealed_visit, uid, visit

IIN = made_up_iin(7000)
CALLS = {
    "/v1/status": "POST",
    "/v1/visits": "POST",
    "/v1/places": "POST",
    "/v1/checkins": "POST",
    "/v1/heartbeat": "POST",
    "/v1/device/initialize": "POST",
    "/v1/keys": "GET",
    "/v1/revocations": "GET",
    "/v1/policy": "GET",
    "/v1/doors/DEMO/events": "GET",
    "/v1/doors/DEMO/visits": "GET",
    "/v1/doors/DEMO/report": "GET",
}
POSTS = [path for path, method in CALLS.items() if method == "POST"]


def must_be_a_problem(answer, status):
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:ashyq:problem:")
    assert problem["title"]
    assert problem["detail"]
    return problem


def test_an_address_that_is_nothing_is_a_problem(ask):
    must_be_a_problem(ask("GET", "/v1/nothing"), 404)


@pytest.mark.parametrize("path", CALLS)
def test_another_method_is_a_problem_and_the_right_one_is_named(ask, path):
    answer = ask("DELETE", path)
    must_be_a_problem(answer, 405)
    assert answer.headers["Allow"] == CALLS[path]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"a": "\\ud800"}'],
    ids=lambda body: repr(body[:12]),
)
def test_a_body_that_is_none_is_a_problem(ask, path, body):
    answer = ask("POST", path, data=body, headers={"Content-Type": "application/json"})
    must_be_a_problem(answer, answer.status_code)
    assert answer.status_code in {400, 422}


def test_a_question_for_a_door_that_nobody_knows_is_a_problem(ask):
    for path in ("/v1/policy?door=NOWHERE", "/v1/doors/NOWHERE/events", "/v1/doors/NOWHERE/report"):
        assert must_be_a_problem(ask("GET", path), 404)["type"].endswith(":unknown-door")
    answer = ask("POST", "/v1/visits", batch(visit(), door="NOWHERE"))
    assert must_be_a_problem(answer, 404)["type"].endswith(":unknown-door")


def test_a_body_beyond_two_megabytes_is_refused(ask):
    answer = ask("POST", "/v1/visits", data=b" " * (2 * 1024 * 1024 + 1))
    must_be_a_problem(answer, 413)


def test_a_body_that_does_not_tell_its_length_is_bounded_too(ask):
    pieces = (b" " * 65536 for _ in range(40))
    must_be_a_problem(ask("POST", "/v1/visits", data=pieces), 413)


def test_every_good_answer_without_a_tag_is_not_to_be_kept(ask):
    assert ask("GET", "/v1/doors/DEMO/report").headers["Cache-Control"] == "no-store"


def question(**changes):
    identifier = {"kind": "iin", "value": IIN, "country": ""}
    usual = {"visit": uid(), "door": "DEMO", "direction": "entry", "via": "keypad", "identifier": identifier}
    return usual | changes


MISUSES = {
    "in the place of the visit id": lambda: question(visit=IIN),
    "in the place of the door": lambda: question(door=IIN),
    "in the place of the direction": lambda: question(direction=IIN),
    "in the place of the kind": lambda: question(identifier={"kind": IIN, "value": IIN}),
    "in the place of the country": lambda: question(identifier={"kind": "iin", "value": IIN, "country": IIN}),
    "as a number": lambda: question(identifier={"kind": "iin", "value": int(IIN)}),
    "as a field's name": lambda: question(**{IIN: IIN}),
    "as an inner field's name": lambda: question(identifier={IIN: IIN}),
    "as the whole identifier": lambda: question(identifier=IIN),
    "as the whole body": lambda: IIN,
    "five times over": lambda: question(identifier={"kind": "iin", "value": IIN * 5}),
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES.keys())
def test_a_number_at_the_wrong_place_does_not_come_back(ask, caplog, misuse):
    caplog.set_level(logging.DEBUG)
    answer = ask("POST", "/v1/status", misuse())
    assert answer.status_code in {404, 422}
    assert IIN not in answer.text + str(answer.headers) + caplog.text


ITEM_MISUSES = {
    "as the uid": {"uid": IIN},
    "as a field's name": {IIN: 1},
    "as the colour": {"colour": IIN},
    "as the time": {"at": IIN},
    "as the subject": {"subject": {"kind": "pass", "value": IIN}},
    "as the sealing key": {"sealed": "AAAA", "sealed_kid": IIN},
    "as what was sealed": {"sealed": IIN, "sealed_kid": "00"},
}


@pytest.mark.parametrize("changes", ITEM_MISUSES.values(), ids=ITEM_MISUSES.keys())
def test_a_number_in_a_bad_item_does_not_come_back(ask, caplog, changes):
    caplog.set_level(logging.DEBUG)
    answer = ask("POST", "/v1/visits", batch(visit(**changes)))
    assert answer.json()["results"][0]["verdict"] == "rejected"
    assert IIN not in answer.text + caplog.text


def test_a_number_in_an_address_does_not_reach_the_log(call, registry, caplog):
    caplog.set_level(logging.DEBUG, logger="registry")
    caplog.set_level(logging.DEBUG, logger="uvicorn")
    for path in (f"/v1/status?iin={IIN}", f"/{IIN}", f"/v1/doors/{IIN}/events", f"/v1/policy?door={IIN}"):
        answer = call("GET", path)
        assert answer.status_code >= 400
        assert IIN not in answer.text
    registry.cut()  # a line is written after its answer: whoever stops has written all of them
    ours = [line.getMessage() for line in caplog.records if line.name.startswith(("registry", "uvicorn"))]
    assert len([line for line in ours if line.startswith("GET")]) == 4
    assert IIN not in "\n".join(ours)


def test_a_fallen_house_answers_with_a_problem_and_does_not_quote_the_question(call, caplog, registry):
    caplog.set_level(logging.DEBUG)
    with sqlite3.connect(registry.path) as connection:
        connection.execute("DROP TABLE identifiers")
    connection.close()
    answer = call("POST", "/v1/status", question())
    must_be_a_problem(answer, 500)
    assert "OperationalError" in caplog.text
    assert "roll.py" in caplog.text
    assert IIN not in answer.text + caplog.text


def test_no_number_lies_in_clear_in_the_registrys_own_files(call, registry):
    for name in ("green", "foreigner"):
        call("POST", "/v1/visits", batch(sealed_visit(PEOPLE[name].identifier, registry)))
    written = b"".join(file.read_bytes() for file in registry.path.parent.iterdir())
    assert registry.subjects["green"].encode() in written
    assert [name for name, who in PEOPLE.items() if who.identifier.value.encode() in written] == []


def test_the_registrys_file_is_for_its_owner_only(registry):
    assert registry.path.stat().st_mode & 0o077 == 0


def test_half_a_request_harms_nobody(call, registry):
    host, port = registry.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as broken:
        broken.sendall(b"POST /v1/visits HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
    assert call("GET", "/v1/keys").status_code == 200


def test_a_verdict_is_json_and_nothing_else(ask):
    answer = ask("POST", "/v1/visits", batch(visit(by="\x00")))
    assert json.loads(answer.text)["results"][0]["reason"].startswith("invalid: visit.")
