"""How many numbers may be tried at a keypad that nobody watches: a budget a minute, then pauses that grow.

A typed IIN answers with somebody's status, and the space of IINs is small (docs/facts.md#few-numbers): without a limit the keypad
would tell the status of everybody to whoever has an evening. Counts only; keeps no number that was typed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeypadBudget:
    """What an unattended keypad allows (config/kiosk.toml, [keypad])."""

    per_minute: int = 6
    """Confirmed look-ups and mistakes together."""
    mistakes: int = 5
    """Check digits in a row that are wrong."""
    pause_s: float = 30.0
    """The first pause; each further one is twice as long."""
    longest_s: float = 900.0
    """No pause is longer; after so long without a try, the next pause is the first again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesses:
    """What was tried so far. Times are seconds of the monotonic clock."""

    tries: tuple[float, ...] = ()
    """Of the last minute."""
    mistakes: int = 0
    """In a row."""
    pauses: int = 0
    """That followed each other: the next one is 2 ** pauses times the first."""
    paused_from: float = 0.0
    paused_until: float = float("-inf")
    alerts: int = 0
    """Pauses since the start, for the heartbeat."""

    def paused(self, now: float) -> bool:
        """Whether the keypad rests."""
        return now < self.paused_until

    def looked_up(self, now: float, budget: KeypadBudget) -> Guesses:
        """Count a number that was confirmed, and is asked for."""
        return _tried(replace(self, mistakes=0), now, budget)

    def mistaken(self, now: float, budget: KeypadBudget) -> Guesses:
        """Count a number whose check digit is wrong."""
        return _tried(replace(self, mistakes=self.mistakes + 1), now, budget)


def _tried(guesses: Guesses, now: float, budget: KeypadBudget) -> Guesses:
    quiet = now - max((*guesses.tries, guesses.paused_until)) >= budget.longest_s
    tries = (*(at for at in guesses.tries if now - at < MINUTE_S), now)
    pauses = 0 if quiet else guesses.pauses
    if guesses.mistakes < budget.mistakes and len(tries) < budget.per_minute:
        return replace(guesses, tries=tries, pauses=pauses)
    # The exponent is bounded, or a bored night would overflow it.
    until = now + min(budget.pause_s * 2.0 ** min(pauses, 16), budget.longest_s)
    if len(tries) >= budget.per_minute:
        # Never so short that the next minute's budget would fall into this one.
        until = max(until, tries[-budget.per_minute] + MINUTE_S)
    return Guesses(
        tries=tries, pauses=pauses + 1, paused_from=now, paused_until=until, alerts=guesses.alerts + 1
    )
