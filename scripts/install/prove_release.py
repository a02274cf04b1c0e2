"""Run by install.sh with a release's own Python: does everything load, and from where it was pinned?

A venv that sees the system's packages finds its own first. This is the proof, on the machine itself: Debian's `pygame`, or
one that somebody put there with pip, may lie behind pygame-ce and must never be the one that is imported.
Exit code 0 and nothing said, or a sentence for each thing that is wrong.
"""

import importlib
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

PINNED = (
    "base45 cbor2 cryptography cv2 gpiozero http_message_signatures numpy pygame pyzbar.pyzbar requests segno sqlite_utils "
    "tzdata zxingcpp"
).split()
OUR_OWN = "kiosk.commands.cli kiosk.root.app kiosk.root.equipment ui.screen drivers".split()


def main() -> int:
    """Print what is wrong; 0 where nothing is."""
    venv = Path(sys.prefix).resolve()
    wrong = [said for name in PINNED if (said := load(name, venv))]
    wrong += [said for name in OUR_OWN if (said := load(name, venv.parent / "app"))]
    try:
        if Path(str(distribution("pygame").locate_file(""))).resolve().is_relative_to(venv):
            wrong.append(
                "expected pygame-ce alone, found PyPI's pygame in the same folder: they overwrite each other"
            )
    except PackageNotFoundError:
        pass
    if not wrong and not getattr(sys.modules["pygame"], "IS_CE", False):
        wrong.append("expected pygame-ce, found another pygame under its name")
    print("\n".join(wrong), end="\n" if wrong else "")
    return bool(wrong)


def load(name: str, where: Path) -> str:
    """Import a module; say what is wrong with it, or nothing."""
    try:
        module = importlib.import_module(name)
    except Exception as failure:
        return f"expected {name} to load, found {type(failure).__name__}: {failure}"
    found = Path(module.__file__ or next(iter(module.__path__))).resolve()
    if not found.is_relative_to(where):
        return f"expected {name} below {where}, found {found}: remove that one"
    return ""


if __name__ == "__main__":
    sys.exit(main())
