"""What our own prose names, and whether it is there: commands, options, files, tests, make targets, settings, modules.

`wrong(path, text)` reads one file (a page, a script, or a Python file with its messages, docstrings and comments) and returns
a line for everything that it names and nobody has. A command is walked through the real parser.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from kiosk.commands.cli import parser as kiosk_parser
from kiosk.settings import SECTIONS
from registry.__main__ import _parser as registry_parser

ROOT = Path(__file__).resolve().parents[2]
OURS = ("kiosk", "drivers", "simulator", "ui", "registry", "tests")
FOLDERS = (*OURS, "docs", "scripts", "config", "systemd", "requirements")
RULES = "docs/rules.md"
SUFFIXES = "py|md|toml|sh|bash|svg"

ELSEWHERE = {
    "ashyq-kiosk.toml": "on the boot partition of a card",
    "my.toml": "an example's",
    "trial.toml": "an example's",
    "settings.toml": "in a support bundle",
}
"""Files that prose names and the checkout need not have, and where they are."""

_SPAN = re.compile(r"``([^`\n]+)``|`([^`\n]+)`")
_FENCE = re.compile(r"(?ms)^[ \t]*```\w*\n(.*?)^[ \t]*```")
_PATH = re.compile(
    rf"(?<![\w./~:$<{{}}*%-])((?:[\w*-]+/)*[\w*-]+(?:\.[\w*-]+)*\.(?:{SUFFIXES})"
    rf"|(?:{'|'.join(FOLDERS)})(?:/[\w*-]+)+(?:\.[\w-]+)*)(?!\.?[\w/*$<{{-])"
)
_TEST = re.compile(r"([\w/]+\.py)::(\w+)")
_HEADING = re.compile(r"(?<![\w./])([\w/.-]*\.md)?#([a-z][a-z0-9-]+)(?=[)\s.,;:`]|$)")
_OUTSIDE = re.compile(r"(?<![\w./])(?:\.\./)+[\w./-]*")
_RULE = re.compile(r"\b[Rr]ules? (\d+)\b")
_SETTING = re.compile(r"\[([a-z_]+)\](?: ([a-z][a-z0-9_]*))?")
_SAID_SETTING = re.compile(r"\[([a-z_]+)\] ([a-z]+_[a-z0-9_]+)")
_MODULE = re.compile(rf"(?<![\w./@-])((?:{'|'.join(OURS)})(?:\.(?!toml|db)[A-Za-z_]\w*)+)(?![\w/])")
_SHELL = re.compile(r"""(?m)(?:^|\s)(#.*)$|"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'""")
_OPTION = re.compile(r"--[a-z][a-z-]+")
_SPOKEN = re.compile(r"(?<![\w-])kiosk ([a-z][a-z-]*)")
# "the kiosk reads" and "an older kiosk wrote" are prose; "what kiosk support packs" is a command.
_NOUN = re.compile(
    r"\b(?:the|a|an|this|that|each|every|no|one|any|another|of|our|its|own|Ashyq|for|\w+'s)(?:\s[\w-]+)?\s+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a file that a person reads."""

    line: int
    text: str
    said: bool = False
    """A message, which is read far from this checkout."""


def wrong(path: str, text: str) -> list[str]:
    """Return a line for everything that a file names and that is not there."""
    found = []
    for passage in passages(path, text):
        for at, piece in enumerate(passage.text.split("\n")):
            found += [f"{path}:{passage.line + at}: {said}" for said in _in_line(path, piece)]
        if passage.said:
            found += [f"{path}:{passage.line}: {said}" for said in _spoken(passage.text)]
        for at, code in spans(passage.text):
            found += [f"{path}:{passage.line + at}: {said}" for said in _in_code(code)]
    return found


def passages(path: str, text: str) -> Iterator[Passage]:
    """Yield what a person reads of a file: a page as a whole, of everything else texts and comments.

    A text of a test is made up, and may name what there is not.
    """
    if path.endswith(".md"):
        yield Passage(line=1, text=text)
        return
    if not path.endswith(".py"):
        for match in _SHELL.finditer(text):
            piece = next(filter(None, match.groups()), "")
            line = text.count("\n", 0, match.start(match.lastindex or 0)) + 1
            yield Passage(line=line, text=piece, said=not piece.startswith("#"))
        return
    tree = ast.parse(text)
    explained = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or " " not in node.value:
            continue
        if id(node) in explained or not path.startswith("tests/"):
            yield Passage(line=node.lineno, text=node.value, said=id(node) not in explained)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield Passage(line=token.start[0], text=token.string)


def spans(text: str) -> Iterator[tuple[int, str]]:
    """Yield what stands in backticks, and each line of a block of code, with the number of the line that it is in."""
    blocks = [(match.start(), match.end()) for match in _FENCE.finditer(text)]
    for start, end in blocks:
        first = text.count("\n", 0, start)
        yield from (
            (first + at, line.split("  #")[0].strip()) for at, line in enumerate(text[start:end].split("\n"))
        )
    for match in _SPAN.finditer(text):
        if not any(start <= match.start() < end for start, end in blocks):
            yield text.count("\n", 0, match.start()), match[1] or match[2]


def _in_line(path: str, line: str) -> Iterator[str]:
    for name in _PATH.findall(line):
        if name not in ELSEWHERE and not _there(name, path):
            yield f"no file {name}"
    for file, test in _TEST.findall(line):
        if not any(test in _names(whole) for whole in tracked() if whole.endswith(file)):
            yield f"no test {file}::{test}"
    for page, heading in _HEADING.findall(line):
        if (page or path.endswith(".md")) and not _heading_there(page or path, heading, path):
            yield f"no heading {page}#{heading}"
    for way in _OUTSIDE.findall(line):
        if not (ROOT / path).parent.joinpath(way).resolve().is_relative_to(ROOT):
            yield f"leads out of the checkout: {way}"
    for number in _RULE.findall(line):
        if f"## Rule {number}: " not in (ROOT / RULES).read_text(encoding="utf-8"):
            yield f"no rule {number} in {RULES}"
    for dotted in _MODULE.findall(line):
        if not _module_there(dotted):
            yield f"no module or name {dotted}"


def _in_code(code: str) -> Iterator[str]:
    for part in re.split(r"\s(?:&&|\|\|?|;)\s|;\s", code):
        words = part.removeprefix("$ ").split()
        while words and (words[0] in ("sudo", "exec", "nohup", "time") or re.match(r"[A-Z_]+=", words[0])):
            words = words[3:] if words[:2] == ["sudo", "-u"] else words[1:]
        if not words:
            continue
        if words[0].rpartition("/")[2] == "kiosk" and len(words) > 1:
            yield from _walk(kiosk_parser(), "kiosk", words[1:])
        elif words[0] == "make":
            yield from (
                f"no target: make {word}"
                for word in words[1:]
                if re.fullmatch(r"[a-z-]+", word) and word not in targets()
            )
        elif len(words) > 2 and re.fullmatch(r"(?:\S*/)?python3?", words[0]) and words[1] == "-m":
            if words[2] == "registry":
                yield from _walk(registry_parser(), "python -m registry", words[3:])
            elif words[2] == "kiosk":
                yield from _walk(kiosk_parser(), "python -m kiosk", words[3:])
            elif words[2].split(".")[0] in OURS and not _module_there(words[2]):
                yield f"no module {words[2]}"
        elif re.fullmatch(r"--[a-z][a-z-]+", words[0]) and words[0] not in options():
            yield f"no option {words[0]}"
    if setting := _SETTING.match(code):
        yield from _setting(*setting.groups())


def _setting(section: str, key: str | None) -> Iterator[str]:
    if section not in SECTIONS or (key and key not in SECTIONS[section]):
        yield f"no setting [{section}] {key or ''}".rstrip()


def _spoken(text: str) -> Iterator[str]:
    """Find commands and settings that a message names without backticks."""
    for section, key in _SAID_SETTING.findall(text):
        yield from _setting(section, key)
    for match in _SPOKEN.finditer(_SPAN.sub("", text)):
        before = _SPAN.sub("", text)[: match.start()]
        if match[1] not in _subcommands(kiosk_parser()) and not _NOUN.search(before):
            yield f"no command: kiosk {match[1]}"


def _walk(at: argparse.ArgumentParser, said: str, words: list[str]) -> Iterator[str]:
    """Go through a command line as argparse does, but for what a page leaves to its reader: FILE, NUMBER, `...`."""
    known = _options_of(at)
    for number, word in enumerate(words):
        if _OPTION.fullmatch(word.partition("=")[0]):
            if word.partition("=")[0] not in known:
                yield f"no option: {said} {word}"
        elif commands := _subcommands(at):
            if re.fullmatch(r"[a-z][a-z-]*", word) and word not in commands:
                yield f"no command: {said} {word}"
            elif word in commands:
                yield from _walk(commands[word], f"{said} {word}", words[number + 1 :])
            return


def _subcommands(at: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in at._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _options_of(at: argparse.ArgumentParser) -> set[str]:
    return {option for action in at._actions for option in action.option_strings}


@cache
def options() -> frozenset[str]:
    """Return every option of every program of ours."""
    found: set[str] = set()
    todo = [kiosk_parser(), registry_parser()]
    while todo:
        at = todo.pop()
        found |= _options_of(at)
        todo += _subcommands(at).values()
    for name in tracked():
        shell = name.endswith((".sh", ".bash"))
        if shell or (
            name.endswith(".py") and name.startswith(("tests/", "scripts/")) and "house/test_" not in name
        ):
            quoted = r"(?m)(?<=[\s|(])(--[a-z][a-z-]+)(?=[)|= ])" if shell else r"[\"'](--[a-z][a-z-]+)[\"']"
            found |= set(re.findall(quoted, (ROOT / name).read_text(encoding="utf-8")))
    return frozenset(found)


@cache
def targets() -> frozenset[str]:
    return frozenset(re.findall(r"(?m)^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8")))


@cache
def tracked() -> tuple[str, ...]:
    """Return every file of the checkout, and every folder that one lies in."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    folders = {str(parent) for name in files for parent in Path(name).parents}
    return (*files, *sorted(folders))


def _there(name: str, path: str) -> bool:
    """Whether a file or folder is called so, from the root, from where it is named, or by the last parts of its path."""
    if "*" not in name:
        return name in _ends() or str(Path(path).parent / name) in tracked()
    return any(fnmatch(whole, name) or fnmatch(whole, f"*/{name}") for whole in tracked())


@cache
def _ends() -> frozenset[str]:
    """Return every way to name a file or folder by the last parts of its path."""
    parts = [whole.split("/") for whole in tracked()]
    return frozenset("/".join(path[start:]) for path in parts for start in range(len(path)))


def _heading_there(page: str, heading: str, path: str) -> bool:
    near = Path(path).parent / page
    file = next((one for one in (ROOT / near, ROOT / page, ROOT / path) if one.is_file()), None)
    return file is not None and heading in _headings(file)


@cache
def _headings(file: Path) -> frozenset[str]:
    """Return the headings of a page as a link names them."""
    titles = re.findall(r"(?m)^#+ (.*)$", _FENCE.sub("", file.read_text(encoding="utf-8")))
    return frozenset(re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles)


def _module_there(dotted: str) -> bool:
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        file, folder = "/".join(parts[:length]) + ".py", "/".join(parts[:length])
        source = file if file in tracked() else f"{folder}/__init__.py"
        if source in tracked() or folder in tracked():
            return length == len(parts) or (source in tracked() and parts[length] in _names(source))
    return False


@cache
def _names(path: str) -> frozenset[str]:
    """Return what a Python file calls by a name at its top level, imports included."""
    if not path.endswith(".py"):
        return frozenset()
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.ImportFrom(names=aliases) | ast.Import(names=aliases):
                names |= {alias.asname or alias.name for alias in aliases}
    return frozenset(names)
