"""A configuration file as text -> values by section and key, and every mistake in it with its line.

tomllib is the one judge of what a value is. It stops at the first error and tells no lines of keys, so the lines are
walked here as well: to say where a key stands, and, when tomllib refuses the file, what is wrong with each line. It
never decides what a setting means.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiosk.errors import SettingsError
from kiosk.settings.schema import Entry, Unfit, did_you_mean

_LIMIT = 256 * 1024
_HEADER = re.compile(r"\[\s*([A-Za-z0-9_.\-\"]+)\s*\]\s*(?:#.*)?")
_ASSIGNMENT = re.compile(r"([A-Za-z0-9_\-.\"' ]+?)\s*=\s*(.*)")

SettingName = tuple[str, str]
"""A section and a key in it; the key is empty for the section itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing that is wrong, as a sentence. `line` is 0 where it has none, as for a key that is missing."""

    line: int
    text: str


@dataclass(slots=True, kw_only=True)
class FileValues:
    """What a file says: good values only, and the mistakes."""

    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    lines: dict[SettingName, int] = field(default_factory=dict)
    bad: set[SettingName] = field(default_factory=set)
    """Which keys have a mistake of their own: nothing more is said about them."""


def read_file(file: Path) -> str:
    """Return the text of a configuration file. Raises SettingsError with a sentence when there is none."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(_LIMIT + 1)
    except FileNotFoundError:
        raise SettingsError(
            f"{file}: there is no such file; `kiosk check-config --default` prints one"
        ) from None
    except OSError as wrong:
        raise SettingsError(f"{file}: cannot be read: {wrong.strerror}") from None
    if len(raw) > _LIMIT:
        raise SettingsError(
            f"{file}: larger than {_LIMIT // 1024} KiB, which no configuration is: is it the right file?"
        )
    try:
        # utf-8-sig: Notepad begins a file with a mark that TOML does not know.
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw.count(b"\n", 0, wrong.start) + 1
        raise SettingsError(f"{file}:{line}: not UTF-8: save the file with the encoding UTF-8") from None


def read_values(text: str, sections: Mapping[str, Mapping[str, Entry]]) -> FileValues:
    """Read the text against the table. Never raises: what is wrong is in `mistakes`, in the order of the lines."""
    file_values = FileValues()
    tree = _walk(text, file_values)
    try:
        tree = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as wrong:
        if not file_values.mistakes:
            file_values.mistakes.append(_unexplained(wrong))
    else:
        # The walk takes a string over several lines for lines of their own; the judge has found nothing amiss.
        file_values.mistakes.clear()
        file_values.bad.clear()
    for name, content in tree.items():
        _read_section(name, content, sections, file_values)
    return file_values


def _walk(text: str, file_values: FileValues) -> dict[str, Any]:
    """Take the text line by line: note where each key stands, what is wrong, and what the good lines hold."""
    tree: dict[str, Any] = {}
    section: str | None = ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            section = _walk_header(line, number, tree, file_values)
        elif section is not None:
            _walk_assignment(section, line, number, tree, file_values)
    return tree


def _walk_header(line: str, number: int, tree: dict[str, Any], file_values: FileValues) -> str | None:
    """Return the section that begins here; None where it cannot be told, and the lines under it are passed over."""
    header = _HEADER.fullmatch(line)
    if not header:
        file_values.mistakes.append(
            Mistake(line=number, text=f'expected a section such as [gate], found "{_short(line)}"')
        )
        return None
    section = header[1].replace('"', "")
    if (section, "") in file_values.lines:
        first = file_values.lines[section, ""]
        file_values.mistakes.append(
            Mistake(
                line=number, text=f"section [{section}] is given twice, first on line {first}: make it one"
            )
        )
        return section
    tree[section] = {}  # even where a key before any section has this name: that is said of its line
    file_values.lines[section, ""] = number
    return section


