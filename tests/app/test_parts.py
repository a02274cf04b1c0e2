"""Parts that fail while visitors come: camera, keypad, gate, disk. The door says so, goes on, and mends itself."""

from __future__ import annotations

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.core.effects import Write
from kiosk.core.events import HealthChanged, Key, KeyPressed, Part
from kiosk.core.model import Colour, Direction, DoorKind, Visit
from kiosk.core.screen.view import Field, Page, Phrase
from kiosk.demo.report import compare
from tests.app.around import WITHIN_S
from tests.app.house import House
from tests.factories import make_iin


def working(house, part: Part) -> list[bool]:
    """What was told of a part, in order."""
    return [event.working for event in house.happened(HealthChanged) if event.part is part]


def writes(house, kind: type) -> bool:
    """Whether the disk was given such a record."""
    effects = [effect for one in house.log for effect in one.effects]
    return any(isinstance(effect, Write) and isinstance(effect.record, kind) for effect in effects)


def test_a_keypad_that_was_pulled_is_told_once_and_works_again_when_it_is_plugged_in(house):
    house.keypad.press(Key.CANCEL)
    house.until(
        lambda: house.happened(KeyPressed), "a keypad that works: one that never did need not be there"
    )
    house.keypad_plugged = False
    house.keypad.unplug()
    house.until(lambda: house.door.is_broken(Part.KEYPAD), "a missing keypad")
    house.until(lambda: house.keypads_tried >= 3, "two more attempts")
    once_for_each_reason = [False, False]  # that it went away, and from then on that there is none
    assert working(house, Part.KEYPAD) == once_for_each_reason
    house.admits()
    house.keypad_plugged = True
    house.until(lambda: not house.door.is_broken(Part.KEYPAD), "the keypad back")
    assert working(house, Part.KEYPAD) == [*once_for_each_reason, True]
    house.type(house.somebody(Colour.BLUE)[0])
    assert house.next_shown().outcome == "admitted"


def test_a_camera_that_goes_away_is_said_on_the_idle_page_and_comes_back(house):
    house.idle()
    assert (house.view.headline, house.view.preview) == (Phrase.SHOW_CODE, True)
    house.camera_plugged = False
    house.camera.close()
    house.until(lambda: house.view.headline is Phrase.USE_KEYPAD, "a hint to the keypad")
    assert (house.view.page, house.view.preview) == (Page.IDLE, False)
    house.type(house.somebody(Colour.GREEN)[0])
    assert house.next_shown().outcome == "admitted"
    house.camera_plugged = True
    house.until(lambda: not house.door.is_broken(Part.CAMERA), "the camera back")
    assert working(house, Part.CAMERA) == [False, True]
    house.admits()


def test_a_gate_that_fails_is_told_the_visit_stands_and_the_next_opening_mends_it(house):
    house.gate.fail()
    house.hold_up(house.pass_of(Colour.GREEN))
    shown = house.next_shown()
    assert (house.view.field, house.view.headline) == (Field.GREEN, Phrase.COME_IN)
    house.until(lambda: house.door.is_broken(Part.GATE), "a broken gate")
    assert "gate-failed" in house.told
    assert not house.gate.orders
    house.delivered()
    assert [row["uid"] for row in house.stored()] == [shown.visit_id]
    house.gate.mend()
    house.admits()
    house.until(lambda: not house.door.is_broken(Part.GATE), "the gate mended")


def test_without_a_screen_visitors_come_in_all_the_same_and_it_is_taken_when_it_is_there(
    house, registry, journal
):
    house.screen.plugged = False
    house.until(lambda: house.door.is_broken(Part.DISPLAY), "a missing screen")
    house.hold_up(house.pass_of(Colour.GREEN))
    house.until(lambda: len(house.gate.orders) == 1, "an open gate")
    house.delivered()
    reports = registry.registry.reports
    house.until(
        lambda: "display" in (reports.heartbeat(house.device) or {"health": {}})["health"],
        "a heartbeat, however long the reason is",
    )
    assert sum("display: no display" in line.getMessage() for line in journal.records) <= 2
    house.screen.plugged = True
    house.until(lambda: not house.door.is_broken(Part.DISPLAY), "the screen back")
    assert working(house, Part.DISPLAY)[0] is False
    assert working(house, Part.DISPLAY)[-1] is True
    house.admits()


