"""What the technician set: `load` reads a file into frozen dataclasses, or tells every mistake in it at once.

What can be set stands in `settings/sections.py` and `settings/outputs.py`. This module reads one file and touches nothing else of the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import cast

from kiosk.errors import SettingsError
from kiosk.settings.checks import clashes
from kiosk.settings.inputs import AlarmSettings, PassageSettings, ScannerSettings
from kiosk.settings.outputs import GateSettings, LampSettings, SoundSettings
from kiosk.settings.reader import Mistake, read_file, read_values
from kiosk.settings.schema import Entry, entries
from kiosk.settings.sections import (
    CameraSettings,
    DoorSettings,
    EnrolmentSettings,
    KeypadSettings,
    LogSettings,
    ReaderSettings,
    RegistrySettings,
    ScreenSettings,
    StoreSettings,
    SyncSettings,
    TimesSettings,
    UpdateSettings,
)

INSTALLED = Path("/etc/ashyq-kiosk/kiosk.toml")
"""Where `load(None)` looks first."""
CHECKOUT = Path(__file__).resolve().parent.parent.parent / "config" / "kiosk.toml"
"""Where it looks then: the file with every default, of the tree this code stands in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. Without arguments: every default."""

    door: DoorSettings = field(default_factory=DoorSettings)
    registry: RegistrySettings = field(default_factory=RegistrySettings)
    enrolment: EnrolmentSettings = field(default_factory=EnrolmentSettings)
    camera: CameraSettings = field(default_factory=CameraSettings)
    reader: ReaderSettings = field(default_factory=ReaderSettings)
    scanner: ScannerSettings = field(default_factory=ScannerSettings)
    keypad: KeypadSettings = field(default_factory=KeypadSettings)
    gate: GateSettings = field(default_factory=GateSettings)
    passage: PassageSettings = field(default_factory=PassageSettings)
    alarm: AlarmSettings = field(default_factory=AlarmSettings)
    lamp: LampSettings = field(default_factory=LampSettings)
    sound: SoundSettings = field(default_factory=SoundSettings)
    screen: ScreenSettings = field(default_factory=ScreenSettings)
    times: TimesSettings = field(default_factory=TimesSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    sync: SyncSettings = field(default_factory=SyncSettings)
    update: UpdateSettings = field(default_factory=UpdateSettings)
    log: LogSettings = field(default_factory=LogSettings)


_CLASSES: dict[str, type] = {each.name: cast("type", each.default_factory) for each in fields(Settings)}
SECTIONS: dict[str, dict[str, Entry]] = {name: entries(section) for name, section in _CLASSES.items()}
"""The whole table: section -> key -> entry."""


def load(file: Path | None = None, *, places: Sequence[Path] = (INSTALLED, CHECKOUT)) -> Settings:
    """Read a file, or the first of `places` that is there.

    Raises SettingsError with every mistake in it, one a line: file, line, what was expected, what was found.
    """
    chosen = choose(file, places=places)
    return parse(read_file(chosen), name=str(chosen))


def choose(file: Path | None, *, places: Sequence[Path] = (INSTALLED, CHECKOUT)) -> Path:
    """Return the file that `load` would read. Raises SettingsError when there is none in any place."""
    if file is not None:
        return file
    for place in places:
        if place.exists():
            return place
    looked = " or ".join(str(place) for place in places)
    raise SettingsError(f"expected a configuration at {looked}, found none: say where with --config FILE")


def parse(text: str, *, name: str = "kiosk.toml") -> Settings:
    """Read the text of a file. Raises SettingsError like `load`; `name` is how the mistakes call it."""
    salvaged = _salvaged(text, name)
    if salvaged.mistakes:
        raise SettingsError(salvaged.mistakes)
    return salvaged.settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """What a file says in spite of its mistakes."""

    settings: Settings
    """A key with a mistake has its default here."""
    bad: frozenset[tuple[str, str]]
    """Those keys, as (section, key)."""
    mistakes: str
    """One a line; empty where there are none."""


def salvage(file: Path | None = None, *, places: Sequence[Path] = (INSTALLED, CHECKOUT)) -> Salvaged:
    """Read what can be read, for who has to act on a broken configuration too. Raises SettingsError where there is none."""
    chosen = choose(file, places=places)
    return _salvaged(read_file(chosen), str(chosen))


def _salvaged(text: str, name: str) -> Salvaged:
    file_values = read_values(text, SECTIONS)
    settings = Settings(
        **{section: make(**file_values.values.get(section, {})) for section, make in _CLASSES.items()}
    )
    for clash in clashes(settings):
        if file_values.bad.isdisjoint(clash.keys):
            section, key_name = clash.keys[0]
            line = max(file_values.lines.get(where, 0) for where in clash.keys)
            file_values.mistakes.append(Mistake(line=line, text=f"[{section}] {key_name}: {clash.text}"))
    mistakes = sorted(file_values.mistakes, key=lambda mistake: mistake.line)
    report = "\n".join(f"{name}:{each.line or 1}: {each.text}" for each in mistakes)
    return Salvaged(settings=settings, bad=frozenset(file_values.bad), mistakes=report)


def shown(settings: Settings) -> str:
    """Return every key with the value that is used, as TOML that could be read again."""
    lines = []
    for section, keys in SECTIONS.items():
        lines.append(f"[{section}]")
        for name, entry in keys.items():
            value = getattr(getattr(settings, section), name)
            lines.append(f"{name} = {entry.kind.write(value)}")
        lines.append("")
    return "\n".join(lines)
