"""How many numbers may be tried at a keypad: a budget for a minute, an hour and a day, then pauses that grow.

A typed IIN answers with somebody's status, and the space of IINs is small (docs/facts.md#few-numbers): without a limit the keypad
would tell the status of everybody to whoever has an evening, and with a limit a minute alone to whoever has patience. Counts only;
keeps no number that was typed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeypadBudget:
    """What a keypad allows that nobody watches (config/kiosk.toml, [keypad])."""

    per_minute: int = 6
    """Confirmed look-ups and mistakes together, as for the two below."""
    per_hour: int = 30
    per_day: int = 200
    mistakes: int = 5
    """Check digits in a row that are wrong."""
    pause_s: float = 30.0
    """The first pause; each further one is twice as long."""
    longest_s: float = 900.0
    """No pause is longer, unless an hour or a day has no try left; after so long without a try, the next pause is the first again."""

    def times(self, factor: int) -> KeypadBudget:
        """Return the budget of a keypad that somebody watches: so many times as many tries."""
        return replace(
            self,
            per_minute=factor * self.per_minute,
            per_hour=factor * self.per_hour,
            per_day=factor * self.per_day,
            mistakes=factor * self.mistakes,
        )

    @property
    def windows(self) -> tuple[tuple[float, int], ...]:
        """Seconds, and how many tries in so many."""
        return (MINUTE_S, self.per_minute), (HOUR_S, self.per_hour), (DAY_S, self.per_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesses:
    """What was tried so far. Times are seconds of the monotonic clock."""

    tries: tuple[float, ...] = ()
    """Of the last day."""
    mistakes: int = 0
    """In a row."""
    pauses: int = 0
    """That followed each other: the next one is 2 ** pauses times the first."""
    paused_from: float = 0.0
    paused_until: float = float("-inf")
    alerts: int = 0
    """Pauses since the machine started, for the heartbeat."""

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
    tries = (*(at for at in guesses.tries if now - at < DAY_S), now)
    pauses = 0 if quiet else guesses.pauses
    # A window is full while the first of its last `most` tries is still in it.
    free_at = [tries[-most] + long_s for long_s, most in budget.windows if len(tries) >= most]
    free_at = [at for at in free_at if at > now]
    if guesses.mistakes < budget.mistakes and not free_at:
        return replace(guesses, tries=tries, pauses=pauses)
    # The exponent is bounded, or a bored night would overflow it.
    until = now + min(budget.pause_s * 2.0 ** min(pauses, 16), budget.longest_s)
    return Guesses(
        tries=tries,
        pauses=pauses + 1,
        paused_from=now,
        paused_until=max(until, *free_at, until),
        alerts=guesses.alerts + 1,
    )
