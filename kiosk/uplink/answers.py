"""What came from the registry -> core types, or a reason why not. Pure; believes no status, no type, no field.

No exception from here holds any part of what came: it says what was expected.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from requests import codes

from kiosk.core.events import PhoneArrived
from kiosk.core.ids import may_hide_an_iin
from kiosk.core.inside.people import VenueNumber
from kiosk.core.model import Colour, Direction, Identifier, IdentifierKind, Status
from kiosk.errors import DeviceRefused, RegistryRefused, RegistryUnreachable
from kiosk.uplink.exchange import Reply

SUBJECT = re.compile(r"(?:[0-9a-f]{24})?")
RANDOM_ID = re.compile(r"[0-9a-f]{24}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)
YEARS = range(2000, 2200)
ETAG = re.compile(r'(?:W/)?"[!#-~]{0,120}"')
MOST_PEOPLE = 1_000_000
"""No venue holds more, and no number inside is further below nothing."""
REASON = re.compile(r"[a-z][a-z-]{0,39}")
COSE = "application/cose"
OURS = "urn:ashyq:problem:"
"""What the type of a problem of the contract begins with. Another one is a gateway's, a firewall's or a framework's."""
_CONTENT_TYPE = re.compile(r'application/(problem\+)?json(?:\s*;\s*charset="?utf-8"?)?\s*', re.IGNORECASE)


def json_object(reply: Reply) -> dict[str, Any]:
    """Return the JSON object of a good answer."""
    must_be_ok(reply)
    form = _CONTENT_TYPE.fullmatch(reply.content_type.strip())
    if not form or form[1]:
        raise RegistryUnreachable(
            "not-json", "expected application/json in UTF-8: is there a portal in between?"
        )
    answer = _parsed(reply.body)
    if not isinstance(answer, dict):
        raise bad("an object")
    return answer


def venue_number(answer: Mapping[str, Any]) -> VenueNumber | None:
    """Return what an answer says of the number inside; None where it says nothing that can be used.

    It stands beside the answer of a visitor: whatever is wrong with it must not cost them that.
    """
    said = answer.get("venue")
    if not isinstance(said, dict):
        return None
    numbers: list[Any] = [said.get(name) for name in ("inside", "own", "doors")]
    inside, own, doors = numbers
    exits = said.get("exits")
    if any(type(number) is not int or abs(number) > MOST_PEOPLE for number in numbers):
        return None
    if doors < 1 or not isinstance(exits, bool):
        return None
    try:
        return VenueNumber(inside=inside, own=own, at=moment(said, "at"), doors=doors, exits=exits)
    except RegistryUnreachable:
        return None


def signed_octets(reply: Reply) -> bytes:
    """Return the body of a good answer that says it is a signed document; whether it is one is `open_signed`'s to say."""
    must_be_ok(reply)
    if reply.content_type.strip().lower() != COSE:
        raise RegistryUnreachable("not-signed", f"expected {COSE}: is there a portal in between?")
    return reply.body


def must_be_ok(reply: Reply) -> None:
    """Raise what an answer with another status than 200 means."""
    if reply.status != codes.ok:
        raise _not_ok(reply)


def refusal(reply: Reply) -> str:
    """Return the word of a problem document, such as `clock-skew`; empty where the answer is none."""
    return _problem(reply.body) if _is_problem(reply) else ""


def _is_problem(reply: Reply) -> bool:
    form = _CONTENT_TYPE.fullmatch(reply.content_type.strip())
    return bool(form and form[1]) and 400 <= reply.status < 500


def is_revoked(reply: Reply) -> bool:
    """Whether it is said in the registry's name that it does not take this device for its own any more."""
    return reply.status == codes.forbidden and refusal(reply) == "device-revoked"


def statement(reply: Reply) -> bytes:
    """Return what a root is said to have signed of a refusal; empty where there is nothing that could be it.

    Whether a root did is `kiosk/trust/withdrawal.py`'s to say.
    """
    problem = _parsed(reply.body)
    written = problem.get("statement") if isinstance(problem, dict) else None
    if not isinstance(written, str):
        return b""
    try:
        return base64.b64decode(written, validate=True)
    except ValueError:
        return b""


