"""`python -m registry`: serve, enrol devices, make demo data, print a pass as a QR code, write the OpenAPI document."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from sqlalchemy.exc import DatabaseError

from kiosk.core.model import Identifier, IdentifierKind
from registry import trust_commands
from registry.app import create_app
from registry.demo_people import DEMO_DOOR, DEMO_PEOPLE, populate
from registry.embedded import utc_now
from registry.passes import Life
from registry.problems import ProblemError
from registry.reference import ReferenceRegistry
from registry.server import bound, configuration
from registry.terminal import PlainFormatter, complain, say

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except ProblemError as problem:
        complain(problem.detail)
        return 1
    except DatabaseError as error:
        fault = str(error.orig) if isinstance(error.orig, Exception) else type(error).__name__
        complain(f"{arguments.db}: expected a registry's database, found: {fault}")
        return 1
    except (LookupError, ValueError, OSError) as error:
        complain(str(error))
        return 1
    return 0


def openapi_document() -> str:
    """Return `docs/openapi.json` as it should be."""
    with tempfile.TemporaryDirectory() as folder:
        registry = ReferenceRegistry(Path(folder, "registry.db"), clock=utc_now)
        document = create_app(registry).openapi()
        registry.close()
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m registry", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, says: str, example: str) -> argparse.ArgumentParser:
        epilog = f"example: python -m registry {example}"
        made = commands.add_parser(name, help=says, description=says, epilog=epilog)
        made.set_defaults(run=run)
        return made

    serve = command(
        "serve", _serve, "Answer kiosks; a database that is not there is made.", "serve --port 8443"
    )
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8443)
    demo = command(
        "demo-data", _demo_data, "Make the demo's door, policy and made-up people.", "demo-data --db demo.db"
    )
    shown = command("pass", _pass, "Print a pass as a QR code in the terminal.", "pass --demo green --carry")
    revoked = command(
        "revoke-pass",
        _revoke_pass,
        "Revoke the passes that somebody has now, whatever their colour.",
        "revoke-pass --demo green",
    )
    for each in (shown, revoked):
        who = each.add_mutually_exclusive_group(required=True)
        who.add_argument("--iin", help="twelve digits, or - to read them from standard input")
        who.add_argument(
            "--demo", choices=[person.name for person in DEMO_PEOPLE], help="one of the demo's people"
        )
    life = shown.add_mutually_exclusive_group()
    life.add_argument("--live", dest="life", action="store_const", const=Life.LIVE, default=Life.LIVE)
    life.add_argument("--carry", dest="life", action="store_const", const=Life.CARRY)
    for each in (serve, demo, shown, revoked):
        each.add_argument("--db", type=Path, default=Path("registry.db"), metavar="FILE")
    trust_commands.add_to(commands, _open)
    command("openapi", _openapi, "Print the OpenAPI document.", "openapi > docs/openapi.json")
    return parser


def _open(arguments: argparse.Namespace) -> ReferenceRegistry:
    """Open the database that is named. Only `serve` and `demo-data` make one: a slip in its name is told, and no empty one made."""
    if not arguments.db.exists():
        raise LookupError(
            f"expected a registry's database at {arguments.db}, found no file: correct --db, "
            f"or make one: python -m registry demo-data --db {arguments.db}"
        )
    return _open_or_make(arguments)


def _open_or_make(arguments: argparse.Namespace) -> ReferenceRegistry:
    return ReferenceRegistry(arguments.db, clock=utc_now)


def _serve(arguments: argparse.Namespace) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    registry = _open_or_make(arguments)
    try:
        registry.sequences.begin_anew()
        listener = bound(arguments.host, arguments.port)
        log.info("the registry answers at http://%s:%d", *listener.getsockname())
        if not registry.guard.signed:
            log.warning("nobody who calls is asked for a signature: keep this on loopback")
        uvicorn.Server(configuration(create_app(registry))).run([listener])
    finally:
        registry.close()


def _demo_data(arguments: argparse.Namespace) -> None:
    registry = _open_or_make(arguments)
    populate(registry)
    registry.close()
    say(f"door {DEMO_DOOR}; all of them made up:")
    for person in DEMO_PEOPLE:
        who = person.identifier
        say(f"  {person.name:13} {who.kind.value:8} {who.value} {who.country}")


def _pass(arguments: argparse.Namespace) -> None:
    import segno

    registry = _open(arguments)
    try:
        text = registry.issue_pass(registry.find(_named(arguments)), arguments.life)
    finally:
        registry.close()
    segno.make(text, error="m", micro=False).terminal(compact=True)
    say(text)


def _revoke_pass(arguments: argparse.Namespace) -> None:
    registry = _open(arguments)
    try:
        registry.revoke_pass(registry.find(_named(arguments)))
    finally:
        registry.close()
    say("revoked; doors hear of it with their next list")


def _named(arguments: argparse.Namespace) -> Identifier:
    if arguments.demo:
        return next(person.identifier for person in DEMO_PEOPLE if person.name == arguments.demo)
    number = sys.stdin.readline().strip() if arguments.iin == "-" else arguments.iin
    return Identifier(kind=IdentifierKind.IIN, value=number)


def _openapi(_: argparse.Namespace) -> None:
    say(*openapi_document().splitlines())


if __name__ == "__main__":
    sys.exit(main())
