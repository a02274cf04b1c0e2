"""The walk through a door's day: every colour, a typed number, an exit, a network that goes away and comes back.

Each step says what has to be seen. The tour ends well only if all of it was seen, and if the registry has stored exactly
what the door showed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.core.door.state import State
from kiosk.core.events import Key
from kiosk.core.model import Colour, Direction, Outcome
from kiosk.demo.stage import Stage
from kiosk.demo.witness import Shown
from kiosk.root.app import App
from registry.demo_people import DEMO_DOOR
from registry.passes import Life
from simulator.lens import Carrier, ScreenLook

READ_WITHIN_S = 12.0
ARRIVES_WITHIN_S = 45.0
LOOK_S = 2.5
"""How long a person gets to see each answer; nothing with --fast."""
START_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an answer has to be."""

    direction: Direction = Direction.ENTRY
    outcome: Outcome
    colour: Colour | None
    opened: bool
    incident: bool = False

    def fits(self, shown: Shown) -> bool:
        """Whether it was that."""
        return (
            shown.direction is self.direction
            and shown.outcome is self.outcome
            and shown.colour is self.colour
            and shown.opened is self.opened
            and shown.incident is self.incident
        )


class Tour:
    """Plays the visitors, in a thread of its own beside the door's."""

    def __init__(self, stage: Stage, app: App, say: Callable[[str], None], *, fast: bool) -> None:
        self.failures: list[str] = []
        self._stage = stage
        self._app = app
        self._say = say
        self._fast = fast
        self._seen = 0

    def walk(self) -> None:
        """Do all of it."""
        stage = self._stage
        if not stage.witness.wait(
            lambda door: door.word.online and door.word.policy is not None, START_WITHIN_S
        ):
            self.failures.append("the kiosk did not get its policy from the registry")
            return
        admitted, refused = Outcome.ADMITTED, Outcome.REFUSED
        self._pass(
            "A green visitor enters", "green", Wanted(outcome=admitted, colour=Colour.GREEN, opened=True)
        )
        self._pass(
            "A blue visitor enters, with a dim phone",
            "blue",
            Wanted(outcome=admitted, colour=Colour.BLUE, opened=True),
            look=ScreenLook.DIM,
        )
        self._pass(
            "A yellow visitor is refused",
            "yellow",
            Wanted(outcome=refused, colour=Colour.YELLOW, opened=False),
            yaw=18.0,
            roll=14.0,
        )
        self._pass(
            "A red visitor is refused, and an incident goes out",
            "red",
            Wanted(outcome=refused, colour=Colour.RED, opened=False, incident=True),
            glare=0.5,
        )
        self._incident_arrives()
        self._number("An IIN is typed, with one mistake corrected", "green-ending", mistake=True)
        self._expect(Wanted(outcome=admitted, colour=Colour.GREEN, opened=True))
        self._pass(
            "The green visitor leaves",
            "green",
            Wanted(direction=Direction.EXIT, outcome=admitted, colour=Colour.GREEN, opened=True),
            look=ScreenLook.DARK_MODE,
            speed_m_s=0.7,
        )
        carried = stage.pass_of("foreigner", Life.CARRY)
        self._say("The network is cut")
        stage.registry.cut()
        self._say("A printed pass is admitted offline: staff compare the person")
        stage.hold_up(carried, carrier=Carrier.PAPER, curl=12.0, uneven=0.3)
        self._expect(Wanted(outcome=admitted, colour=Colour.GREEN, opened=True))
        self._number("A typed IIN: could not check", "yellow")
        self._expect(Wanted(outcome=Outcome.UNCHECKED, colour=None, opened=False))
        stage.keypad.press(Key.CANCEL)
        self._say("The network returns")
        stage.registry.restore()
        if not stage.witness.wait(lambda door: door.word.online and door.word.waiting == 0, ARRIVES_WITHIN_S):
            self.failures.append("not everything arrived at the registry")
        for part, why in self._app.loop.door.building.broken.items():
            self.failures.append(f"{part}: {why}")

    def _pass(self, title: str, name: str, wanted: Wanted, **how: object) -> None:
        self._say(title)
        self._stage.hold_up(self._stage.pass_of(name), **how)
        self._expect(wanted)

    def _number(self, title: str, name: str, *, mistake: bool = False) -> None:
        self._say(title)
        keypad, iin = self._stage.keypad, self._stage.iins[name]
        if mistake:
            wrong = str((int(iin[6]) + 1) % 10)
            keypad.type(iin[:6]).type(wrong).press(Key.ERASE)
            keypad.type(iin[6:])
        else:
            keypad.type(iin)
        self._stage.witness.wait(lambda door: door.typed.complete, READ_WITHIN_S)
        self._pause()
        keypad.press(Key.CONFIRM)
        self._stage.witness.wait(lambda door: door.state is State.CONFIRMING, READ_WITHIN_S)
        self._pause()
        keypad.press(Key.CONFIRM)

    def _expect(self, wanted: Wanted) -> None:
        """Wait for the next answer, compare it, and leave the door free for the next visitor."""
        self._seen += 1
        shown = self._stage.witness.wait_shown(self._seen, READ_WITHIN_S)
        if shown is None:
            self._seen -= 1
            self.failures.append(f"nothing was shown within {READ_WITHIN_S:.0f} s; expected {wanted}")
        elif not wanted.fits(shown):
            self.failures.append(f"expected {wanted}, shown was {shown}")
        self._pause()
        self._stage.recording.finished.wait(READ_WITHIN_S)

    def _incident_arrives(self) -> None:
        """The red visitor's incident is at the registry before anything else is asked of the door."""
        arrived = self._stage.witness.wait(
            lambda door: door.word.incidents_waiting == 0 and door.word.waiting == 0, ARRIVES_WITHIN_S
        )
        since = self._stage.clock.wall().replace(hour=0, minute=0, second=0, microsecond=0)
        known = self._stage.registry.report(DEMO_DOOR, since)["incidents"]
        if not arrived or len(known) != 1:
            self.failures.append(f"expected one incident at the registry, found {len(known)}")
        else:
            self._say(f"  incident {known[0]['number']} is at the registry")

    def _pause(self) -> None:
        if not self._fast:
            time.sleep(LOOK_S)
