"""A name with several addresses: whichever answers first is taken, and what does not answer costs a moment. On loopback."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack, closing, suppress

import pytest

from kiosk.uplink.connecting import connected, in_turn

ALIVE, SILENT, REFUSING = "127.0.0.1", "127.0.0.2", "127.0.0.3"


@pytest.fixture
def port():
    """One that answers at the first address, at the second is full and drops what comes, and at the third is shut."""
    with ExitStack() as last:
        alive = last.enter_context(closing(socket.create_server((ALIVE, 0))))
        number = alive.getsockname()[1]
        full = last.enter_context(closing(socket.socket()))
        full.bind((SILENT, number))
        full.listen(0)
        for _ in range(3):
            waits = last.enter_context(closing(socket.socket()))
            waits.setblocking(False)
            with suppress(BlockingIOError):
                waits.connect((SILENT, number))

        def answer() -> None:
            with suppress(OSError):
                while True:
                    alive.accept()[0].close()

        threading.Thread(target=answer, daemon=True).start()
        yield number


def leads_to(*hosts: str):
    def resolve(_host, port, *_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port)) for host in hosts]

    return resolve


@pytest.mark.parametrize(
    "hosts",
    [(ALIVE,), (SILENT, ALIVE), (REFUSING, ALIVE), (SILENT, REFUSING, ALIVE), (ALIVE, SILENT)],
    ids=" ".join,
)
def test_the_address_that_answers_is_taken_whatever_stands_before_it(port, hosts):
    with closing(connected("name", port, 20.0, resolve=leads_to(*hosts))) as connection:
        assert connection.getpeername() == (ALIVE, port)
        assert connection.gettimeout() == 20.0


def test_a_dead_first_address_takes_a_share_of_the_time_and_not_all_of_it(port):
    """With all of the time for the first address nothing would be left for the second."""
    with closing(connected("name", port, 1.5, resolve=leads_to(SILENT, SILENT, ALIVE))) as connection:
        assert connection.getpeername()[0] == ALIVE


def test_where_nobody_answers_the_time_is_over_and_where_all_refuse_that_is_said(port):
    with pytest.raises(TimeoutError):
        connected("name", port, 0.5, resolve=leads_to(SILENT, SILENT))
    with pytest.raises(ConnectionRefusedError):
        connected("name", port, 20.0, resolve=leads_to(REFUSING, REFUSING))
    with pytest.raises(OSError, match="no address"):
        connected("name", port, 20.0, resolve=lambda *_: [])


def test_a_name_that_leads_nowhere_is_said_to():
    def resolve(*_):
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    with pytest.raises(socket.gaierror):
        connected("name", 1, 20.0, resolve=resolve)


def test_both_families_are_tried_in_turn():
    six = [(socket.AF_INET6, socket.SOCK_STREAM, 0, "", (f"::1%{n}", 1)) for n in range(3)]
    four = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (REFUSING, n + 1)) for n in range(2)]
    families = [address[0] for address in in_turn(six + four)]
    assert families == [socket.AF_INET6, socket.AF_INET, socket.AF_INET6, socket.AF_INET, socket.AF_INET6]
