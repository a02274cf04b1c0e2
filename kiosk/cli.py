"""The command line: what the technician types. One line to standard error when something is wrong, never a traceback.

It parses, calls and prints. Every command imports what it needs inside, so that `kiosk --help` costs no camera library.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.command_parser import (
    BROKEN,
    CODES,
    FINE,
    LOOK,
    TRACEBACK,
    Command,
    CommandParser,
    Progress,
    add_command,
    everywhere,
)
from kiosk.errors import KioskError

if TYPE_CHECKING:
    from kiosk.settings import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = parser().parse_args(argv)
    # Both greet or warn on their own, pygame on standard output, where an answer to a program may stand.
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    command: Command = args.command
    try:
        return command(args)
    except KeyboardInterrupt:
        return 128 + 2
    except BrokenPipeError:
        # `kiosk queue list | head`: who reads has seen enough. Python would complain once more while it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except KioskError as wrong:
        if _wants_traceback(args):
            raise
        print("\n".join(f"kiosk: {line}" for line in str(wrong).splitlines()), file=sys.stderr)
        return BROKEN
    except ImportError as missing:
        if _wants_traceback(args):
            raise
        print(
            f"kiosk: the library {missing.name} is missing or does not load; run install.sh again",
            file=sys.stderr,
        )
        return BROKEN
    except Exception as bug:
        if _wants_traceback(args):
            raise
        # Its text is not shown: it comes from a library and may repeat what it was given.
        what = type(bug).__name__
        print(f"kiosk: stopped by a mistake of its own ({what}); --traceback shows where", file=sys.stderr)
        return BROKEN


def parser() -> argparse.ArgumentParser:
    """Return the whole command line; docs/commands.md is made from it."""
    top = CommandParser(
        prog="kiosk",
        description="The Ashyq door kiosk: reads a visitor's code, asks the registry, decides, opens the gate.",
        epilog=f"example: kiosk doctor\n{CODES}",
        parents=[everywhere()],
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_command(commands, "run", _run, "Run the door until it is told to stop.", "kiosk run")

    demo = add_command(
        commands,
        "demo",
        _demo,
        "Show the door without hardware, with a registry of its own.",
        "kiosk demo --tour",
    )
    demo.add_argument(
        "--tour", action="store_true", help="present visitors of every kind, one after the other, then end"
    )
    demo.add_argument("--fast", action="store_true", help="do not wait for eyes to follow")
    demo.add_argument("--screenshots", type=Path, metavar="DIR", help="write a picture of every screen there")

    doctor = add_command(
        commands,
        "doctor",
        _doctor,
        "Check all that the door needs; each fault has a remedy.",
        "kiosk doctor 9 10",
    )
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    doctor.add_argument(
        "numbers", type=int, nargs="*", metavar="NUMBER", help="only the checks with these numbers"
    )

    check = add_command(
        commands,
        "check-config",
        _check_config,
        "Find every mistake in a configuration.",
        "kiosk check-config --show",
    )
    check.add_argument(
        "--show", action="store_true", help="print every key with the value that is used (secrets masked)"
    )

    queue = commands.add_parser(
        "queue",
        help="look at the records that the registry does not have yet",
        description="Look at the records that the registry does not have yet. No record names a visitor.",
        epilog=f"example: kiosk queue list\n{CODES}",
        parents=[everywhere()],
    )
    kinds = queue.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = add_command(
        kinds, "list", _queue_list, "List what waits and what was parked.", "kiosk queue list --parked"
    )
    listing.add_argument("--parked", action="store_true", help="only what the registry would not take")
    listing.add_argument("--limit", type=_positive, default=50, metavar="N", help="at most so many (50)")
    show = add_command(
        kinds,
        "show",
        _queue_show,
        "Show one record as the registry will get it.",
        "kiosk queue show 0190...-0001",
    )
    show.add_argument(
        "name", metavar="NAME", help="an id that `kiosk queue list` prints, or a reference number"
    )
    again = add_command(
        kinds, "requeue", _queue_requeue, "Send parked records again.", "kiosk queue requeue --all"
    )
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("uid", metavar="UID", nargs="?", help="the id of one record")
    which.add_argument("--all", action="store_true", help="every parked record")

    day = add_command(
        commands,
        "today",
        _today,
        "Print the day's numbers and the hours in which the venue worked. Counts only, no person.",
        "kiosk today --json",
    )
    day.add_argument("--json", action="store_true", help="print them as JSON")

    add_command(
        commands,
        "version",
        _version,
        "Print the version of the kiosk and of what it stands on.",
        "kiosk version",
    )
    return top


def _run(args: argparse.Namespace) -> int:
    settings = _settings(args)
    from kiosk import app, journal  # after the configuration: its mistakes are told in a blink

    journal.start(settings.log.level, sys.stderr)
    try:
        return app.run(settings)
    except KioskError:
        raise
    except Exception:
        # A mistake of the program: the journal always has where, a technician at a terminal only when asked.
        if not sys.stderr.isatty():
            logging.getLogger("kiosk").critical("the door stopped", exc_info=True)
        raise


def _demo(args: argparse.Namespace) -> int:
    from kiosk import demo, journal

    journal.start("warning", sys.stderr)
    return demo.main(tour=args.tour, fast=args.fast, screenshots=args.screenshots)


def _doctor(args: argparse.Namespace) -> int:
    from kiosk import doctor
    from kiosk import doctor_run as run

    results = []
    progress = Progress(sys.stderr)
    checks = doctor.checks(getattr(args, "config", None))
    for result in run.examine(
        checks,
        only=frozenset(args.numbers),
        begin=lambda check: progress.show(f"{check.number:2} {check.name} ..."),
    ):
        progress.clear()
        results.append(result)
        if not args.json:
            print(run.as_line(result), flush=True)
    print(run.as_json(results) if args.json else run.summary(results))
    return {run.State.OK: FINE, run.State.WARNING: LOOK, run.State.BROKEN: BROKEN}[run.worst(results)]


def _check_config(args: argparse.Namespace) -> int:
    from kiosk import settings as files
    from kiosk.settings_checks import notes

    chosen = files.choose(getattr(args, "config", None))
    settings = files.load(chosen)
    if args.show:
        print(files.shown(settings))
    for note in notes(settings):
        print(f"{chosen}: {note}", file=sys.stderr)
    print(f"{chosen}: {sum(map(len, files.SECTIONS.values()))} keys, no mistakes")
    return FINE


def _queue_list(args: argparse.Namespace) -> int:
    from kiosk import queue_commands

    told = _settings(args)
    text, parked = queue_commands.listing(
        told.store.path, told.door.timezone, parked_only=args.parked, limit=args.limit
    )
    print(text)
    return LOOK if parked else FINE


def _queue_show(args: argparse.Namespace) -> int:
    from kiosk import queue_commands

    told = _settings(args)
    print(queue_commands.show(told.store.path, told.door.timezone, args.name))
    return FINE


def _queue_requeue(args: argparse.Namespace) -> int:
    from kiosk import queue_commands
    from kiosk.clock import SystemClock

    count = queue_commands.requeue(_settings(args).store.path, None if args.all else args.uid, SystemClock())
    print(f"{count} {'waits' if count == 1 else 'wait'} again")
    return FINE


def _today(args: argparse.Namespace) -> int:
    from kiosk.clock import SystemClock
    from kiosk.today import today

    settings = _settings(args)
    day = today(settings.store.path, SystemClock().wall(), settings.door.timezone)
    print(day.as_json() if args.json else day.as_text())
    return FINE


def _version(_args: argparse.Namespace) -> int:
    from kiosk import versions

    print("\n".join(versions.lines()))
    return FINE


def _settings(args: argparse.Namespace) -> Settings:
    from kiosk import settings

    return settings.load(getattr(args, "config", None))


def _wants_traceback(args: argparse.Namespace) -> bool:
    return getattr(args, "traceback", False) or os.environ.get(TRACEBACK, "") not in ("", "0")


def _positive(word: str) -> int:
    if not word.isascii() or not word.isdigit() or int(word) == 0:
        raise argparse.ArgumentTypeError(f'expected a number from 1, found "{word}"')
    return int(word)
