"""Fits words into boxes with the shipped font, and prints lines. The same pixels on every machine.

Never a system font: half of them print boxes for Kazakh letters. A fit always gives something that can be painted;
the tests make sure that everything we say fits whole, at a size that can be read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, pairwise, product
from pathlib import Path

import pygame

from ui.phrases import Words
from ui.sheet import Rectangle, Text, TextLine
from ui.theme import Rgb

FONTS = Path(__file__).with_name("fonts")
REGULAR = FONTS / "NotoSans-Regular.ttf"
BOLD = FONTS / "NotoSans-Bold.ttf"

CAP = 0.714
"""Height of a capital, in em."""
OVER, UNDER = 0.24, 0.24
"""What a line needs above its capitals (Й) and under its baseline (Қ, Щ, у), in em."""
PITCH, PITCH_CAPITALS = 1.2, 1.18
"""From baseline to baseline, in em."""
BETWEEN = 0.2
"""What is added between two languages, in em."""
SMALLER, SMALLER_HEADLINE = 0.82, 0.66
"""English, as part of the size of Kazakh and Russian: a sentence must stay readable, a headline may step back."""
LEAST = 0.7
"""How far a single line is shrunk before it is cut."""
MEASURED_AT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How the three languages are set into a slot."""

    px: int
    """The largest size they may have."""
    ink: Rgb
    muted: Rgb
    """English."""
    align: float = 0.0
    """0 is left, 1 right."""
    valign: float = 0.5
    """0 is top, 1 bottom."""
    capitals: bool = False
    headline: bool = False
    """English bold as well, and further back."""

    @property
    def smaller(self) -> float:
        """English, as part of the size of the others."""
        return SMALLER_HEADLINE if self.headline else SMALLER

    @property
    def pitch(self) -> float:
        """From baseline to baseline, in em."""
        return PITCH_CAPITALS if self.capitals else PITCH


