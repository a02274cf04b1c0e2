"""Draws docs/state-diagram.md from the door's table, so that the picture is never another machine than the program.

It draws what TABLE and Rule.to say and nothing else; the tests of the table hold these to what the door does.
"""

from __future__ import annotations

import re
from collections import defaultdict

from kiosk.core.door.state import State
from kiosk.core.door.table import EVENTS, TABLE, rule_for

PAGE = "docs/state-diagram.md"

_HEAD = """\
<!-- Made by `make docs` from kiosk/core/door/table.py; change the table instead. -->
# What the door does, as a picture

One visitor at a time. A box is what the door is doing, an arrow says what happened. An event that has no arrow leaves the
door where it is; what it may change all the same is in the list below the picture.

"""


def diagram() -> str:
    """Return the Mermaid text: one arrow for each way from a state to another, with all that leads there."""
    lines = ["stateDiagram-v2", "    direction TB", f"    [*] --> {State.IDLE.name}"]
    for state in State:
        arrows: dict[State, list[str]] = defaultdict(list)
        for event in sorted(TABLE[state], key=lambda kind: kind.__name__):
            rule = rule_for(state, event)
            for to in rule.to if rule else ():
                arrows[to].append(_words(event))
        lines += [
            f"    {state.name} --> {to.name}: {', '.join(arrows[to])}"
            for to in State
            if to in arrows and to is not state
        ]
    return "\n".join(lines) + "\n"


def page() -> str:
    """Return the whole page."""
    rows = []
    for state in State:
        stays = sorted(_words(event) for event, rule in TABLE[state].items() if not set(rule.to) - {state})
        rows.append(f"| `{state}` | {', '.join(stays) or '-'} |")
    heard = {event for row in TABLE.values() for event in row}
    facts = ", ".join(sorted(_words(event) for event in EVENTS if event not in heard))
    return (
        f"{_HEAD}```mermaid\n{diagram()}```\n\n"
        "| while the door is | these are heard, and it stays |\n| --- | --- |\n" + "\n".join(rows) + "\n\n"
        f"These change facts and no visit, in every state: {facts}. Time also lets a visitor who came while another's answer was on its way take "
        "their turn: the arrow is then that of their code.\n"
    )


def _words(event: type) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", event.__name__).lower()
