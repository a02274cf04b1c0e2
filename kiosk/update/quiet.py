"""When a release may take over: in the hours that were set, and when nobody was at the door for a while.

That somebody is at the door is the door's own word. It is taken for some time and no longer: a door that was taken over must not
keep out the release that mends it. It must never wait without an end, nor without saying for whom.
"""

from __future__ import annotations

from datetime import timedelta

from kiosk.core.rule.policy import Window
from kiosk.errors import UpdateFailed
from kiosk.service import signs
from kiosk.update.site import UpdateSite

QUIET_S = 20.0
"""Nobody at the door for so long is a quiet moment: who was just let in is through by then."""
LOOK_S = 1.0
PATIENCE_S = 1800.0
"""So long an update waits for whoever is at the door. Nobody stands there for half an hour; a door that says so may be taken over."""
PATIENCE_AT_ONCE_S = 60.0
"""Whoever asks for that stands before the door, or knows why the new release must get in."""
TOLD_EVERY_S = 300.0
AT_THE_DOOR = "waiting until nobody is at the door"
LONGEST_S = 26 * 3600.0
"""The hours come once a day, which may have 25 of them."""


def wait_for_quiet(site: UpdateSite) -> None:
    """Return at a quiet moment, or when patience is over. Raises UpdateFailed where the hours that were set do not come."""
    hours = None if site.at_once else site.hours
    patience_s = PATIENCE_AT_ONCE_S if site.at_once else _patience_s(hours)
    began = looked = quiet_since = site.mono()
    allowed_s, said, said_at = 0.0, "", began
    while True:
        now = site.mono()
        why = ""
        if hours is not None and not hours.holds(site.local()):
            quiet_since = now
            why = f"waiting for {hours.start:%H:%M}, when a release may take over ([update] hours)"
        else:
            allowed_s += now - looked
            if signs.is_busy(site.runtime):
                quiet_since = now
                why = AT_THE_DOOR
        looked = now
        if now - quiet_since >= QUIET_S:
            return
        if allowed_s >= patience_s:
            site.say(f"no quiet moment in {_minutes(allowed_s)}: the release takes over all the same")
            return
        if now - began >= LONGEST_S:
            raise UpdateFailed(
                f"expected [update] hours to come within a day, found {site.local():%H:%M} after {LONGEST_S / 3600:.0f} hours of waiting: "
                "the old release runs on; is the clock right? `kiosk update --now` does not wait for them"
            )
        if why and why != said:
            site.say(why)
            said, said_at = why, now
            if why == AT_THE_DOOR:
                site.say(
                    f"the kiosk says that somebody is ({site.runtime / signs.BUSY}); without a quiet moment "
                    f"the release takes over after {_minutes(patience_s - allowed_s)} all the same"
                )
        elif why and now - said_at >= TOLD_EVERY_S:
            site.say(f"still {why}; {_minutes(now - began)} by now")
            said_at = now
        site.pause(LOOK_S)


def _patience_s(hours: Window | None) -> float:
    """Half of the hours where these are few: a release that may only take over when they are over never would."""
    if hours is None:
        return PATIENCE_S
    return min(PATIENCE_S, _length(hours) / timedelta(seconds=2))


def _length(hours: Window) -> timedelta:
    start, end = (
        timedelta(hours=at.hour, minutes=at.minute, seconds=at.second) for at in (hours.start, hours.end)
    )
    return (end - start) % timedelta(days=1) or timedelta(days=1)


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
