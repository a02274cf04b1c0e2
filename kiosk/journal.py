"""The journal: one line a visit, a repeated failure counted instead of repeated, and no identifier in it.

Written to standard error, where systemd takes it up with its own time stamps. Nothing here may raise into the code that
logs, and nothing here is a place to put an identifier on purpose: the mask is the last defence, not the first.
"""

from __future__ import annotations

import copy
import logging
import re
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TextIO

from kiosk.core.printable import printable_lines
from kiosk.errors import KioskError

REPEAT_S = 30.0
"""How often the same failure is told, in seconds."""
_KINDS = 256
"""How many different failures are counted at once; beyond that the oldest is forgotten."""
_LONGEST_CHAIN = 8
"""So many exceptions that led to each other are told; a chain may also bite its own tail."""
_WORD = re.compile(r"[a-z]+(-[a-z]+)*")
_UUID_OR_DIGITS = re.compile(
    r"(?P<uuid>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)|\d(?:[ \-]?\d){11,}",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """Return the text with every run of 12 or more digits replaced, also where single spaces or hyphens group them.

    A visit id stays as it is, though it may be all digits: it is random, and it is how a visit is found again.

    >>> masked("850101 300 123 at 01900000-0000-7000-8000-000000000000")
    '•••••••••••• at 01900000-0000-7000-8000-000000000000'
    """
    return _UUID_OR_DIGITS.sub(lambda match: match["uuid"] or "•" * 12, text)


class RepeatFilter(logging.Filter):
    """Lets a warning or error through once every `every_s` seconds, and notes how many it held back.

    Two records are the same when their logger, level and message template are, and the words among their arguments: a
    word of ours (`keypad-guessing`, `gate`, `timeout`) names another failure, numbers, ids and sentences do not. INFO
    passes always: it is the line of a visit.
    """

    def __init__(self, *, every_s: float = REPEAT_S, mono: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._every_s = every_s
        self._mono = mono
        self._seen: dict[tuple[str, int, str, tuple[str, ...]], _Told] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        if record.levelno < logging.WARNING:
            return True
        now = self._mono()
        kind = (record.name, record.levelno, str(record.msg), _words_in(record.args))
        earlier = self._seen.pop(kind, None)
        if earlier is not None and now - earlier.at < self._every_s:
            earlier.held += 1
            self._seen[kind] = earlier
            return False
        if len(self._seen) >= _KINDS:
            del self._seen[next(iter(self._seen))]
        self._seen[kind] = _Told(at=now)
        if earlier is not None and earlier.held:
            # Beside the message, which other handlers share: MaskedFormatter writes it.
            record.held_back = f" (and {earlier.held} more like it in {now - earlier.at:.0f} s)"
        return True


def _words_in(args: object) -> tuple[str, ...]:
    given = args if isinstance(args, tuple) else ()
    return tuple(str(word) for word in given if isinstance(word, str) and _WORD.fullmatch(word))


@dataclass(slots=True)
class _Told:
    at: float
    held: int = 0


class MaskedFormatter(logging.Formatter):
    """Formats a record and masks what looks like an identifier; of a crash it tells where and of what kind, not the words."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a message that does not fit its arguments is said to be so instead of raising."""
        record = copy.copy(record)
        record.exc_text = None  # as another handler may have written it, with the words
        try:
            line = super().format(record)
        except (TypeError, ValueError, KeyError):
            line = f"{record.levelname} {record.name}: a log line that could not be formatted"
        first, *rest = line.split("\n")
        # Each line that is written is taken for one of the journal's: what comes behind an end of line shows that it goes on.
        return masked(printable_lines("\n".join([first + getattr(record, "held_back", ""), *rest])))

    def formatException(  # noqa: N802 - logging's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Return the places of an exception and of what led to it, oldest first."""
        chain: list[str] = []
        error = ei[1]
        while error is not None and len(chain) < _LONGEST_CHAIN:
            chain.insert(0, "".join(traceback.format_tb(error.__traceback__)) + _kind(error))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nand then:\n".join(chain)


def _kind(error: BaseException) -> str:
    """What is known to be harmless of an exception: a library's words may repeat what it was given, a passport too."""
    name = type(error).__qualname__
    if isinstance(error, KioskError):
        return f"{name}: {error}"
    return f"{name}: {error.strerror}" if isinstance(error, OSError) and error.strerror else name


def start(level: str, stream: TextIO, *, mono: Callable[[], float] = time.monotonic) -> logging.Handler:
    """Send the journal of this process to `stream`; returns the handler, for who wants to take it off again.

    `level` is one of debug, info, warning, error. A handler that `start` put there before is replaced.
    """
    handler = _JournalHandler(stream)
    handler.setFormatter(MaskedFormatter("%(levelname)s %(name)s: %(message)s"))
    handler.addFilter(RepeatFilter(mono=mono))
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each, _JournalHandler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    # urllib3 writes one line a connection at DEBUG, with the path: not ours to tell.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    return handler


class _JournalHandler(logging.StreamHandler[TextIO]):
    """Ours, to be told from others; a broken pipe of the journal is nothing to stop a door for."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say nothing: there is nowhere left to say it."""
