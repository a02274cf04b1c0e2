"""Makes the reference pictures, and the pictures of the README, anew.

    SDL_VIDEODRIVER=dummy python -m tests.ui.make_reference

Run it after a change of the screen that you meant, with the pygame-ce that requirements/kiosk.txt pins (another one
brings another FreeType, and other edges of letters); then look at every picture before you commit it:
`git diff --stat tests/ui/reference` names those that changed. Writes tests/ui/reference/*.png (three sizes of each
referenced scene) and docs/screens/*.png (every scene at 1280 by 800, and two standing ones).
"""

from pathlib import Path

import pygame

from tests.ui.pictures import REFERENCE, REFERENCED, reduced
from tests.ui.scenes import SCENES, SIZES, STANDING, camera_frame
from ui.paint import paint
from ui.theme import DAYTIME

SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"


def main() -> None:
    """Write every picture."""
    frame = camera_frame()
    for folder in (REFERENCE, SCREENS):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.png"):
            old.unlink()
    for name in REFERENCED:
        for label, size in SIZES.items():
            pygame.image.save(
                reduced(paint(SCENES[name], DAYTIME, size, frame)), REFERENCE / f"{name}-{label}.png"
            )
    for name, view in SCENES.items():
        pygame.image.save(reduced(paint(view, DAYTIME, SIZES["1280x800"], frame)), SCREENS / f"{name}.png")
    for name in ("idle", "red"):
        picture = paint(SCENES[name], DAYTIME, STANDING["800x1280"], frame)
        pygame.image.save(reduced(picture), SCREENS / f"{name}-standing.png")


if __name__ == "__main__":
    main()
