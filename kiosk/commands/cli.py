"""The command line: what the technician types. One line to standard error when something is wrong, never a traceback.

It parses, calls `kiosk/commands/actions.py`, and tells what went wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from kiosk.commands import actions as do
from kiosk.commands.parser import (
    BROKEN,
    CODES,
    FINE,
    TRACEBACK,
    Command,
    CommandParser,
    add_command,
    everywhere,
)
from kiosk.commands.terminal import say
from kiosk.errors import KioskError


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
        say("\n".join(f"kiosk: {line}" for line in str(wrong).split("\n")), aside=True)
        return BROKEN
    except ImportError as missing:
        if _wants_traceback(args):
            raise
        say(
            f"kiosk: the library {missing.name} is missing or does not load; run install.sh again", aside=True
        )
        return BROKEN
    except Exception as bug:
        if _wants_traceback(args):
            raise
        # Its text is not shown: it comes from a library and may repeat what it was given.
        what = type(bug).__name__
        say(f"kiosk: stopped by a mistake of its own ({what}); --traceback shows where", aside=True)
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
    add_command(commands, "run", do.run, "Run the door until it is told to stop.", "kiosk run")

    enrol = add_command(
        commands,
        "enrol",
        do.enrol,
        "Make this device a door's, by a one-time code of the registry. It is asked for, or read from standard input.",
        "kiosk enrol --file /boot/firmware/ashyq-enrolment.txt",
    )
    # No argument is the code: sudo writes arguments into the journal, and everybody sees them in the list of processes.
    how = enrol.add_mutually_exclusive_group()
    how.add_argument("code", nargs="?", help=argparse.SUPPRESS)
    how.add_argument(
        "--file", type=Path, metavar="FILE", help="read the code from a file, and remove that when it is done"
    )
    how.add_argument("--camera", action="store_true", help="read it with the door's own camera and screen")
    enrol.add_argument("--yes", action="store_true", help="do not ask whether what the code says is right")
    enrol.add_argument("--anew", action="store_true", help="also where the device is enrolled already")
    enrol.add_argument(
        "--another-registry",
        action="store_true",
        help="also where the device belongs to another registry, with root's powers; what waits for that one stays",
    )

    demo = add_command(
        commands,
        "demo",
        do.demo,
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
        do.doctor,
        "Check all that the door needs; each fault has a remedy.",
        "kiosk doctor 9 10",
    )
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    doctor.add_argument(
        "--fix",
        action="store_true",
        help="repair what is safe to repair at any moment, each repair said before it is done; as root",
    )
    doctor.add_argument(
        "numbers", type=int, nargs="*", metavar="NUMBER", help="only the checks with these numbers"
    )

    bundle = add_command(
        commands,
        "bundle",
        do.bundle,
        "Put what helps support into one file: doctor's findings, the journal, how the door stands. No person.",
        "kiosk bundle --to door-a1.tar.gz",
    )
    bundle.add_argument(
        "--to", type=Path, metavar="FILE", help="where it goes; else a new file in this folder"
    )

    check = add_command(
        commands,
        "check-config",
        do.check_config,
        "Find every mistake in a configuration.",
        "kiosk check-config --show",
    )
    check.add_argument("--show", action="store_true", help="print every key with the value that is used")
    check.add_argument(
        "--default", action="store_true", help="read none, print one in which every key has its default"
    )

    add_command(
        commands,
        "gate-safe",
        do.gate_safe,
        "Switch the outputs of gate, lamp and buzzer off. Use it when the kiosk does not run: a strike then locks, a magnet opens. "
        "Exit code 0 also where there are no pins, or the configuration does not say which; 1 where a line is held by "
        "another program.",
        "kiosk gate-safe",
    )

    looking = add_command(
        commands,
        "eyes",
        do.eyes,
        "Look at the camera's pictures for a door, in a process that has nothing else. The service ashyq-kiosk-eyes is this; "
        "where there is none, `kiosk run` begins it.",
        "kiosk eyes",
    )
    looking.add_argument(
        "--doors",
        type=int,
        metavar="FD",
        help="the open file at which doors call; without it systemd gives one",
    )
    looking.add_argument(
        "--until",
        type=int,
        metavar="FD",
        help="an open file whose other end, when it is closed, ends this process",
    )

    reading = add_command(
        commands,
        "read",
        do.read,
        "Read pictures, folders and videos as the door would, or show what its camera sees.",
        "kiosk read --json photo.jpg recordings/",
    )
    reading.add_argument(
        "paths", type=Path, metavar="PATH", nargs="*", help="a picture, a video, or a folder of them"
    )
    reading.add_argument("--json", action="store_true", help="print one line of JSON for each file")
    reading.add_argument(
        "--live",
        action="store_true",
        help="watch the camera until Ctrl-C: its picture (in a terminal), rate, movement, why nothing is read",
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
        kinds, "list", do.queue_list, "List what waits and what was parked.", "kiosk queue list --parked"
    )
    listing.add_argument("--parked", action="store_true", help="only what the registry would not take")
    listing.add_argument("--limit", type=_positive, default=50, metavar="N", help="at most so many (50)")
    show = add_command(
        kinds,
        "show",
        do.queue_show,
        "Show one record as the registry will get it.",
        "kiosk queue show 0190...-0001",
    )
    show.add_argument(
        "name", metavar="NAME", help="an id that `kiosk queue list` prints, or a reference number"
    )
    again = add_command(
        kinds, "requeue", do.queue_requeue, "Send parked records again.", "kiosk queue requeue --all"
    )
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("uid", metavar="UID", nargs="?", help="the id of one record")
    which.add_argument("--all", action="store_true", help="every parked record")

    day = add_command(
        commands,
        "today",
        do.today,
        "Print the day's numbers and the hours in which the venue worked. Counts only, no person.",
        "kiosk today --json",
    )
    day.add_argument("--json", action="store_true", help="print them as JSON")

    update = add_command(
        commands,
        "update",
        do.update,
        "Install a signed release beside the running one, and let it take over when nobody is at the door; it goes by itself "
        "if it does not prove good.",
        "kiosk update /media/usb/ashyq-kiosk-1.4.0.release",
    )
    update.add_argument("source", metavar="SOURCE", nargs="?", help="a release file, or its address (https)")
    update.add_argument("--back", action="store_true", help="return to the release before this one")
    update.add_argument(
        "--now",
        action="store_true",
        help="do not wait for [update] hours, and at most a minute until nobody is at the door",
    )

    add_command(
        commands,
        "version",
        do.version,
        "Print the version of the kiosk and of what it stands on.",
        "kiosk version",
    )
    return top


def _wants_traceback(args: argparse.Namespace) -> bool:
    return getattr(args, "traceback", False) or os.environ.get(TRACEBACK, "") not in ("", "0")


def _positive(word: str) -> int:
    if not word.isascii() or not word.isdigit() or int(word) == 0:
        raise argparse.ArgumentTypeError(f'expected a number from 1, found "{word}"')
    return int(word)
