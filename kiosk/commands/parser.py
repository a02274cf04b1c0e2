"""How the command line looks: argparse with one line for a mistake, and the same help at every width of a terminal.

It knows no command. Exit codes are here, because help and commands both tell them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn, TextIO

FINE, LOOK, BROKEN = 0, 1, 2
CODES = "exit codes: 0 fine, 1 works but deserves a look, 2 does not work or was typed wrongly"
TRACEBACK = "KIOSK_TRACEBACK"
"""The variable that does what --traceback does."""

Command = Callable[[argparse.Namespace], int]


class CommandParser(argparse.ArgumentParser):
    """argparse with one line for a mistake, a suggestion in it, and the same help at every width of the terminal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_Help, allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Print one line and exit with 2."""
        self.exit(BROKEN, f"{self.prog}: {message}; `{self.prog} --help` says more\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        # argparse prints all the choices; one near word helps more.
        if action.choices is not None and value not in action.choices:
            known = [str(choice) for choice in action.choices]
            near = get_close_matches(str(value), known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
            raise argparse.ArgumentError(None, f'no command "{value}": {hint}')


class _Help(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=100, max_help_position=22)
        # The column of the help is always the same one: Python 3.13 reckons it otherwise than 3.12, and pages are compared.
        self._action_max_length = 22


def everywhere() -> CommandParser:
    """Return what every command takes, before or after its name."""
    shared = CommandParser(add_help=False)
    # SUPPRESS: otherwise the command's default undoes what was given before its name.
    shared.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="the configuration; else /etc/ashyq-kiosk/kiosk.toml, else config/kiosk.toml of the checkout",
    )
    shared.add_argument(
        "--traceback",
        action="store_true",
        default=argparse.SUPPRESS,
        help=f"show where a mistake of the program happened; {TRACEBACK}=1 does the same",
    )
    return shared


def add_command(commands: Any, name: str, call: Command, says: str, example: str) -> argparse.ArgumentParser:
    """Add one command with its help and an example. (The type of `commands` has no public name.)"""
    added: argparse.ArgumentParser = commands.add_parser(
        name,
        help=says[0].lower() + says[1:].rstrip("."),
        description=says,
        epilog=f"example: {example}\n{CODES}",
        parents=[everywhere()],
    )
    added.set_defaults(command=call)
    return added


class Progress:
    """One line that says what is going on, and is gone afterwards. Nothing where nobody watches."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._seen = stream.isatty()

    def show(self, text: str) -> None:
        """Put the line there instead of the last one."""
        if self._seen:
            self._stream.write(f"\r\x1b[K{text}")
            self._stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        self.show("")