def _walk_assignment(
    section: str, line: str, number: int, tree: dict[str, Any], file_values: FileValues
) -> None:
    def wrong(text: str) -> None:
        file_values.mistakes.append(Mistake(line=number, text=text))

    assignment = _ASSIGNMENT.fullmatch(line)
    if not assignment:
        wrong(f'expected `key = value`, found "{_short(line)}"{_why_no_assignment(line)}')
        return
    name, value = re.sub(r"[\"' ]", "", assignment[1]), assignment[2]
    if not section and "." in name:
        section, name = name.split(".", 1)
        file_values.lines.setdefault((section, ""), number)
    where = (section, name)
    if where in file_values.lines:
        wrong(f"{_full(where)} is given twice, first on line {file_values.lines[where]}: keep one")
        return
    file_values.lines[where] = number
    try:
        read = tomllib.loads(f"value = {value}\n")["value"]
    except tomllib.TOMLDecodeError:
        file_values.bad.add(where)
        wrong(f"{_full(where)}: this is no value: {_short(value) or 'nothing'}{_why_no_value(value)}")
        return
    holder = tree.setdefault(section, {}) if section else tree
    if isinstance(holder, dict):
        holder[name] = read


def _read_section(
    name: str, content: object, sections: Mapping[str, Mapping[str, Entry]], file_values: FileValues
) -> None:
    line = file_values.lines.get((name, ""), file_values.lines.get(("", name), 0))
    if name not in sections:
        remark = did_you_mean(name, sections)
        if isinstance(content, dict):
            text = f"unknown section [{name}]"
        else:
            text = f'key "{name}" stands before any section'
            remark = _at_home(name, sections) or remark
        known = "the sections are " + ", ".join(sections)
        file_values.mistakes.append(Mistake(line=line, text=f"{text}; {remark or known}"))
        return
    if not isinstance(content, dict):
        file_values.mistakes.append(
            Mistake(line=line, text=f"{name} is a section: write [{name}] on a line of its own")
        )
        return
    values = file_values.values.setdefault(name, {})
    for key, value in content.items():
        where = (name, key)
        line = file_values.lines.get(where, 0)
        entry = sections[name].get(key)
        if entry is None:
            # Its own section first: a typing slip is likelier than a key that strayed.
            remark = (
                did_you_mean(key, sections[name])
                or _at_home(key, sections)
                or "docs/configuration.md has them all"
            )
            file_values.mistakes.append(Mistake(line=line, text=f'unknown key "{key}" in [{name}]; {remark}'))
            continue
        try:
            values[key] = entry.kind.read(value)
        except Unfit as unfit:
            file_values.bad.add(where)
            remark = f"; {unfit}" if str(unfit) else ""
            text = f"{_full(where)}: expected {entry.kind.expected}, found {_short(_toml(value))}{remark}"
            file_values.mistakes.append(Mistake(line=line, text=text))


def _at_home(key: str, sections: Mapping[str, Mapping[str, Entry]]) -> str:
    homes = [f"[{name}]" for name, known in sections.items() if key in known]
    return f"it belongs in {' or '.join(homes)}" if homes else ""


def _full(where: SettingName) -> str:
    section, key = where
    return f"[{section}] {key}" if section else key


def _why_no_assignment(line: str) -> str:
    name = re.split(r"[=:\s]", line)[0]
    if any(letter.isalpha() and not letter.isascii() for letter in name):
        return ": there is a letter in the key that is not Latin"
    return ": write = instead of :" if re.match(r"[\w-]+\s*:", line) else ""


def _why_no_value(value: str) -> str:
    bare = value.split("#", maxsplit=1)[0].strip()
    if re.fullmatch(r"-?\d+,\d+", bare):
        return f"; write {bare.replace(',', '.')} with a point"
    if bare.lower() in ("true", "false", "yes", "no", "on", "off"):
        return f"; write {'true' if bare.lower() in ('true', 'yes', 'on') else 'false'}"
    if bare[:1] in "“”«„":
        return '; use the straight quotes "'
    if bare[:1] in ('"', "'"):
        return "; a closing quote is missing, or something follows it"
    return "; words stand in quotes" if re.match(r"[^\W\d]|/", bare) else ""


def _unexplained(wrong: tomllib.TOMLDecodeError) -> Mistake:
    """What tomllib says, where the walk by lines saw nothing amiss."""
    at = re.search(r"\(at line (\d+)", str(wrong))
    reason = re.sub(r"\s*\(at .*\)", "", str(wrong))
    return Mistake(line=int(at[1]) if at else 0, text=f"not TOML: {reason}")


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _short(value: str, limit: int = 40) -> str:
    # Digits are masked from twelve on: somebody may paste an IIN into the wrong window.
    masked = re.sub(r"\d{12,}", "•" * 12, value)
    return masked if len(masked) <= limit else masked[: limit - 1] + "…"
