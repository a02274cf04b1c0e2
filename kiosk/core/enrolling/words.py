"""What an enrolment looks like, and how a trouble with it is said: on the screen in three languages, in a terminal in one."""

from __future__ import annotations

from kiosk.core.enrolling.table import Enrolling, EnrolmentStage, EnrolmentTrouble
from kiosk.core.hint import Hint
from kiosk.core.screen.view import HINT_WORDS, NO_CORNER, Fact, Field, Page, Phrase, Sign, View, share_left

HINTS = {
    EnrolmentTrouble.NOT_AN_ENROLMENT: Phrase.ENROL_DAMAGED,
    EnrolmentTrouble.NEWER_VERSION: Phrase.ENROL_NEWER,
    EnrolmentTrouble.DAMAGED: Phrase.ENROL_DAMAGED,
    EnrolmentTrouble.EXPIRED: Phrase.ENROL_EXPIRED,
    EnrolmentTrouble.OTHER_DEVICE: Phrase.ENROL_OTHER_DEVICE,
    EnrolmentTrouble.UNSAFE_ADDRESS: Phrase.ENROL_UNSAFE,
    EnrolmentTrouble.USED: Phrase.ENROL_USED,
    EnrolmentTrouble.UNKNOWN: Phrase.ENROL_UNKNOWN,
    EnrolmentTrouble.UNREACHABLE: Phrase.ENROL_NO_NETWORK,
    EnrolmentTrouble.NO_WIFI: Phrase.ENROL_NO_WIFI,
    EnrolmentTrouble.REFUSED: Phrase.ENROL_REFUSED,
    EnrolmentTrouble.OTHER_REGISTRY: Phrase.ENROL_OTHER_REGISTRY,
    EnrolmentTrouble.OTHER_ROOT: Phrase.ENROL_OTHER_ROOT,
    EnrolmentTrouble.NOT_KEPT: Phrase.OUT_OF_ORDER,
}
"""On the screen, for whoever stands before it."""
SENTENCES = {
    EnrolmentTrouble.NOT_AN_ENROLMENT: "this is no enrolment code; the registry's people make one with `enrolment create`",
    EnrolmentTrouble.NEWER_VERSION: "this code was made for a newer kiosk: update this one, then show it again",
    EnrolmentTrouble.DAMAGED: "this enrolment code is damaged: show or copy it again as a whole, or get a new one",
    EnrolmentTrouble.EXPIRED: "this enrolment code has expired: get a new one from the registry's people",
    EnrolmentTrouble.OTHER_DEVICE: "this enrolment code was made for another device: its serial number is not this one's",
    EnrolmentTrouble.UNSAFE_ADDRESS: "this enrolment code names an address that is not safe: expected https; "
    "tell the registry's people",
    EnrolmentTrouble.USED: "this enrolment code was used before: get a new one, and ask who used it",
    EnrolmentTrouble.UNKNOWN: "the registry does not know this enrolment code: get a new one from its people",
    EnrolmentTrouble.UNREACHABLE: "the registry cannot be reached: see network and clock; the code can be used again",
    EnrolmentTrouble.NO_WIFI: "the Wi-Fi of the code did not connect, and without it the registry cannot be reached: "
    "see its name and passphrase, or plug in a cable; the code can be used again",
    EnrolmentTrouble.REFUSED: "the registry refused this device: ask the registry's people",
    EnrolmentTrouble.OTHER_REGISTRY: "this device belongs to another registry, or to the same one at another address: "
    "to give it away, at its own terminal: sudo kiosk enrol --anew --another-registry",
    EnrolmentTrouble.OTHER_ROOT: "this code names another root key than [enrolment] root of the configuration: "
    "compare both with what `enrolment create` printed",
    EnrolmentTrouble.NOT_KEPT: "the enrolment could not be kept on this device; the journal says why",
}
"""In a terminal, for the technician: what is wrong and what to do."""


def present(now: Enrolling, mono: float, *, preview: bool, hint: Hint | None = None) -> View:
    """Return what the screen shows; `preview`: the camera works, `hint`: what would help to read what is held up."""
    match now.state:
        case EnrolmentStage.WAITING:
            said = HINT_WORDS[hint] if preview and hint else None
            return _view(Phrase.SHOW_ENROLMENT_CODE, preview=preview, hint=said)
        case EnrolmentStage.FAILED:
            said = HINTS[now.trouble] if now.trouble else None
            return _view(Phrase.SHOW_ENROLMENT_CODE, preview=preview, hint=said)
        case EnrolmentStage.SHOWN:
            return _view(
                Phrase.CHECK_THESE,
                hint=Phrase.ENROL_AGAIN
                if now.offer is None or now.offer.again_is_yes
                else Phrase.ENROL_CONFIRM,
                lines=_lines(now),
                time_left=_time_left(now, mono),
            )
        case EnrolmentStage.CONFIRMED | EnrolmentStage.ASKING:
            return _view(Phrase.ENROLLING, lines=_lines(now))
        case EnrolmentStage.ENROLLED:
            said = None if now.wifi else Phrase.ENROL_NO_WIFI
            return _view(Phrase.ENROLLED, hint=said, lines=(*_lines(now), (Fact.DEVICE, now.device)))


def _view(
    headline: Phrase,
    *,
    preview: bool = False,
    hint: Phrase | None = None,
    lines: tuple[tuple[Fact, str], ...] = (),
    time_left: float | None = None,
) -> View:
    return View(
        page=Page.ENROL,
        field=Field.NIGHT,
        sign=Sign.NONE,
        headline=headline,
        note=None,
        corner=NO_CORNER,
        preview=preview,
        hint=hint,
        lines=lines,
        time_left=time_left,
    )


def _lines(now: Enrolling) -> tuple[tuple[Fact, str], ...]:
    return now.offer.lines if now.offer else ()


def _time_left(now: Enrolling, mono: float) -> float | None:
    return None if now.until is None else share_left(now.since, now.until, mono)
