"""One view of every kind, and a camera's picture that no camera took: what the pictures of the tests show."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import segno

from kiosk.core.enrolling.table import SHOWN_S, Enrolling, EnrolmentStage, Offer
from kiosk.core.enrolling.table import EnrolmentTrouble as Why
from kiosk.core.enrolling.words import present
from kiosk.core.events import Part
from kiosk.core.health.camera_view import ViewTrouble
from kiosk.core.model import Colour, Oddity
from kiosk.core.rule.knowledge import Known
from kiosk.core.rule.policy import Zone
from kiosk.core.rule.todays_rule import TodaysRule
from kiosk.core.screen.view import Aged, Corner, Field, Page, Phrase, Sign, TypedNumber, Unit, View
from kiosk.trust.enrolment import EnrolmentCode, Wifi

SIZES = {"800x480": (800, 480), "1280x800": (1280, 800), "1920x1080": (1920, 1080)}
STANDING = {"800x1280": (800, 1280)}
VENUE_CODE = "HTTPS://A.KZ/V/DEMO-1.0R7S2K4M0Q3V9X1C5T8B6WGZ"

CORNER = Corner(
    venue="Demo Fitness · Алматы",
    clock="18:42",
    inside=34,
    capacity=60,
    online=True,
    waiting=0,
    incidents_waiting=0,
    today=TodaysRule(colours=(Colour.GREEN, Colour.BLUE), hours=("06:00–23:00",), zone=Zone.GREEN),
)
OFFLINE = Corner(
    venue="Demo Fitness · Алматы",
    clock="18:42",
    inside=34,
    capacity=60,
    online=False,
    waiting=12,
    incidents_waiting=1,
    today=TodaysRule(colours=(Colour.GREEN,), hours=("07:00–17:00",), zone=Zone.YELLOW),
)

WORST = replace(
    OFFLINE,
    clock="",
    waiting=1200,
    counted="14:02",
    too_many=12,
    aged=Aged(known=Known.REVOCATIONS, amount=23, unit=Unit.HOURS),
    who_unknown=True,
    faults=(10, 12, 19),
    ailing=Part.HEAT,
)
"""Everything that the strip can complain of at the same time."""
WORST_BY_CLOCK = replace(WORST, clock="18:42")
"""And as of when the number is, which is told beside a clock only."""


def result(field, sign, headline, note, *, left=0.64, reference=""):
    return View(
        page=Page.RESULT,
        field=field,
        sign=sign,
        headline=headline,
        note=note,
        corner=CORNER,
        time_left=left,
        reference=reference,
    )


def idle(**more):
    usual = {"corner": CORNER, "venue_code": VENUE_CODE, "preview": True, "headline": Phrase.SHOW_CODE}
    return View(page=Page.IDLE, field=Field.NIGHT, sign=Sign.NONE, note=None, **usual | more)


def typing(cells, **more):
    usual = {"headline": Phrase.TYPE_IIN, "note": None, "time_left": 0.75}
    return View(
        page=Page.KEYPAD,
        field=Field.NIGHT,
        sign=Sign.NONE,
        corner=CORNER,
        **{"keypad": TypedNumber(cells=cells.ljust(12), groups=(4, 4, 4))} | usual | more,
    )


def enrolling(state, *, lines=(), **more):
    offer = Offer(lines=lines, code=None) if lines else None
    return present(Enrolling(state=state, offer=offer, **more), mono=45.0, preview=True)


SAID = EnrolmentCode(
    registry="https://registry.ashyq.example",
    venue="Demo Fitness · Алматы",
    door="HALL-1",
    token=bytes(16),
    root_key=bytes(32),
    expires_at=datetime(2026, 3, 5, 13, 42, tzinfo=UTC),
    wifi=Wifi(ssid="demo-fitness", passphrase="not shown"),
    serial="10000000a1b2c3d4",
).as_lines()
"""What an enrolment code may say, all of it."""

SCENES = {
    "idle": idle(),
    "idle-offline": idle(corner=OFFLINE, hint=Phrase.TURN_FROM_GLARE),
    "idle-over-full": idle(corner=replace(OFFLINE, inside=62, counted="14:02", too_many=2)),
    "idle-uncounted": idle(
        corner=replace(CORNER, capacity=None, today=replace(CORNER.today, uncounted=True))
    ),
    "idle-covered": idle(corner=replace(CORNER, faults=(37,), ailing=ViewTrouble.COVERED)),
    "idle-weak-supply": idle(corner=replace(CORNER, faults=(33,), ailing=Part.POWER)),
    "idle-no-camera": idle(headline=Phrase.USE_KEYPAD, preview=False, corner=replace(CORNER, faults=(10,))),
    "idle-scanner": idle(headline=Phrase.USE_SCANNER, preview=False),
    "idle-tailgate": idle(corner=replace(CORNER, noticed=Oddity.TAILGATE)),
    "idle-no-code": idle(venue_code=None),
    "checking": View(
        page=Page.CHECKING,
        field=Field.NIGHT,
        sign=Sign.NONE,
        headline=Phrase.CHECKING,
        note=None,
        corner=CORNER,
    ),
    "notice": result(Field.NEUTRAL, Sign.WAIT, Phrase.CODE_EXPIRED, Phrase.SHOW_CODE),
    "full": result(Field.GREEN, Sign.STOP, Phrase.NO_ENTRY, Phrase.VENUE_FULL, reference="7DQW"),
    "green": result(Field.GREEN, Sign.ENTER, Phrase.COME_IN, Phrase.WELCOME),
    "blue": result(Field.BLUE, Sign.ENTER, Phrase.COME_IN, Phrase.WELCOME),
    "blue-refused": result(
        Field.BLUE, Sign.STOP, Phrase.NO_ENTRY, Phrase.SPEAK_TO_RECEPTION, reference="B2M9"
    ),
    "yellow": result(Field.YELLOW, Sign.STOP, Phrase.NO_ENTRY, Phrase.SPEAK_TO_RECEPTION, reference="K7TQ"),
    "red": result(Field.RED, Sign.STOP, Phrase.NO_ENTRY, Phrase.SPEAK_TO_RECEPTION, reference="4F7K"),
    "could-not-check": result(
        Field.NEUTRAL, Sign.WAIT, Phrase.PLEASE_WAIT, Phrase.NO_CONNECTION, reference="9XPA"
    ),
    "exit": result(Field.NEUTRAL, Sign.LEAVE, Phrase.GOOD_BYE, Phrase.THANK_YOU),
    "keypad": typing("••••••••74"),
    "keypad-mistyped": typing("••••••••7412", hint=Phrase.IIN_MISTYPED),
    "confirm": View(
        page=Page.CONFIRM,
        field=Field.NIGHT,
        sign=Sign.NONE,
        headline=Phrase.CONFIRM_IIN,
        note=None,
        corner=CORNER,
        keypad=TypedNumber(cells="••••••••7412", groups=(6, 1, 4, 1)),
        time_left=0.75,
    ),
    "out-of-order": View(
        page=Page.OUT_OF_ORDER,
        field=Field.NEUTRAL,
        sign=Sign.WAIT,
        headline=Phrase.OUT_OF_ORDER,
        note=Phrase.GO_TO_RECEPTION,
        reference="7 · 19",
        corner=replace(OFFLINE, faults=(7, 19)),
    ),
    "fire-alarm": View(
        page=Page.ALARM,
        field=Field.NEUTRAL,
        sign=Sign.LEAVE,
        headline=Phrase.FIRE_ALARM,
        note=Phrase.NO_ENTRY_NOW,
        corner=CORNER,
    ),
    "idle-old": idle(corner=WORST, venue_code=None),
    "keypad-resting": typing("", headline=Phrase.KEYPAD_PAUSED, note=Phrase.SHOW_CODE, keypad=None),
    "green-offline": replace(
        result(Field.GREEN, Sign.ENTER, Phrase.COME_IN, Phrase.WELCOME), offline_since="03.03 18:42"
    ),
    "come-in-unattended": result(Field.NEUTRAL, Sign.ENTER, Phrase.COME_IN, Phrase.WELCOME),
    "out-of-service": View(
        page=Page.OUT_OF_ORDER,
        field=Field.NEUTRAL,
        sign=Sign.WAIT,
        headline=Phrase.OUT_OF_SERVICE,
        note=Phrase.GO_TO_RECEPTION,
        reference="17",
        corner=replace(OFFLINE, venue="", today=None, inside=12, capacity=None, faults=(17,)),
    ),
    "enrol": enrolling(EnrolmentStage.WAITING),
    "enrol-fault": enrolling(EnrolmentStage.FAILED, trouble=Why.EXPIRED),
    "enrol-check": enrolling(EnrolmentStage.SHOWN, lines=SAID, until=SHOWN_S),
    "enrol-working": enrolling(EnrolmentStage.ASKING, lines=SAID),
    "enrol-done": enrolling(EnrolmentStage.ENROLLED, lines=SAID, device="D-80f3c5ee2703607a"),
}


def camera_frame():
    """A person in a dim hall who holds up a phone with a code: grey, 480 by 640."""
    y, x = np.mgrid[0:480, 0:640].astype(np.float64)
    picture = 118 - 0.1 * y + 10 * np.sin(x / 90)
    shoulders = ((x - 320) / 210) ** 2 + ((y - 520) / 230) ** 2 < 1
    head = ((x - 320) / 74) ** 2 + ((y - 170) / 98) ** 2 < 1
    picture[shoulders] = 46
    picture[head] = 148
    phone = (slice(230, 430), slice(205, 320))
    picture[phone] = 16
    picture[240:420, 211:314] = 236
    code = np.array([list(row) for row in segno.make_qr("DEMO", error="m").matrix_iter(border=2)], dtype=bool)
    dots = np.where(np.kron(code, np.ones((4, 4))), 14, 236)
    picture[280 : 280 + dots.shape[0], 212 : 212 + dots.shape[1]] = dots
    return picture.clip(0, 255).astype(np.uint8)