@contextmanager
def full_disk(grown: Path) -> Iterator[None]:
    """No file of this process grows beyond `grown`: the kernel refuses it, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (grown.stat().st_size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def slow_disk(house: House) -> Iterator[None]:
    """The store's thread hangs in a write, as it does when a memory card is about to die."""
    done = threading.Event()
    house.app._kiosk.storage.store.call(lambda _store: done.wait(WITHIN_S))
    try:
        yield
    finally:
        done.set()


def test_on_a_full_disk_nobody_enters_and_it_goes_on_by_itself_when_there_is_room(house, registry):
    path = house.settings.store.path
    house.admits()
    house.delivered()
    registry.cut()  # it shares our process, and is to keep its own room
    house.until(lambda: not house.door.word.online, "no link")
    green, blue = house.pass_of(Colour.GREEN), house.pass_of(Colour.BLUE)
    with full_disk(path.with_name(path.name + "-wal")):
        house.hold_up(green)
        house.until(lambda: house.view.page is Page.OUT_OF_ORDER, "out of order")
        assert (house.view.headline, house.view.note) == (Phrase.OUT_OF_ORDER, Phrase.GO_TO_RECEPTION)
        assert "not-recorded" in house.told
        house.hold_up(blue)
        house.until(house.camera.finished.is_set, "the second visitor's code")
        assert house.view.page is Page.OUT_OF_ORDER
        assert len(house.gate.orders) == 1
    house.admits()
    registry.restore()
    house.delivered()
    table, agree = compare(house.witness.shown, house.stored())
    assert agree, table


def test_on_a_full_disk_everybody_leaves_and_their_exits_are_caught_up(tmp_path, registry, clock):
    with House(tmp_path, registry, clock, kind=DoorKind.EXIT) as house:
        house.ready()
        house.hold_up(house.pass_of(Colour.GREEN))
        house.next_shown()
        house.delivered()
        registry.cut()
        house.until(lambda: not house.door.word.online, "no link")
        passes = house.pass_of(Colour.GREEN), house.pass_of(Colour.RED)
        with full_disk(tmp_path / "kiosk.db-wal"):
            for text in passes:
                house.until(house.camera.finished.is_set, "an empty hall")
                house.hold_up(text)
                assert house.next_shown().opened
            assert house.gate.orders == [Direction.EXIT] * 3
            assert "exit-not-recorded" in house.told
        house.idle()
        registry.restore()
        house.delivered()
        table, agree = compare(house.witness.shown, house.stored())
        assert agree, table


def test_a_disk_that_is_too_slow_keeps_the_gate_shut_and_the_late_record_is_withdrawn(
    tmp_path, registry, clock
):
    with House(tmp_path, registry, clock) as house:
        house.ready()
        house.idle()
        with slow_disk(house):
            house.hold_up(house.pass_of(Colour.GREEN))
            house.until(lambda: writes(house, Visit), "a visit to be recorded")
            clock.skip(house.settings.times.record_s + 1)
            house.until(lambda: house.view.page is Page.OUT_OF_ORDER, "out of order")
            house.until(house.camera.finished.is_set, "the code taken away")
            house.app.loop.once(0)  # whoever still held it up then was before a door that is out of order
        house.idle()
        assert not house.gate.orders
        assert not house.witness.shown
        house.until(
            lambda: len(house.stored()) == 1 and house.stored()[0]["passed"] is not None, "the late record"
        )
        assert house.stored()[0]["passed"] is False
        assert house.door.people.inside == 0
        house.admits()


def test_somebody_who_tries_numbers_is_told_to_journal_technician_and_registry(tmp_path, registry, clock):
    with House(tmp_path, registry, clock, attended=False) as house:
        house.ready()
        iin = make_iin(7)
        wrong = f"{iin[:11]}{(int(iin[11]) + 1) % 10}"
        for mistakes in range(1, 6):
            house.idle()
            house.keypad.type(wrong)
            house.keypad.press(Key.CONFIRM)
            house.until(
                lambda so_far=mistakes: (
                    house.door.guesses.mistakes == so_far or house.door.guesses.alerts == 1
                ),
                "a mistake that counts",
            )
            house.keypad.press(Key.CANCEL)
        assert "keypad-guessing" in house.told
        assert "the keypad rested 1 times" in house.app.condition()
        reports = registry.registry.reports
        house.until(
            lambda: "guessing" in (reports.heartbeat(house.device) or {"health": {}})["health"],
            "the registry told",
        )
