"""A screen that keeps a picture of everything it showed for the first time."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from kiosk.core.events import Key
from kiosk.core.screen.view import Page, View
from kiosk.ports import Grey, Screen


class Savable(Screen, Protocol):
    """A screen whose picture can be written to a file."""

    def save(self, path: Path) -> None:
        """Write what is up as a PNG."""
        ...


class Photographer:
    """Port `Screen`: shows everything on another screen, and saves each kind of picture once."""

    def __init__(self, screen: Savable, folder: Path) -> None:
        self.pictures: list[Path] = []
        self._screen = screen
        self._folder = folder
        self._kinds: set[tuple[object, ...]] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def show(self, view: View, preview: Grey | None = None) -> None:
        """Paint it, and keep its picture if no other looked like it."""
        self._screen.show(view, preview)
        typed = len(view.keypad.cells.rstrip()) // 6 if view.keypad else 0
        online = view.page is Page.IDLE and view.corner.online
        kind = (view.page, view.field, view.sign, view.headline, view.note, online, typed)
        waits_for_camera = view.preview and preview is None
        if kind not in self._kinds and not waits_for_camera:
            self._kinds.add(kind)
            parts = [f"{len(self.pictures) + 1:02}", view.page, view.field, view.headline]
            path = self._folder / ("-".join(dict.fromkeys(parts)) + ".png")
            self._screen.save(path)
            self.pictures.append(path)

    @property
    def down(self) -> Key | None:
        """The key that is down at the other screen."""
        return self._screen.down

    def poll(self) -> list[Key]:
        """Return the keys of the other screen."""
        return self._screen.poll()

    def close(self) -> None:
        """Give the other screen back."""
        self._screen.close()