def is_skewed(reply: Reply) -> bool:
    """Whether the registry says that it was asked by another time than its own."""
    return reply.status == codes.unauthorized and refusal(reply) == "clock-skew"


def is_replayed(reply: Reply) -> bool:
    """Whether the registry says that it had this very signature before: the answer to the first one was lost on its way."""
    return reply.status == codes.unauthorized and refusal(reply) == "replayed"


def registrys_time(reply: Reply) -> datetime:
    """Return the time that a clock-skew problem tells. Nobody signed it: it is good for signing with, and no more."""
    answer = _parsed(reply.body)
    return moment(answer if isinstance(answer, dict) else {}, "time")


def _not_ok(reply: Reply) -> RegistryUnreachable | RegistryRefused:
    if 300 <= reply.status < 400:
        return RegistryUnreachable("redirect", "the registry never redirects: is there a portal in between?")
    why = f"http-{reply.status}"
    if _is_problem(reply) and reply.status != codes.too_many_requests:
        refused = DeviceRefused if is_revoked(reply) else RegistryRefused
        return refused(why, refusal(reply), word=_word(reply.body))
    unreachable = RegistryUnreachable(why)
    unreachable.retry_after_s = reply.retry_after_s
    return unreachable


def _problem(body: bytes) -> str:
    """Return the last part of a problem's type. Its title and detail are prose, and may repeat what was asked."""
    last = re.split(r"[/:#]", _type(body))[-1]
    return last if REASON.fullmatch(last) else ""


def _word(body: bytes) -> str:
    """Return the contract's word for a problem; empty where its type is none of the contract."""
    kind = _type(body)
    word = kind.removeprefix(OURS)
    return word if kind.startswith(OURS) and REASON.fullmatch(word) else ""


def _type(body: bytes) -> str:
    try:
        problem = _parsed(body)
    except RegistryUnreachable:
        return ""
    kind = problem.get("type") if isinstance(problem, dict) else None
    return kind if isinstance(kind, str) else ""


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RegistryUnreachable("not-json", "expected whole JSON in UTF-8") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def bad(expected: str) -> RegistryUnreachable:
    return RegistryUnreachable("bad-answer", f"expected {expected}")


def there(answer: Mapping[str, Any], name: str) -> Any:
    if name not in answer:
        raise bad(name)
    return answer[name]


def text(answer: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = there(answer, name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise bad(f"{name} in its form")
    return value


def subject(answer: Mapping[str, Any]) -> str:
    """Return the registry's random id for a person; empty where it told none, or one that is no random id.

    It names nobody then, and the answer stands: the colour is what the visitor waits for.
    """
    random_id = text(answer, "subject", SUBJECT)
    return "" if may_hide_an_iin(random_id) else random_id


def moment(answer: Mapping[str, Any], name: str) -> datetime:
    """Return a time, UTC. Not of year 1 or 9999: an hour's sum with it would overflow, far from here."""
    try:
        at = datetime.fromisoformat(text(answer, name, MOMENT))
    except ValueError:
        raise bad(f"{name} as a moment that exists") from None
    if at.year not in YEARS:
        raise bad(f"{name} in the years {YEARS.start} to {YEARS.stop - 1}")
    return at


def status(answer: Any) -> Status | None:
    if answer is None:
        return None
    if not isinstance(answer, dict) or answer.get("colour") not in list(Colour):
        raise bad("a status with one of the four colours, or null")
    ends = there(answer, "valid_until")
    return Status(
        colour=Colour(answer["colour"]),
        established_at=moment(answer, "established_at"),
        valid_until=None if ends is None else moment(answer, "valid_until"),
    )


def phone(event: Mapping[str, Any]) -> PhoneArrived:
    who, direction = event.get("identifier"), event.get("direction")
    if not isinstance(who, dict) or who.get("kind") != IdentifierKind.CHECKIN:
        raise bad("a check-in's identifier")
    if direction is not None and direction not in list(Direction):
        raise bad("entry, exit or null")
    random_id = text(who, "value", RANDOM_ID)
    if may_hide_an_iin(random_id):
        raise bad("a random id of a check-in")
    return PhoneArrived(
        identifier=Identifier(kind=IdentifierKind.CHECKIN, value=random_id),
        status=status(there(event, "status")),
        direction=direction and Direction(direction),
    )
