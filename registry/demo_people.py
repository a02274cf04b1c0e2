"""Made-up visitors of every colour, for the demo and for tests. None of them can be a real person.

Their numbers are valid by the check digit, and say that they are born in 2099. Their initials are of nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from kiosk.core.model import Colour, Identifier, IdentifierKind
from kiosk.core.who import iin
from registry.moments import utc_text
from registry.people import PcrTest
from registry.reference import ReferenceRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    name: str
    """What the command line and the demo call this one."""
    identifier: Identifier
    hint: str = field(repr=False)
    colour: Colour
    ago: timedelta
    """How long before the data are made the test was taken or the contact listed."""


def made_up_iin(serial: int) -> str:
    """Return the first valid IIN from this serial number on, of a woman born on 31 December 2099.

    >>> iin.is_valid(made_up_iin(1))
    True
    """
    for number in range(serial, 10_000):
        prefix = f"9912316{number:04}"
        check = iin.check_digit(prefix)
        if check is not None:
            return f"{prefix}{check}"
    raise ValueError("expected a serial number below 10000")


def _person(name: str, serial: int, hint: str, colour: Colour, hours_ago: float) -> DemoPerson:
    who = Identifier(kind=IdentifierKind.IIN, value=made_up_iin(serial))
    return DemoPerson(name=name, identifier=who, hint=hint, colour=colour, ago=timedelta(hours=hours_ago))


DEMO_PEOPLE = (
    _person("green", 100, "Ә. Ұ.", Colour.GREEN, 5),
    _person("green-ending", 200, "І. Ғ.", Colour.GREEN, 71.95),
    _person("blue", 300, "Ү. Қ.", Colour.BLUE, 0),
    _person("yellow", 400, "Ө. Ң.", Colour.YELLOW, 30),
    _person("red", 500, "Һ. Щ.", Colour.RED, 50),
    DemoPerson(
        name="foreigner",
        identifier=Identifier(kind=IdentifierKind.PASSPORT, value="DEMO00001", country="UTO"),
        hint="X. Y.",
        colour=Colour.GREEN,
        ago=timedelta(hours=20),
    ),
)
"""UTO is Utopia, the country of ICAO's specimens."""

DEMO_EDITION = {
    "zone": "green",
    "zones": {
        "red": {"shut": True},
        "yellow": {
            "hours": [{"start": "07:00", "end": "17:00"}],
            "capacity_percent": 50,
            "colours": ["green"],
        },
    },
    "opening": [{"start": "00:00", "end": "00:00"}],
    "admits": [{"colours": ["green", "blue"]}],
    "capacity": 60,
    "carry_pass": "compare",
    "reentry_after_min": 10,
    "unknown": {
        "fresh": "ask-staff",
        "stale": "ask-staff",
        "expired": "ask-staff",
        "stale_after_min": 15,
        "expired_after_h": 24,
    },
}
"""Open around the clock, so that the demo works at any hour."""
DEMO_VENUE = "Demo Fitness · Алматы"
DEMO_DOOR = "DEMO"


def give_colour(registry: ReferenceRegistry, subject: str, colour: Colour, *, ago: timedelta) -> None:
    """Put on file what makes this person this colour, `ago` before now, in place of all that was there."""
    then = registry.clock() - ago
    match colour:
        case Colour.GREEN | Colour.RED:
            registry.roll.refile(subject, tested=[PcrTest(taken_at=then, positive=colour is Colour.RED)])
        case Colour.YELLOW:
            registry.roll.refile(subject, listed_at=[then])
        case Colour.BLUE:
            registry.roll.refile(subject)


def populate(registry: ReferenceRegistry) -> dict[str, str]:
    """Make the demo's door, policy and people; return the subjects by name. Again makes everybody's colour new."""
    registry.doors.add(DEMO_DOOR, venue=DEMO_VENUE)
    begun = utc_text(registry.clock() - timedelta(days=1))
    registry.policies.put(DEMO_VENUE, [{"effective_from": begun} | DEMO_EDITION])
    subjects = {}
    for person in DEMO_PEOPLE:
        subjects[person.name] = registry.roll.register(person.identifier, hint=person.hint)
        give_colour(registry, subjects[person.name], person.colour, ago=person.ago)
    return subjects
