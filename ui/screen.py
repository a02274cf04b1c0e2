"""The window: owns SDL's display and nothing else of it. Main thread only.

Paints when something changed, and only that; says which driver it got, and never runs unseen: a service that is
green on a black screen is the one failure that nobody notices.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pygame

from kiosk.core.events import Key
from kiosk.core.screen.view import View
from kiosk.errors import DriverMissing
from kiosk.ports import Grey
from ui.display_card import connected_card
from ui.expected import EXPECTED
from ui.keyboard import KEYS
from ui.paint import Painter
from ui.phrases import Language
from ui.sheet import Rectangle
from ui.theme import DAYTIME, Theme
from ui.turn import Turn

UNSEEN = ("dummy", "offscreen")
"""SDL's drivers that show nobody anything. Used only where they are asked for by name: tests, pictures, the demo."""
UNSEEN_SIZE = (1280, 800)
ON_A_PANEL = {
    # Without vsync SDL flips asynchronously, which garbles the picture on a Pi 5 (docs/facts.md#pygame-without-a-desktop).
    "SDL_RENDER_VSYNC": "1",
    "SDL_VIDEO_DOUBLE_BUFFER": "1",
    # SDL prefers desktop OpenGL, which stays black over KMSDRM where libGL is not installed, and says nothing
    # (seen by `make test-device`). A Pi's graphics speak OpenGL ES, and install.sh brings it.
    "SDL_RENDER_DRIVER": "opengles2",
}
"""What SDL is told for kmsdrm. It is asked for when the window opens, too. Who sets one of them knows why."""
CARD = "SDL_KMSDRM_DEVICE_INDEX"
"""Which graphics card SDL draws on. Who sets it knows why, and is not corrected."""

_GONE_UP = (pygame.KEYUP, pygame.FINGERUP, pygame.MOUSEBUTTONUP)
"""Whatever key was down is not any more: people press one at a time."""


