"""Fits words into boxes with the shipped font, and prints lines. The same pixels on every machine.

Never a system font: half of them print boxes for Kazakh letters. A fit always gives something that can be painted;
the tests make sure that everything we say fits whole, at a size that can be read.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations, pairwise, product
from pathlib import Path

import pygame

from ui.phrases import Words
from ui.sheet import Box, Line, Text
from ui.theme import Rgb

FONTS = Path(__file__).with_name("fonts")
REGULAR = FONTS / "NotoSans-Regular.ttf"
BOLD = FONTS / "NotoSans-Bold.ttf"

CAP = 0.714
"""Height of a capital, in em."""
OVER, UNDER = 0.2, 0.24
"""What a line needs above its capitals (Й) and under its baseline (Қ, Щ, у), in em."""
PITCH, PITCH_CAPITALS = 1.2, 1.1
"""From baseline to baseline, in em."""
BETWEEN = 0.16
"""What is added between two languages, in em."""
SMALLER = 0.66
"""English, as part of the size of Kazakh and Russian."""
MEASURED_AT = 200


class Lettering:
    """The two faces of the screen. Remembers what it measured; holds no picture."""

    def __init__(self) -> None:
        pygame.font.init()
        self._fonts: dict[tuple[bool, int], pygame.font.Font] = {}
        self.trilingual = lru_cache(maxsize=256)(self._trilingual)
        self.line = lru_cache(maxsize=256)(self._line)

    def printed(self, line: Line) -> tuple[pygame.Surface, tuple[int, int]]:
        """Return a line as a picture, and where its top left corner belongs."""
        font = self._font(line.bold, line.px)
        picture = font.render(line.text, True, line.colour)
        return picture, (
            line.x - self._bearing(line.text, line.bold, line.px),
            line.baseline - font.get_ascent(),
        )

    def ink_box(self, line: Line) -> Box:
        """Return where a line leaves ink."""
        picture, (x, y) = self.printed(line)
        ink = picture.get_bounding_rect()
        return Box(x + ink.x, y + ink.y, ink.w, ink.h)

    def width(self, text: str, *, bold: bool, px: int) -> int:
        """Return how wide a text is, in pixels."""
        return self._width(text, bold, px)

    def _font(self, bold: bool, px: int) -> pygame.font.Font:
        if (bold, px) not in self._fonts:
            self._fonts[bold, px] = pygame.font.Font(BOLD if bold else REGULAR, px)
        return self._fonts[bold, px]

    def _bearing(self, text: str, bold: bool, px: int) -> int:
        """How far the ink of a line begins to the right of its pen: large and small lines stand on one edge without it."""
        return self._font(bold, px).metrics(text[:1])[0][0] if text else 0

    def _width(self, text: str, bold: bool, px: int) -> int:
        return self._font(bold, px).size(text)[0]

    def _em(self, text: str, bold: bool) -> float:
        return self._width(text, bold, MEASURED_AT) / MEASURED_AT

    def _line(
        self, text: str, slot: Box, *, px: int, bold: bool, colour: Rgb, align: float = 0.0, least: int = 12
    ) -> Text:
        """Fit one line: as large as `px` and the slot allow, then cut with an ellipsis. `align` 0 left, 1 right."""
        size = min(px, int(slot.h / (CAP + UNDER)))
        while size > least and self._width(text, bold, size) > slot.w:
            size -= 1
        while len(text) > 1 and self._width(text, bold, size) > slot.w:
            text = text.rstrip("…")[:-1].rstrip() + "…"
        left = slot.x + round((slot.w - self._width(text, bold, size)) * align)
        left += self._bearing(text, bold, size) if align else 0
        baseline = slot.y + (slot.h + round(CAP * size)) // 2
        return Text(slot, (Line(text, left, baseline, size, bold, colour),))

    def _trilingual(
        self,
        words: Words,
        slot: Box,
        *,
        px: int,
        ink: Rgb,
        muted: Rgb,
        align: float = 0.0,
        valign: float = 0.5,
        capitals: bool = False,
        bold_english: bool = False,
    ) -> Text:
        """Fit the three languages under each other: Kazakh, Russian as large, English smaller; at most `px`.

        Breaks lines where that lets the letters grow. `align` and `valign`: 0 is left or top, 1 right or bottom.
        """
        said = words.upper() if capitals else words
        pitch = PITCH_CAPITALS if capitals else PITCH
        best: tuple[float, float, tuple[tuple[str, ...], ...]] | None = None
        choices = (
            self._broken(said.kk, True, 3),
            self._broken(said.ru, True, 3),
            self._broken(said.en, bold_english, 2),
        )
        for (kk, kk_em), (ru, ru_em), (en, en_em) in product(*choices):
            tall = OVER + CAP + UNDER + 2 * BETWEEN
            tall += pitch * (len(kk) + len(ru) - 1) + pitch * SMALLER * len(en)
            size = min(px, slot.w / max(kk_em, ru_em, SMALLER * en_em), slot.h / tall)
            lines = len(kk) + len(ru) + len(en)
            # A line more has to earn its place: few lines read faster than slightly larger ones.
            worth = size * 0.94 ** (lines - 3)
            if best is None or worth > best[0]:
                best = (worth, size, (kk, ru, en))
        assert best is not None  # noqa: S101 - every text has at least its unbroken form
        _, size, parts = best
        return self._stacked(parts, slot, int(size), pitch, ink, muted, align, valign, bold_english)

    def _stacked(
        self,
        parts: tuple[tuple[str, ...], ...],
        slot: Box,
        size: int,
        pitch: float,
        ink: Rgb,
        muted: Rgb,
        align: float,
        valign: float,
        bold_english: bool,
    ) -> Text:
        """Set lines at a size that is known to fit, and put the whole where it belongs in the slot."""
        small = int(size * SMALLER)
        rows: list[tuple[str, int, bool, Rgb, float]] = []
        y = CAP * size
        for index, part in enumerate(parts):
            px = small if index == 2 else size
            for row, text in enumerate(part):
                if rows:
                    y += pitch * px + (BETWEEN * size if row == 0 else 0)
                rows.append((text, px, index < 2 or bold_english, muted if index == 2 else ink, y))
        spare = slot.h - (OVER + UNDER) * size - y
        top = slot.y + OVER * size + spare * valign
        return Text(
            slot,
            tuple(
                Line(
                    text,
                    slot.x + round((slot.w - self._width(text, bold, px)) * align),
                    round(top + y),
                    px,
                    bold,
                    colour,
                )
                for text, px, bold, colour, y in rows
            ),
        )

    def _broken(self, text: str, bold: bool, most: int) -> list[tuple[tuple[str, ...], float]]:
        """Return the best way to break a text into one, two ... `most` lines, each with its width in em."""
        parts = text.split(" ")
        found = []
        for lines in range(1, min(most, len(parts)) + 1):
            ways = []
            for cuts in combinations(range(1, len(parts)), lines - 1):
                edges = (0, *cuts, len(parts))
                way = tuple(" ".join(parts[a:b]) for a, b in pairwise(edges))
                ways.append((way, max(self._em(row, bold) for row in way)))
            found.append(min(ways, key=lambda way: way[1]))
        return found
