"""What lamp, sound and journal do at each moment of a visit: the whole order, so that none of them falls silent unseen."""

from __future__ import annotations

import pytest

from kiosk.core.effects import Chime, Light, Signal, Sound, Tell
from kiosk.core.events import AlarmChanged, DeviceRevoked, Key
from kiosk.core.model import Colour, Direction, DoorKind, NotACredential, Oddity, TextFault
from kiosk.core.who.keypad_budget import KeypadBudget
from tests.core.doorman import Doorman
from tests.factories import make_door, make_iin, make_pass, make_person

WRONG = make_iin(7)[:11] + str((int(make_iin(7)[11]) + 1) % 10)


def signals(effects):
    """Return what lamp, sound and journal were ordered."""
    return [effect for effect in effects if isinstance(effect, Light | Chime | Tell)]


def visitor_is_asked_about(man):
    return man.reads(make_person())


def visitor_is_admitted(man):
    man.reads(make_person())
    return man.answers(Colour.GREEN)


def visitor_is_refused(man):
    man.reads(make_person())
    return man.answers(Colour.RED)


def visitor_is_not_checked(man):
    man.reads(make_person())
    return man.hears_nothing()


def code_is_nobodys(man):
    return man.reads(NotACredential(reason=TextFault.NOT_OURS))


def device_is_withdrawn(man):
    return man.tell(DeviceRevoked())


def fire_breaks_out(man):
    return man.tell(AlarmChanged(active=True))


def red_is_overridden(man):
    visitor_is_refused(man)
    return man.overrides()


@pytest.mark.parametrize(
    "happens, ordered",
    [
        (visitor_is_asked_about, [Light(signal=Signal.CHECKING)]),
        (visitor_is_admitted, [Light(signal=Signal.ADMITTED, colour=Colour.GREEN), Chime(sound=Sound.ADMITTED)]),
        (visitor_is_refused, [Light(signal=Signal.REFUSED, colour=Colour.RED), Chime(sound=Sound.REFUSED)]),
        (visitor_is_not_checked, [Light(signal=Signal.UNCHECKED), Chime(sound=Sound.UNCHECKED)]),
        (
            code_is_nobodys,
            [Light(signal=Signal.UNCHECKED), Chime(sound=Sound.MISTAKE), Tell(what=TextFault.NOT_OURS)],
        ),
        (device_is_withdrawn, [Tell(what="device-revoked"), Light(signal=Signal.OUT_OF_ORDER, fault=17)]),
        (fire_breaks_out, [Light(signal=Signal.ALARM), Chime(sound=Sound.ALARM), Tell(what=Oddity.FIRE_ALARM)]),
        (red_is_overridden, [Tell(what="red-not-overridden", visit_id="0195")]),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)  # fmt: skip
def test_each_moment_has_its_light_its_sound_and_its_line(happens, ordered):
    found = signals(happens(Doorman()))
    assert [_short(one) for one in found] == ordered


def _short(effect):
    """A visit's id is told whole; its first four signs are enough here."""
    return Tell(what=effect.what, visit_id=effect.visit_id[:4]) if isinstance(effect, Tell) else effect


def test_every_key_that_counts_is_heard():
    man = Doorman()
    for key in (*make_iin(7), Key.CONFIRM):
        assert signals(man.types("", Key(key))) == [Chime(sound=Sound.KEY)]


def test_that_a_device_is_withdrawn_is_told_once():
    man = Doorman()
    man.tell(DeviceRevoked(), DeviceRevoked())
    assert man.every(Tell) == [Tell(what="device-revoked")]


def test_a_keypad_that_comes_to_rest_blinks_and_says_so():
    man = Doorman(make_door(attended=False, budget=KeypadBudget(mistakes=1)))
    told = signals(man.types(WRONG, Key.CONFIRM))[-3:]
    assert told == [
        Light(signal=Signal.UNCHECKED),
        Chime(sound=Sound.MISTAKE),
        Tell(what="keypad-guessing"),
    ]


def test_somebody_behind_a_visitor_sounds_and_is_told():
    man = Doorman(make_door(sensor=True))
    man.reads(make_pass())
    man.passes(Direction.ENTRY)
    assert signals(man.passes(Direction.ENTRY)) == [
        Tell(what=Oddity.TAILGATE),
        Chime(sound=Sound.MISTAKE),
    ]


def test_who_leaves_while_it_burns_hears_it_and_the_lamp_goes_on_ringing():
    man = Doorman(make_door(DoorKind.TOGGLE))
    man.tell(AlarmChanged(active=True))
    assert signals(man.types("", Key.CONFIRM)) == [Chime(sound=Sound.ADMITTED)]
    man.wait(60)
    assert man.every(Light)[-1] == Light(signal=Signal.ALARM)
