"""What each command of the command line does. It calls and prints; what it knows is elsewhere.

Every command imports what it needs inside, so that `kiosk --help` costs no camera library.
"""

from __future__ import annotations

import argparse
import faulthandler
import logging
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.commands.parser import BROKEN, FINE, LOOK, Progress
from kiosk.commands.terminal import draw, say
from kiosk.core.printable import printable
from kiosk.errors import KioskError

if TYPE_CHECKING:
    from kiosk.doctor.finding import Fix
    from kiosk.machine.powers import Powers
    from kiosk.ports import Camera
    from kiosk.reader.pipeline import Reader
    from kiosk.settings import Settings


def run(args: argparse.Namespace) -> int:
    settings = _settings(args)
    from kiosk import journal  # after the configuration: its mistakes are told in a blink
    from kiosk.root import process as service

    journal.start(settings.log.level, sys.stderr)
    # A core file would put the number of whoever stands at the door onto the card.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # When a library crashes or the watchdog bites: where each thread stands, by file and line, never with what in hand.
    faulthandler.enable()
    try:
        return service.run(settings)
    except KioskError:
        raise
    except Exception:
        # A mistake of the program: the journal always has where, a technician at a terminal only when asked.
        if not sys.stderr.isatty():
            logging.getLogger("kiosk").critical("the door stopped", exc_info=True)
        raise


def enrol(args: argparse.Namespace) -> int:
    from kiosk import journal
    from kiosk.commands import enrol as enrol_command

    if args.code is not None:
        enrol_command.refuse_as_argument()
    if args.another_registry:
        enrol_command.must_be_root(os.geteuid())
    _powers_laid_down()  # what is made is the door's own
    journal.start("warning", sys.stderr)
    settings = _settings(args)
    whose = {"anew": args.anew, "another_registry": args.another_registry}
    well = (
        enrol_command.by_camera(settings, **whose)
        if args.camera
        else enrol_command.by_text(settings, file=args.file, yes=args.yes, **whose)
    )
    return FINE if well else LOOK


def demo(args: argparse.Namespace) -> int:
    from kiosk import demo, journal

    journal.start("warning", sys.stderr)
    return demo.main(tour=args.tour, fast=args.fast, screenshots=args.screenshots)


def doctor(args: argparse.Namespace) -> int:
    from kiosk.doctor import run
    from kiosk.doctor import table as doctor
    from kiosk.doctor.finding import CheckState

    if args.fix:
        run.must_be_root(os.geteuid())
    _only_findings()
    results = []
    progress = Progress(sys.stderr)
    powers = _powers_laid_down()
    checks = doctor.checks(getattr(args, "config", None), powers)

    def mend(check: run.Check, fix: Fix) -> None:
        progress.clear()
        say(f"{check.number:2} repair    {check.name}: {fix.says}", aside=True)

    for result in run.examine(
        checks,
        only=frozenset(args.numbers),
        begin=lambda check: progress.show(f"{check.number:2} {check.name} ..."),
        mend=mend if args.fix else None,
        powers=powers.taken_up,
    ):
        progress.clear()
        results.append(result)
        if not args.json:
            say(run.as_line(result))
    say(run.as_json(results) if args.json else run.summary(results))
    return {CheckState.OK: FINE, CheckState.WARNING: LOOK, CheckState.BROKEN: BROKEN}[run.worst(results)]


def bundle(args: argparse.Namespace) -> int:
    from kiosk.clock import SystemClock
    from kiosk.support import bundle

    _only_findings()
    now = SystemClock().wall()
    file = bundle.place_for(args.to, now)
    progress = Progress(sys.stderr)
    members = []
    powers = _powers_laid_down()
    for member in bundle.collect(getattr(args, "config", None), now, powers=powers):
        progress.clear()
        members.append(member)
        progress.show(f"{member.name} ...")
    progress.clear()
    with powers.taken_up():
        size = bundle.write(members, file, now)
    say(bundle.what_is_in(members, file, size))
    return FINE if all(member.whole for member in members) else LOOK


def check_config(args: argparse.Namespace) -> int:
    from kiosk import settings as files
    from kiosk.settings.checks import notes, remarks
    from kiosk.settings.default_file import default_toml

    if args.default:
        say(default_toml().removesuffix("\n"))
        return FINE
    chosen = files.choose(getattr(args, "config", None))
    settings = files.load(chosen)
    if args.show:
        say(files.shown(settings))
    for note in (*notes(settings), *remarks(settings)):
        say(f"{chosen}: {note}", aside=True)
    say(f"{chosen}: {sum(map(len, files.SECTIONS.values()))} keys, no mistakes")
    return FINE


def queue_list(args: argparse.Namespace) -> int:
    from kiosk.commands import queue as queue_commands

    settings = _settings(args)
    text, parked = queue_commands.listing(
        settings.store.path, settings.door.timezone, parked_only=args.parked, limit=args.limit
    )
    say(text)
    return LOOK if parked else FINE


