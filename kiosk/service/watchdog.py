"""Feeds systemd's watchdog, but only while every worker keeps its promise; says first who does not.

A kiosk of which a part hangs is started again: systemd does that when it is not fed. A worker of its own, so that it sees
the loop hang too. It must never feed for somebody who is not heard of, and never decide anything for a visitor.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from kiosk.service.systemd import Systemd
from kiosk.threads.heartbeats import Heartbeats, Silent, where

log = logging.getLogger(__name__)

LOOK_S = 0.5
"""How often it looks who is silent."""
LOOP = "loop"
"""The name of the promise that makes the service ready: the door has painted its first picture."""


class Watchdog:
    """One process's. `body` is a worker's; `look` does one look and is all that happens there."""

    def __init__(
        self,
        heartbeats: Heartbeats,
        systemd: Systemd,
        *,
        mono: Callable[[], float],
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """`stopping` tells when the stop has begun."""
        self._heartbeats = heartbeats
        self._systemd = systemd
        self._mono = mono
        self._stopping = stopping
        self.status: Callable[[], str] = lambda: "Starting."
        """How the door is, as a sentence; asked at each look."""
        self._every_s = None if systemd.watchdog_s is None else systemd.watchdog_s / 2
        self._fed = float("-inf")
        self._ready = self._said_stopping = False
        self._told_status = ""
        self._told_silent: tuple[str, ...] = ()

    def body(self, stop: threading.Event) -> None:
        """Look until stopped."""
        pause_s = LOOK_S if self._every_s is None else min(LOOK_S, self._every_s / 2)
        while not stop.is_set():
            self.look()
            stop.wait(pause_s)
        # A door that stops within one pause has not been looked at since the stop began.
        self._tell_stop()

    def say(self, sentence: str) -> None:
        """Have this for a status, until another is given."""
        self.status = lambda: sentence

    def look(self) -> None:
        """Judge, and tell systemd what has changed."""
        silent = self._heartbeats.silent()
        self._tell_silent(silent)
        self._tell_status(silent)
        self._tell_stop()
        if silent:
            return
        if not self._ready and any(each.name == LOOP for each in self._heartbeats.heard()):
            self._ready = self._systemd.ready()
        now = self._mono()
        if self._every_s is not None and now - self._fed >= self._every_s and self._systemd.alive():
            self._fed = now

    def _tell_stop(self) -> None:
        if self._stopping() and not self._said_stopping:
            self._said_stopping = self._systemd.stopping()

    def _tell_status(self, silent: tuple[Silent, ...]) -> None:
        hanging = ", ".join(each.name for each in silent)
        status = f"Hangs: {hanging}. {self.status()}" if hanging else self.status()
        if status != self._told_status and self._systemd.status(status):
            self._told_status = status

    def _tell_silent(self, silent: tuple[Silent, ...]) -> None:
        names = tuple(each.name for each in silent)
        if names == self._told_silent:
            return
        if back := [name for name in self._told_silent if name not in names]:
            log.warning("%s: heard of again", ", ".join(back))
        for each in silent:
            if each.name not in self._told_silent:
                # The name in the template: of one template the journal holds a second line back.
                template = (
                    each.name + ": silent for %.0f s, promised %.0f s; the watchdog is not fed. It is at %s"
                )
                log.error(template, each.silent_s, each.longest_s, where(each.thread) or "its end")
        self._told_silent = names
