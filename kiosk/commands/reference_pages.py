"""Makes `config/kiosk.toml` and the pages of configuration, commands and doctor's numbers from their tables and the parser.

`python -m kiosk.commands.reference_pages` writes them; a test compares them with what stands in the tree. For the tree of the
source only: nothing on a device calls it.
"""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path

from kiosk.commands import cli
from kiosk.core.health import faults
from kiosk.doctor import table as doctor
from kiosk.errors import SettingsError
from kiosk.settings import SECTIONS, parse
from kiosk.settings.default_file import about, default_toml

_WIDTH = 120
ROOT = Path(__file__).resolve().parent.parent.parent
_MADE = "<!-- Made by `python -m kiosk.commands.reference_pages`; change kiosk/{source} instead. -->\n"
_EXAMPLE = """\
[gate]
driver = "gpoi"
pulse_ms = 500
pulse_s = 0,5

[lamp]
driver = "rgb"
red_pin = 17
green_pin = 17
"""


def configuration_page() -> str:
    """Return docs/configuration.md."""
    out = [
        _MADE.format(source="settings/sections.py"),
        "# Configuration\n",
        textwrap.dedent("""\
            The kiosk reads `/etc/ashyq-kiosk/kiosk.toml`, or the file that `--config` names. Every key has a default, so a file
            holds only what differs: [`config/kiosk.toml`](../config/kiosk.toml) has all of them, and
            [`config/examples/`](../config/examples) has a fitness club with a turnstile, a sauna's exit door, and a desk
            without a gate. Each key stands here with its default; in brackets are its unit and what it accepts.

            A secret is never in this file: keys come with the enrolment and lie in the device's own folder
            ([security.md](security.md)), printed nowhere.

            `kiosk check-config` finds all mistakes at once. This file

            ```toml"""),
        f"{_EXAMPLE}```\n",
        "is answered with\n",
        f"```text\n{_mistakes_of(_EXAMPLE)}\n```",
    ]
    for section, keys in SECTIONS.items():
        out += [f"\n## [{section}]\n", f"{about(section)}\n"]
        for entry in keys.values():
            out.append(f"### `{entry.name} = {json.dumps(entry.toml, ensure_ascii=False)}`\n")
            measure = ", ".join(part for part in (entry.kind.unit, entry.kind.range) if part)
            out += textwrap.wrap(f"{entry.comment} ({measure})", _WIDTH, break_on_hyphens=False)
            out.append("")
    return "\n".join(out) + "\n"


def commands_page() -> str:
    """Return docs/commands.md."""
    out = [
        _MADE.format(source="commands/cli.py"),
        "# Commands\n",
        "What each command prints with `--help`. On a device the program is `kiosk`; in a checkout it is",
        "`.venv/bin/python -m kiosk`. The numbers of `kiosk doctor` are in [doctor.md](doctor.md).\n",
    ]
    for parser in parsers(cli.parser()):
        out += [f"## {parser.prog}\n", f"```text\n{parser.format_help().rstrip()}\n```\n"]
    return "\n".join(out) + "\n"


def doctor_page() -> str:
    """Return docs/doctor.md."""
    out = [
        _MADE.format(source="doctor/table.py"),
        textwrap.dedent("""\
            # What kiosk doctor looks at

            `kiosk doctor` goes through everything that a door needs, one numbered check after the other, and says of each what it
            found and what to do. It disturbs nobody: what a running kiosk has open (camera, keypad, pins) it does not open a second
            time, it asks the kiosk.

            ```sh
            sudo kiosk doctor            # all of it
            sudo kiosk doctor 9 10       # only these
            sudo kiosk doctor --json     # for a program
            sudo kiosk doctor --fix      # repair what is safe to repair, also with visitors at the door; each repair is said before it is done
            sudo kiosk bundle            # one file for support: what doctor found, and the journal, without a person in it
            ```

            It runs as root, as the kiosk's own user, or as anybody; who may not look at something is told so. With sudo the checks
            still run as the door's own user, and leave no file of root's behind. Root's rights are used only for `--fix` and to
            read the journal. The exit code is 0 when all is well, 1 when something works and deserves a look, and 2 when something
            does not work.

            ## The numbers

            A number never changes its meaning, and none is given twice. The same numbers stand

            * **on the screen**: at the top beside the wrench, and large where the door is out of order (`№ 7 · 19`);
            * **in the lamp**, white, while nobody is being answered: **a long light for each ten, a short one for each one**,
              then a pause. Two long and one short are 21. Of several the lowest is blinked. Where the door is out of order it
              begins again after {pause:g} s; where it works all the same, softer and every {idle:g} s. Only what the kiosk itself
              notices while it runs is blinked: the numbers with a code in the last column.

            | number | name | what is true when it is ok | what to do when it is not | in the lamp |
            | --- | --- | --- | --- | --- |""").format(pause=faults.PAUSE_S, idle=faults.IDLE_PAUSE_S),
    ]
    blinked = {*faults.NUMBER_OF.values(), faults.NOT_ENROLLED}
    out += [
        f"| {row.number} | {row.name} | {row.about} | {row.remedy} | {_blinks(row.number) if row.number in blinked else ''} |"
        for row in doctor.TABLE
    ]
    return "\n".join(out) + "\n"


def _blinks(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ", ".join(f"{count} {kind}" for count, kind in ((tens, "long"), (ones, "short")) if count)


def pages() -> dict[Path, str]:
    """Return every page by its path in the tree."""
    return {
        ROOT / "config" / "kiosk.toml": default_toml(),
        ROOT / "docs" / "configuration.md": configuration_page(),
        ROOT / "docs" / "commands.md": commands_page(),
        ROOT / "docs" / "doctor.md": doctor_page(),
    }


def _mistakes_of(text: str) -> str:
    try:
        parse(text)
    except SettingsError as mistakes:
        return str(mistakes)
    raise AssertionError("the example of a file with mistakes has none")


def parsers(top: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield top
    for action in top._actions:  # noqa: SLF001 - argparse has no public way to its subcommands
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for parser in action.choices.values():
                yield from parsers(parser)


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")
