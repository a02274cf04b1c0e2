"""What a bundle for support asks systemd and the journal about: every unit that is ours and runs."""

from __future__ import annotations

from kiosk.doctor.units import EYES, EYES_SOCKET, GATE_SAFE, SERVICE
from kiosk.support import machine

LINE = "2026-12-01T10:00:00+0500 kiosk[7]: the eyes crashed"


def test_it_tells_how_the_eyes_are_beside_the_door_and_what_they_said():
    asked: list[tuple[str, ...]] = []

    def ask(*words: str, **_limits: object) -> str:
        asked.append(words)
        return f"Id={words[2]}\nNRestarts=4" if words[:2] == ("systemctl", "show") else LINE

    service = machine.service(ask)
    assert [f"Id={unit}" in service for unit in (SERVICE, EYES, EYES_SOCKET, GATE_SAFE)] == [True] * 4
    assert machine.journal(ask) == LINE
    units = {word.removeprefix("--unit=") for word in asked[-1] if word.startswith("--unit=")}
    assert units == {SERVICE, EYES, GATE_SAFE}