class PygameScreen:
    """The port `Screen` on SDL: KMSDRM, Wayland, X11, or unseen."""

    def __init__(
        self,
        *,
        size: tuple[int, int] | None = None,
        fullscreen: bool = False,
        driver: str | None = None,
        rotate: int = 0,
        theme: Theme = DAYTIME,
        staff_language: Language = Language.KK,
    ) -> None:
        """Open the window.

        `size` is the glass in pixels, None for all of it. `driver` is SDL's name for one (kmsdrm, wayland, x11, dummy,
        offscreen), None for any that can be seen. `rotate` turns the picture clockwise: 0, 90, 180 or 270 degrees.

        Raises DriverMissing where no such display is there, ValueError for another rotation.
        """
        if rotate not in (0, 90, 180, 270):
            raise ValueError(f"expected a rotation of 0, 90, 180 or 270 degrees, got {rotate}")
        self.driver_name = _start(driver)
        """What SDL took, in its own words."""
        if size is None:
            size = UNSEEN_SIZE if self.driver_name in UNSEEN else pygame.display.get_desktop_sizes()[0]
        # FULLSCREEN on the unseen drivers is 1024x768, whatever was asked.
        whole = fullscreen and self.driver_name not in UNSEEN
        try:
            self._glass = pygame.display.set_mode(size, pygame.FULLSCREEN if whole else 0)
        except pygame.error as error:
            pygame.display.quit()
            raise DriverMissing(_no_display(driver, str(error))) from error
        pygame.display.set_caption("Ashyq Kiosk")
        pygame.mouse.set_visible(not whole)
        self.size = wide, high = self._glass.get_size()
        """Of the glass, in pixels."""
        upright = (high, wide) if rotate in (90, 270) else (wide, high)
        self._turn = Turn(degrees=rotate, width=upright[0], height=upright[1])
        # A panel that is not turned is painted on directly: one copy less of every frame.
        self._painter = Painter(
            upright, theme, self._glass if rotate == 0 else None, staff_language=staff_language
        )
        # The first visitor waits no longer than the last.
        for expected in EXPECTED:
            self._painter.prepare(expected)
        self._view: View | None = None
        self._open = True
        self.down: Key | None = None

    def show(self, view: View, preview: Grey | None = None) -> None:
        """Paint the view; `preview` is copied. An equal view without a new preview costs nothing."""
        if view == self._view and (preview is None or not view.preview):
            return
        self._view = view
        changed = [self._to_glass(box) for box in self._painter.update(view, preview)]
        if changed:
            pygame.display.update(changed)

    def poll(self) -> list[Key]:
        """Return the keys typed or touched since the last call, oldest first.

        Raises KeyboardInterrupt when the window is closed.
        """
        keys = []
        for event in pygame.event.get():
            key = self._key(event)
            if key is not None:
                keys.append(key)
                self.down = key
            elif event.type in _GONE_UP:
                self.down = None
        return keys

    def save(self, path: Path) -> None:
        """Write what is up as a PNG, upright however the panel is mounted. Raises OSError where it cannot be written."""
        try:
            pygame.image.save(self._painter.canvas, path)
        except pygame.error as error:
            raise OSError(f"expected a place for a PNG, {path} is none: {error}") from error

    def close(self) -> None:
        """Give the display back."""
        if self._open:
            self._open = False
            pygame.display.quit()

    def _to_glass(self, box: Rectangle) -> Rectangle:
        """Bring a part of the canvas to where it is seen, and return that place."""
        place = self._turn.on_glass(box)
        if self._turn.degrees:
            part = self._painter.canvas.subsurface(box)
            self._glass.blit(pygame.transform.rotate(part, -self._turn.degrees), place[:2])
        return place

    def _key(self, event: pygame.event.Event) -> Key | None:
        wide, high = self._glass.get_size()
        if event.type == pygame.QUIT:
            raise KeyboardInterrupt
        if event.type == pygame.KEYDOWN:
            return KEYS.get(event.key)
        if event.type == pygame.FINGERDOWN:
            return self._touched(int(event.x * wide), int(event.y * high))
        # SDL also tells each touch as a click: once is enough.
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT and not event.touch:
            return self._touched(*event.pos)
        return None

    def _touched(self, x: int, y: int) -> Key | None:
        return self._painter.touched(*self._turn.on_canvas(x, y))


def _start(driver: str | None) -> str:
    """Start SDL's video and return the name of its driver. Raises DriverMissing where nobody could see it."""
    wanted = driver or os.environ.get("SDL_VIDEODRIVER") or ""
    if wanted.lower() == "kmsdrm":
        for name, value in ON_A_PANEL.items():
            os.environ.setdefault(name, value)
    pygame.display.quit()
    try:
        # SDL takes both from the environment only; nobody else is to find them there.
        with _environment(**asked_of_sdl(wanted)):
            pygame.display.init()
    except pygame.error as error:
        raise DriverMissing(_no_display(driver, str(error))) from error
    name = pygame.display.get_driver()
    if name.lower() in UNSEEN and (driver or "").lower() not in UNSEEN:
        pygame.display.quit()
        raise DriverMissing(_no_display(driver, f'SDL took "{name}", which shows nothing'))
    return name


def asked_of_sdl(wanted: str, card: Callable[[], int | None] = connected_card) -> dict[str, str]:
    """Return the variables that make SDL take this driver and, of several cards, the one with a screen at this moment."""
    asked = {"SDL_VIDEODRIVER": wanted} if wanted else {}
    if wanted.lower() == "kmsdrm" and CARD not in os.environ and (number := card()) is not None:
        asked[CARD] = str(number)
    return asked


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _no_display(driver: str | None, why: str) -> str:
    return (
        f"expected a display through {driver or 'any SDL driver'}, found none ({why}): plug in the screen, "
        "or ask for driver dummy to run without one"
    )
