"""The registry inside another process: its network can be cut, and nothing stored is lost."""

import socket
from contextlib import suppress

import pytest
import requests

from kiosk.core.model import Colour, Identifier, IdentifierKind
from registry.demo_people import made_up_iin
from registry.embedded import EmbeddedRegistry
from tests.registry.items import batch, uid, visit

SOMEBODY = Identifier(kind=IdentifierKind.IIN, value=made_up_iin(4000))


def colour_of(registry, identifier):
    asked = {"kind": identifier.kind, "value": identifier.value, "country": identifier.country}
    body = {"visit": uid(), "door": "DEMO", "direction": "entry", "via": "staff", "identifier": asked}
    return requests.post(f"{registry.url}/v1/status", json=body, timeout=30).json()["status"]["colour"]


def test_while_the_network_is_cut_connections_are_refused_and_then_all_is_as_before(registry):
    requests.post(f"{registry.url}/v1/visits", json=batch(visit()), timeout=30)
    url = registry.url
    for _ in range(2):
        registry.cut()
        registry.cut()
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{url}/v1/keys", timeout=30)
        registry.restore()
        registry.restore()
        assert registry.url == url
        assert len(requests.get(f"{url}/v1/doors/DEMO/visits", timeout=30).json()["visits"]) == 1


def test_a_kept_connection_does_not_outlive_a_cut(registry):
    with requests.Session() as session:
        assert session.get(f"{registry.url}/v1/keys", timeout=30).ok
        registry.cut()
        with pytest.raises(requests.ConnectionError):
            session.get(f"{registry.url}/v1/keys", timeout=30)
        registry.restore()
        assert session.get(f"{registry.url}/v1/keys", timeout=30).ok


def test_what_was_stored_outlives_the_process_that_stored_it(tmp_path, clock):
    path = tmp_path / "kept.db"
    with EmbeddedRegistry(path, clock=clock) as first:
        first.add_door("DEMO")
        subject = first.add_visitor(SOMEBODY, Colour.YELLOW)
    with EmbeddedRegistry(path, clock=clock, signed=False) as second:
        assert second.add_visitor(SOMEBODY, Colour.YELLOW) == subject
        assert colour_of(second, SOMEBODY) == "yellow"


@pytest.mark.parametrize("colour", Colour)
def test_a_visitor_can_be_given_any_colour(registry, colour):
    subject = registry.add_visitor(SOMEBODY, Colour.RED)
    registry.set_colour(subject, colour)
    assert colour_of(registry, SOMEBODY) == colour


def test_without_a_path_it_leaves_nothing_behind():
    with EmbeddedRegistry() as passing:
        folder = passing.path.parent
        assert passing.path.exists()
    assert not folder.exists()


def test_it_listens_on_loopback_only(registry):
    assert registry.url.startswith("http://127.0.0.1:")


def test_it_may_be_stopped_twice(tmp_path):
    embedded = EmbeddedRegistry(tmp_path / "registry.db")
    embedded.restore()
    embedded.stop()
    embedded.stop()


def test_a_pass_is_issued_only_to_somebody_on_the_roll(registry):
    with pytest.raises(LookupError, match="add_visitor"):
        registry.issue_pass("0" * 24)


def test_only_an_iin_or_a_passport_puts_a_person_on_the_roll(registry):
    with pytest.raises(ValueError, match="pass id came"):
        registry.add_visitor(Identifier(kind=IdentifierKind.PASS, value="0" * 24), Colour.GREEN)


def test_a_stop_lets_go_of_who_is_not_done_with_asking():
    with EmbeddedRegistry() as registry, socket.socket() as caller:
        caller.settimeout(30)
        caller.connect(("127.0.0.1", int(registry.url.rpartition(":")[2])))
        caller.sendall(b"POST /v1/visits HTTP/1.1\r\nHost: registry\r\nContent-Length: 10\r\n\r\nhalf")
        registry.cut()
        with suppress(ConnectionResetError):
            assert caller.recv(1) == b""
