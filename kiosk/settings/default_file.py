"""A configuration file with every key at its default: `kiosk check-config --default` prints it, config/kiosk.toml is it."""

from __future__ import annotations

import json
import textwrap

from kiosk.settings import SECTIONS, Settings

_WIDTH = 110


def default_toml() -> str:
    """Return a configuration file with every key, its default, its unit and range, and one comment."""
    lines = [
        "# Ashyq Kiosk: everything that can be set, each with its default. A file may leave out what it does not change.",
        "# `kiosk check-config` finds every mistake in it; docs/configuration.md has the same as a page.",
    ]
    for section, keys in SECTIONS.items():
        lines += ["", f"# {about(section)}", f"[{section}]"]
        for entry in keys.values():
            measure = ", ".join(part for part in (entry.kind.unit, entry.kind.range) if part)
            lines += textwrap.wrap(
                f"{entry.comment} ({measure})",
                _WIDTH,
                initial_indent="# ",
                subsequent_indent="# ",
                break_on_hyphens=False,
            )
            lines.append(f"{entry.name} = {json.dumps(entry.toml, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def about(section: str) -> str:
    """Return what a section is for, as its class says it."""
    return str(getattr(Settings(), section).__doc__)