def queue_show(args: argparse.Namespace) -> int:
    from kiosk.commands import queue as queue_commands

    settings = _settings(args)
    say(queue_commands.show(settings.store.path, settings.door.timezone, args.name))
    return FINE


def queue_requeue(args: argparse.Namespace) -> int:
    from kiosk.clock import SystemClock
    from kiosk.commands import queue as queue_commands

    count = queue_commands.requeue(_settings(args).store.path, None if args.all else args.uid, SystemClock())
    say(f"{count} {'waits' if count == 1 else 'wait'} again")
    return FINE


def today(args: argparse.Namespace) -> int:
    from kiosk.clock import SystemClock
    from kiosk.commands.today import today

    settings = _settings(args)
    day = today(settings.store.path, SystemClock().wall(), settings.door.timezone)
    say(day.as_json() if args.json else day.as_text())
    return FINE


def gate_safe(args: argparse.Namespace) -> int:
    from kiosk.commands import gate_safe as gate_safe_command

    return gate_safe_command.main(
        getattr(args, "config", None), lambda text: say(f"gate-safe: {text}", aside=True)
    )


def eyes(args: argparse.Namespace) -> int:
    from kiosk.root.eyes import serve

    return serve(args.doors, args.until)


def read(args: argparse.Namespace) -> int:
    if bool(args.paths) == args.live:
        raise KioskError(
            "expected pictures, folders or videos to read, or --live for the camera: one of the two"
        )
    settings = _settings(args)
    # Before the first picture is opened: one of a few kilobytes may unfold to gigabytes, and FFmpeg prints on its own.
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "100000000")
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    from kiosk.commands.read_files import outcomes
    from kiosk.root.camera_drivers import CAMERAS
    from kiosk.root.eyes import code_reader

    if args.live:
        return _live(
            CAMERAS[settings.camera.driver](settings), code_reader(settings.reader.formats), settings
        )
    worst = FINE
    for outcome in outcomes(args.paths, lambda: code_reader(settings.reader.formats), settings.camera.size):
        say(outcome.as_json() if args.json else outcome.as_line())
        worst = max(worst, BROKEN if outcome.fault else FINE if outcome.readings else LOOK)
    return worst


def _live(open_camera: Callable[[], Camera] | None, reader: Reader, settings: Settings) -> int:
    from kiosk.clock import SystemClock
    from kiosk.commands.read_live import watched
    from kiosk.commands.read_sketch import over, sketch
    from kiosk.doctor.running import running

    if open_camera is None:
        raise KioskError('expected a camera, found [camera] driver = "none": set another one')
    if running(settings.store.path):
        raise KioskError(
            "expected the kiosk to stand still, found it using the camera: sudo systemctl stop ashyq-kiosk, then look"
        )
    camera = open_camera()
    try:
        say("Ctrl-C ends this.")
        drawn: list[str] = []
        for line, frame in watched(camera, reader, SystemClock().mono):
            picture = sketch(frame) if sys.stdout.isatty() else []
            draw(over(len(drawn), printable(line), picture))
            drawn = picture
    except KeyboardInterrupt:
        pass
    finally:
        camera.close()
    return FINE


def update(args: argparse.Namespace) -> int:
    from datetime import datetime

    from kiosk.update import update as updates
    from kiosk.update.site import UpdateSite

    if (args.source is None) == (not args.back):
        raise KioskError(
            "expected a release file or its address, or --back for the release before: one of the two"
        )
    settings = _settings(args)
    zone = settings.door.timezone
    site = UpdateSite(
        runtime=settings.store.runtime,
        hours=settings.update.hours,
        at_once=args.now,
        local=lambda: datetime.now(zone),
        say=say,
    )
    say(updates.back(site) if args.back else updates.take(args.source, site))
    return FINE


def version(_args: argparse.Namespace) -> int:
    from kiosk.machine import versions

    say("\n".join(versions.lines()))
    return FINE


def _only_findings() -> None:
    """What drivers and the registry's client log is told by the findings; a line between them would only confuse."""
    logging.getLogger().addHandler(logging.NullHandler())


def _powers_laid_down() -> Powers:
    """Root looks as the door's user does, where this is the installed program: a checkout may lie where that user cannot read."""
    from kiosk.doctor.owners import USER, owner_named
    from kiosk.machine.powers import Powers
    from kiosk.update.site import INSTALLED

    owner = owner_named() if Path(__file__).is_relative_to(INSTALLED) else None
    if owner is None:
        return Powers()
    return Powers.laid_down(owner.uid, owner.gid, tuple(os.getgrouplist(USER, owner.gid)))


def _settings(args: argparse.Namespace) -> Settings:
    from kiosk import settings

    return settings.load(getattr(args, "config", None))
