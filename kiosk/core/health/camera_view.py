"""What the camera sees of its hall, and what staff are told of it: dark, covered, misted, frozen, turned away, burnt out.

A visitor who stands close, a phone before the lens and a hall at night are no troubles: a trouble has to last, what needs a still
picture is judged on still pictures only, and outside the opening hours only a frozen picture is one. Pure: numbers in, a verdict out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class ViewTrouble(StrEnum):
    """Why nothing can be read though the camera works. The words for the screen are in `ui/phrases.toml` under these keys."""

    FROZEN = "view-frozen"
    DARK = "view-dark"
    BURNT = "view-burnt"
    COVERED = "view-covered"
    BLURRED = "view-blurred"
    TURNED = "view-turned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One look at the picture, about once a second. None: not looked at this time, or nothing to compare with yet."""

    bright: float
    """The grey level that one pixel in twenty exceeds, 0 to 255."""
    burnt: float
    """The share of the picture that is white."""
    same: bool
    """Not one pixel changed since the frame before: a sensor's noise alone changes thousands."""
    still: bool
    """Nothing moves."""
    structure: float | None = None
    """How steep the steepest twentieth of the picture is, in grey levels from one cell to the next."""
    sharpness: float | None = None
    """How much of an edge's height lies within three pixels, from 0 to 1."""
    likeness: float | None = None
    """How much the picture's edges run as they did when the hall was learned, from 0 (by chance) to 1."""
    usual_structure: float | None = None
    usual_sharpness: float | None = None


DARK_GREY = 40.0
BURNT_SHARE = 0.5
PLAIN = 4.0
"""Less steep than this is noise and shading: something lies on the lens, or before it."""
PLAIN_SHARE = 0.25
"""Of the hall's usual steepness: a hall that is a plain wall is not covered."""
MISTED = 0.6
"""Of the hall's usual sharpness."""
UNLIKE = 0.45
"""Seen: another aim by a tenth of the picture has 0.33 at most, the same hall in any light 0.75 and more."""


def _shows_nothing(glance: Glance) -> bool:
    """Whether it is too dark or too bright to see anything: that is told then, and nothing else can be."""
    return glance.bright < DARK_GREY or glance.burnt > BURNT_SHARE


def _covered(glance: Glance) -> bool | None:
    if glance.structure is None or _shows_nothing(glance):
        return None
    usual = glance.usual_structure
    return glance.structure < (PLAIN if usual is None else max(PLAIN_SHARE * usual, 1.0))


def _blurred(glance: Glance) -> bool | None:
    if glance.sharpness is None or glance.usual_sharpness is None or glance.likeness is None:
        return None
    if _shows_nothing(glance):
        return None
    return glance.sharpness < MISTED * glance.usual_sharpness and glance.likeness >= UNLIKE


def _turned(glance: Glance) -> bool | None:
    if glance.likeness is None or _shows_nothing(glance):
        return None
    return glance.likeness < UNLIKE


@dataclass(frozen=True, slots=True)
class _Rule:
    """How a trouble is told from a good picture, and how long it lasts before it is said."""

    seen: Callable[[Glance], bool | None]
    looks: int
    """So many looks that see it. One that does not takes a fifth of this number off (at least 1), one that cannot tell none."""
    says: str


RULES: Mapping[ViewTrouble, _Rule] = MappingProxyType(
    {
        ViewTrouble.FROZEN: _Rule(
            lambda glance: glance.same,
            10,
            "the picture is frozen: pull the camera and plug it in again, or start the kiosk anew",
        ),
        ViewTrouble.DARK: _Rule(
            lambda glance: glance.bright < DARK_GREY,
            30,
            "the picture is dark: switch the light on, or take off what covers the lens",
        ),
        ViewTrouble.BURNT: _Rule(
            lambda glance: glance.burnt > BURNT_SHARE,
            45,
            "the picture is burnt out: shade the window or lamp that it looks into, or see [camera] profile",
        ),
        ViewTrouble.COVERED: _Rule(
            _covered, 12, "the lens is covered: take off what hangs or stands before it"
        ),
        ViewTrouble.BLURRED: _Rule(
            _blurred, 24, "the picture is blurred: wipe the lens, let mist dry, see the focus"
        ),
        ViewTrouble.TURNED: _Rule(
            _turned,
            24,
            "the camera looks elsewhere than it did: turn it back; ten read codes make the new view right",
        ),
    }
)
"""The most urgent first: a dark picture is also a plain one. The last three are looked at every few seconds, while nothing moves."""
WHY: Mapping[ViewTrouble, str] = MappingProxyType({trouble: rule.says for trouble, rule in RULES.items()})
"""For journal, doctor and registry: what is wrong and what to do."""
FORGIVES = 5
"""Five looks that do not see it undo the whole count."""


def seen_in(glance: Glance) -> ViewTrouble | None:
    """Return what one look alone would say, the most urgent first: for whoever has no time to wait."""
    return next((trouble for trouble, rule in RULES.items() if rule.seen(glance)), None)


def trouble_of(why: str | None) -> ViewTrouble | None:
    """Return the trouble that was told by this sentence."""
    return next((trouble for trouble, said in WHY.items() if said == why), None)


@dataclass(frozen=True, slots=True)
class ViewVigil:
    """What is known of the picture over time."""

    looks: Mapping[ViewTrouble, int] = field(default_factory=lambda: dict.fromkeys(ViewTrouble, 0))
    known: ViewTrouble | None = None

    @classmethod
    def of(cls, trouble: ViewTrouble | None) -> ViewVigil:
        """Return what is known where only this is: it was told, and is looked at anew."""
        looks = {each: RULES[each].looks if each is trouble else 0 for each in ViewTrouble}
        return cls(looks, trouble)

    def after(self, glance: Glance, *, is_open: bool) -> ViewVigil:
        """Return what is known after one more look. `is_open`: visitors may come now, so that the hall is lit."""
        looks = {trouble: self._counted(trouble, glance, is_open=is_open) for trouble in RULES}
        lasting = [trouble for trouble, rule in RULES.items() if looks[trouble] >= rule.looks]
        if self.known is not None and looks[self.known] == 0:
            return ViewVigil(looks, lasting[0] if lasting else None)
        if lasting and (self.known is None or list(RULES).index(lasting[0]) < list(RULES).index(self.known)):
            return ViewVigil(looks, lasting[0])
        return ViewVigil(looks, self.known)

    def _counted(self, trouble: ViewTrouble, glance: Glance, *, is_open: bool) -> int:
        rule, before = RULES[trouble], self.looks[trouble]
        if not is_open and trouble is not ViewTrouble.FROZEN:
            return 0
        seen = rule.seen(glance)
        if seen is None:
            return before
        return min(rule.looks, before + 1) if seen else max(0, before - max(1, rule.looks // FORGIVES))