class Lettering:
    """The two faces of the screen. Remembers what it measured; holds no picture."""

    def __init__(self) -> None:
        pygame.font.init()
        self._fonts: dict[tuple[bool, int], pygame.font.Font] = {}
        self.trilingual = lru_cache(maxsize=256)(self._trilingual)
        self.line = lru_cache(maxsize=256)(self._line)

    def printed(self, line: TextLine) -> tuple[pygame.Surface, tuple[int, int]]:
        """Return a line as a picture, and where its top left corner belongs."""
        font = self._font(line.bold, line.px)
        picture = font.render(line.text, True, line.colour)
        return picture, (
            line.x - self._bearing(line.text, line.bold, line.px),
            line.baseline - font.get_ascent(),
        )

    def ink_box(self, line: TextLine) -> Rectangle:
        """Return where a line leaves ink."""
        picture, (x, y) = self.printed(line)
        ink = picture.get_bounding_rect()
        return Rectangle(x + ink.x, y + ink.y, ink.w, ink.h)

    def width(self, text: str, *, bold: bool, px: int) -> int:
        """Return how wide a text is, in pixels."""
        return self._font(bold, px).size(text)[0]

    def _font(self, bold: bool, px: int) -> pygame.font.Font:
        if (bold, px) not in self._fonts:
            self._fonts[bold, px] = pygame.font.Font(BOLD if bold else REGULAR, px)
        return self._fonts[bold, px]

    def _bearing(self, text: str, bold: bool, px: int) -> int:
        """How far the ink of a line begins to the right of its pen: large and small lines stand on one edge without it."""
        metrics = self._font(bold, px).metrics(text[:1])
        # Nothing is known of a character that the font lacks: a venue may bear any name.
        return metrics[0][0] if metrics and metrics[0] else 0

    def _em(self, text: str, bold: bool) -> float:
        return self.width(text, bold=bold, px=MEASURED_AT) / MEASURED_AT

    def _line(
        self, text: str, slot: Rectangle, *, px: int, bold: bool, colour: Rgb, align: float = 0.0
    ) -> Text:
        """Fit one line: as large as `px` and the slot allow, then cut with an ellipsis.

        Never much smaller than `px`: a name that was shrunk until it fits is read by nobody. `align` 0 left, 1 right.
        """
        # A name from outside may hold what cannot be printed (a zero byte, half a character).
        text = "".join(character if character.isprintable() else " " for character in text)
        size = min(px, int(slot.h / (CAP + UNDER)))
        while size > px * LEAST and self.width(text, bold=bold, px=size) > slot.w:
            size -= 1
        while len(text) > 1 and self.width(text, bold=bold, px=size) > slot.w:
            text = text.rstrip("…")[:-1].rstrip() + "…"
        left = slot.x + round((slot.w - self.width(text, bold=bold, px=size)) * align)
        left += self._bearing(text, bold, size) if align else 0
        baseline = slot.y + (slot.h + round(CAP * size)) // 2
        return Text(slot, (TextLine(text, left, baseline, size, bold, colour),))

    def _trilingual(self, words: Words, slot: Rectangle, manner: Manner) -> Text:
        """Fit the three languages under each other: Kazakh, Russian as large, English smaller.

        Breaks lines where that lets the letters grow.
        """
        said = words.upper() if manner.capitals else words
        best: tuple[float, float, tuple[tuple[str, ...], ...]] | None = None
        choices = (
            self._broken(said.kk, True, 3),
            self._broken(said.ru, True, 3),
            self._broken(said.en, manner.headline, 2),
        )
        for (kk, kk_em), (ru, ru_em), (en, en_em) in product(*choices):
            tall = OVER + CAP + UNDER + 2 * BETWEEN
            tall += manner.pitch * (len(kk) + len(ru) - 1 + manner.smaller * len(en))
            size = min(manner.px, slot.w / max(kk_em, ru_em, manner.smaller * en_em), slot.h / tall)
            # A line more has to earn its place: few lines read faster than slightly larger ones.
            worth = size * 0.94 ** (len(kk) + len(ru) + len(en))
            if best is None or worth > best[0]:
                best = (worth, size, (kk, ru, en))
        assert best is not None  # noqa: S101 - every text has at least its unbroken form
        return self._stacked(best[2], slot, int(best[1]), manner)

    def _stacked(
        self, parts: tuple[tuple[str, ...], ...], slot: Rectangle, size: int, manner: Manner
    ) -> Text:
        """Set lines at a size that is known to fit, and put the whole where it belongs in the slot."""
        rows: list[TextLine] = []
        y = CAP * size
        for part in parts:
            english = part is parts[2]
            px = int(size * manner.smaller) if english else size
            bold = manner.headline or not english
            for row, text in enumerate(part):
                if rows:
                    y += manner.pitch * px + (BETWEEN * size if row == 0 else 0)
                x = slot.x + round((slot.w - self.width(text, bold=bold, px=px)) * manner.align)
                rows.append(TextLine(text, x, round(y), px, bold, manner.muted if english else manner.ink))
        spare = slot.h - (OVER + UNDER) * size - y
        top = round(slot.y + OVER * size + spare * manner.valign)
        return Text(slot, tuple(replace(row, baseline=row.baseline + top) for row in rows))

    def _broken(self, text: str, bold: bool, most: int) -> list[tuple[tuple[str, ...], float]]:
        """Return the best way to break a text into one, two ... `most` lines, each with its width in em."""
        parts = text.split(" ")
        best = []
        for lines in range(1, min(most, len(parts)) + 1):
            ways = []
            for cuts in combinations(range(1, len(parts)), lines - 1):
                edges = (0, *cuts, len(parts))
                way = tuple(" ".join(parts[a:b]) for a, b in pairwise(edges))
                ways.append((way, max(self._em(row, bold) for row in way)))
            best.append(min(ways, key=lambda way: way[1]))
        return best
