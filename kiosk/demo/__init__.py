"""The whole kiosk on a desk: `kiosk demo`, with or without a camera, a display or hands."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

PICTURES = Path("demo-screens")


def main(*, tour: bool, fast: bool, screenshots: Path | None) -> int:
    """Run the demo; returns the exit code. The tour is the default where there is no terminal or no display."""
    from kiosk.demo.stage import has_display

    logging.getLogger("kiosk").setLevel(logging.CRITICAL)  # the demo has its own lines
    display = has_display()
    if tour or not display or not sys.stdin.isatty():
        return _tour(window=display, fast=fast, pictures=screenshots or PICTURES)
    return _open_house(pictures=screenshots)


def _tour(*, window: bool, fast: bool, pictures: Path) -> int:
    from kiosk.demo.enrol_step import enrol_step
    from kiosk.demo.report import compare, line
    from kiosk.demo.stage import Stage
    from kiosk.demo.tour import Tour
    from kiosk.demo.witness import Shown
    from registry.demo_people import DEMO_DOOR

    def say(text: str) -> None:
        print(text, flush=True)

    def tell(shown: Shown) -> None:
        say(f"    {line(shown, stage.settings.door.timezone)}")

    stage = Stage(screenshots=pictures, tell=tell, camera=False, window=window)
    with stage:
        say(
            f"Registry at {stage.registry.url}, door {DEMO_DOOR}; drawing {'a window' if window else 'off-screen'}."
        )
        app = stage.open_door(enrol_step(stage, say, fast=fast))
        tour = Tour(stage, app, say, fast=fast)
        done = threading.Event()

        def walk() -> None:
            try:
                tour.walk()
            except Exception as stumble:
                tour.failures.append(f"the tour stumbled: {type(stumble).__name__}: {stumble}")
                raise
            finally:
                done.set()

        threading.Thread(target=walk, name="tour", daemon=True).start()
        try:
            app.loop.run(done.is_set)
        except KeyboardInterrupt:
            tour.failures.append("the window was closed before the end")
        table, agree = compare(stage.witness.shown, stage.registry.visits(DEMO_DOOR))
    taken = stage.photographer.pictures if stage.photographer else []
    say(f"\n{table}\n")
    say(f"{len(taken)} pictures of what was shown are in {pictures}/")
    for failure in tour.failures:
        say(f"NOT AS EXPECTED: {failure}")
    well = agree and not tour.failures
    say("Shown and stored agree, visit for visit." if agree else "SHOWN AND STORED DO NOT AGREE.")
    return 0 if well else 1


def _open_house(*, pictures: Path | None) -> int:
    """The door stands open to whoever sits at the desk, until the window is closed."""
    from kiosk.demo.enrol_step import enrol_quietly
    from kiosk.demo.open_house import visitors
    from kiosk.demo.report import line
    from kiosk.demo.stage import Stage
    from kiosk.demo.witness import Shown

    def tell(shown: Shown) -> None:
        print(line(shown, stage.settings.door.timezone), flush=True)

    stage = Stage(screenshots=pictures, tell=tell, camera=True, window=True)
    with stage:
        closed = threading.Event()
        app = stage.open_door(enrol_quietly(stage))
        print(_welcome(stage.real_camera, stage.iins), flush=True)
        if stage.real_camera is None:
            threading.Thread(target=visitors, args=(stage, closed), name="visitors", daemon=True).start()
        try:
            app.loop.run(closed.is_set)
        except KeyboardInterrupt:
            closed.set()
    return 0


def _welcome(camera: str | None, iins: dict[str, str]) -> str:
    """What can be done here, in words."""
    numbers = "\n".join(f"  {name:<13} {iin}" for name, iin in iins.items() if iin.isdigit())
    seen = (
        f"The camera {camera} is on." if camera else "No camera: made-up visitors walk up to a simulated one."
    )
    return (
        f"{seen}\nType an IIN of a made-up visitor on the keyboard, Enter twice; Backspace corrects, Esc cancels,"
        f" R checks a refused visitor again:\n{numbers}\nClose the window to end. `make demo TOUR=1` walks through a day.\n"
    )
