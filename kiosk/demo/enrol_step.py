"""The first step of the tour: a kiosk that belongs to nobody is shown its code and becomes the demo's door."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kiosk.core.enrolling.table import READ_FIRST_S, EnrolmentStage
from kiosk.core.events import Key
from kiosk.enrolment.by_text import enrol_by_text
from kiosk.enrolment.camera_mode import CameraMode
from kiosk.enrolment.device import Identity
from kiosk.errors import EnrolmentError
from kiosk.root.eyes import eyes_here
from kiosk.root.identify import enroller_for
from registry.demo_people import DEMO_DOOR
from simulator.lens import Carrier

if TYPE_CHECKING:
    from kiosk.demo.stage import Stage

WITHIN_S = 60.0
READ_S = 3.0
"""How long a person gets to read the details."""


def enrol_step(stage: Stage, say: Callable[[str], None], *, fast: bool = False) -> Identity:
    """Play the technician: hold the one-time code before the camera, read what it says, confirm.

    Belongs into the main thread, before the door begins. Raises EnrolmentError where it did not come to an enrolment.
    """
    say("A new kiosk is shown its one-time enrolment code")
    code = stage.registry.enrolment_code(DEMO_DOOR)
    mode = CameraMode(enroller_for(stage.settings, stage.clock), stage.drivers.screen, stage.clock)
    ends = stage.clock.mono() + WITHIN_S
    held = confirmed = False

    def over() -> bool:
        """Looked at with every picture: what the technician does next."""
        nonlocal held, confirmed
        now, mono = mode.enrolling, stage.clock.mono()
        if not held:
            held = True
            stage.hold_up(code, carrier=Carrier.PAPER, error="l")
        elif (
            now.state is EnrolmentStage.SHOWN
            and not confirmed
            and mono - now.since > (READ_FIRST_S if fast else READ_S)
        ):
            confirmed = True
            for fact, value in now.offer.lines if now.offer else ():
                say(f"    {fact.value:<12} {value}")
            stage.keypad.press(Key.CONFIRM)
        return mono > ends or now.state is EnrolmentStage.FAILED

    identity = mode.run(
        open_eyes=eyes_here(lambda: stage.recording),
        open_keypad=lambda: stage.keypad,
        stopped=over,
    )
    stage.put_up()
    if identity is None:
        raise EnrolmentError(
            f"expected the code to enrol this kiosk within {WITHIN_S:.0f} s, found it {mode.enrolling.state}"
        )
    say(f"    enrolled as {identity.device} for door {identity.door}")
    return identity


def enrol_quietly(stage: Stage) -> Identity:
    """Enrol without a camera and without asking: for a demo whose camera is a real one."""
    enroller = enroller_for(stage.settings, stage.clock)
    ended = enrol_by_text(enroller, stage.registry.enrolment_code(DEMO_DOOR), lambda _lines: True)
    if enroller.identity is None:
        raise EnrolmentError(f"expected the demo's kiosk to be enrolled, found {ended.trouble}")
    return enroller.identity
