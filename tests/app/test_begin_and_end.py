"""A kiosk begins step by step and ends in reverse; a step that fails leaves nothing begun."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from kiosk.errors import StoreError
from kiosk.root.app import App
from kiosk.store.store import Store
from tests.app.house import House

PATIENCE_S = 60.0


def at_work() -> set[str]:
    """The kiosk's own threads that are alive, by name; the registry of the tests runs beside them."""
    ours = {
        "store",
        "documents",
        "sync",
        "upkeep",
        "presence",
        "keypad",
        "scanner",
        "scan",
        "ask-0",
        "ask-1",
        "ask-2",
    }
    return {thread.name for thread in threading.enumerate() if thread.name in ours}


@pytest.fixture(autouse=True)
def nobody_is_at_work():
    """A test before this one may have left a question that a stop need not wait for: it ends by its own deadline."""
    for thread in threading.enumerate():
        if thread.name in at_work():
            thread.join(PATIENCE_S)


def opened_store(folder, clock) -> Store:
    return Store(folder / "kiosk.db", clock=clock)


@contextmanager
def not_begun(house: House) -> Iterator[App]:
    """The kiosk of a house that nobody has begun, and nobody stops but itself."""
    try:
        yield house.app
    finally:
        house.__exit__()


def test_what_begins_at_a_start_has_ended_after_the_stop(tmp_path, registry, clock):
    house = House(tmp_path, registry, clock)
    assert at_work() == set()
    with house:
        assert at_work() >= {"store", "documents", "sync", "upkeep", "presence", "ask-0", "keypad", "scan"}
    assert at_work() == set()
    assert house.app.heartbeats.heard() == ()


def test_a_store_that_cannot_be_opened_leaves_no_thread(tmp_path, registry, clock):
    with not_begun(House(tmp_path, registry, clock)) as app, closing(opened_store(tmp_path, clock)):
        with pytest.raises(StoreError):
            app.start()
        assert at_work() == set()
        assert app.heartbeats.heard() == ()


def test_a_late_step_that_fails_undoes_every_step_before_it(tmp_path, registry, clock):
    house = House(tmp_path, registry, clock, scanner=True, scanner_side="nowhere")
    with not_begun(house) as app:
        with pytest.raises(ValueError, match="nowhere"):
            app.start()
        assert at_work() == set()
        assert app.heartbeats.heard() == ()
        opened_store(tmp_path, clock).close()  # a store that somebody still has is refused


def test_a_kiosk_whose_start_failed_may_be_stopped_again(tmp_path, registry, clock):
    house = House(tmp_path, registry, clock, scanner=True, scanner_side="nowhere")
    with not_begun(house) as app:
        with pytest.raises(ValueError, match="nowhere"):
            app.start()
        app.stop()
        assert at_work() == set()
