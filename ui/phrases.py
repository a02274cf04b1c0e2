"""The words of the screen, from `phrases.toml`. Knows no pixel, and makes up no text of its own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from kiosk.core.screen.view import Fact, Phrase

CATALOGUE = Path(__file__).with_name("phrases.toml")


class Label(StrEnum):
    """What the screen says to visitors by itself, on buttons."""

    ENTER_IIN = "enter-iin"
    SCAN_BY_PHONE = "scan-by-phone"
    LAST_FOUR = "last-four"
    CANCEL = "cancel"
    YES = "yes"
    CORRECT = "correct"


class Badge(StrEnum):
    """What the strip tells staff, each in their language alone."""

    OFFLINE = "offline"
    NO_TIME = "no-time"
    WHO_INSIDE = "who-inside"
    AS_OF = "as-of"
    """Behind the number inside, with a time in it: it is as old as that."""
    UNCOUNTED = "uncounted"
    """Of today's rule: no limit holds, because nobody counts those who leave."""
    ODD_TAILGATE = "odd-tailgate"
    ODD_WRONG_WAY = "odd-wrong-way"
    ODD_UNCALLED = "odd-uncalled"
    OLD_POLICY = "old-policy"
    OLD_KEYS = "old-keys"
    OLD_REVOCATIONS = "old-revocations"
    AILING_POWER = "ailing-power"
    AILING_HEAT = "ailing-heat"
    AILING_DISK = "ailing-disk"
    AILING_MEMORY = "ailing-memory"
    AILING_FROZEN = "ailing-view-frozen"
    AILING_DARK = "ailing-view-dark"
    AILING_BURNT = "ailing-view-burnt"
    AILING_COVERED = "ailing-view-covered"
    AILING_BLURRED = "ailing-view-blurred"
    AILING_TURNED = "ailing-view-turned"
    NONE_THERE = "none-there"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    TODAY = "today"
    NOBODY_ENTERS = "nobody-enters"
    GREEN = "green"
    BLUE = "blue"
    YELLOW = "yellow"
    ZONE_YELLOW = "zone-yellow"
    ZONE_RED = "zone-red"


class Language(StrEnum):
    """A language of the screen."""

    KK = "kk"
    RU = "ru"
    EN = "en"


Said = Phrase | Label | Badge | Fact
KINDS: dict[str, type[Said]] = {"phrase": Phrase, "label": Label, "badge": Badge, "fact": Fact}
"""The tables of the catalogue, and what each has to have."""
PhraseKey = tuple[type[Said], str]
"""The kind and the name: a badge and a fact may have one name, and are then equal as strings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One thing said in three languages."""

    kk: str
    ru: str
    en: str

    def said_in(self, language: Language) -> str:
        """The one of them that is of a language."""
        return {Language.KK: self.kk, Language.RU: self.ru, Language.EN: self.en}[language]

    def upper(self) -> Words:
        """The same in capitals, for a headline that is read from afar."""
        return Words(kk=self.kk.upper(), ru=self.ru.upper(), en=self.en.upper())


def words(what: Said) -> Words:
    """Return the words for one thing. All of them exist: the catalogue is checked when it is read."""
    return _shipped()[type(what), what.value]


@lru_cache(maxsize=1)
def _shipped() -> dict[PhraseKey, Words]:
    return read(CATALOGUE.read_text(encoding="utf-8"))


def read(toml: str) -> dict[PhraseKey, Words]:
    """Read a catalogue. Raises ValueError with every gap, one a line."""
    tables = tomllib.loads(toml)
    phrases: dict[PhraseKey, Words] = {}
    gaps: list[str] = []
    for name, kind in KINDS.items():
        table = dict(tables.pop(name, {}))
        for what in kind:
            said = table.pop(what.value, {})
            missing = [code for code in Language if not said.get(code)]
            if missing:
                gaps.append(
                    f"[{name}] {what.value}: expected kk, ru and en, found no {', '.join(missing)}; add it"
                )
            else:
                phrases[kind, what.value] = Words(kk=said["kk"], ru=said["ru"], en=said["en"])
        gaps += [f"[{name}] {key}: nobody says this; remove it" for key in table]
    gaps += [f"[{name}]: expected {', '.join(f'[{kind}]' for kind in KINDS)}; remove it" for name in tables]
    if gaps:
        raise ValueError("\n".join(gaps))
    return phrases
