"""The workers that ask the registry what a visitor waits for: who somebody is, and whether a place is free."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from kiosk.core.effects import Ask, TakePlace
from kiosk.core.events import Answered, AskFailed, Event, PlaceAnswered
from kiosk.errors import RegistryRefused, RegistryUnreachable
from kiosk.ports import Registry
from kiosk.threads.heartbeats import Heartbeats
from kiosk.threads.reopening import Put
from kiosk.threads.worker import Worker

log = logging.getLogger(__name__)

ASKERS = 3
"""A question that hangs until its deadline must not hold up the next visitor's."""
QUESTION_WAIT_S = 0.5
"""How long a question is waited for in one go; a stop is noticed after it."""


class Asker:
    """Puts questions to the registry, a few at a time, each within its own deadline."""

    def __init__(
        self,
        registry: Registry,
        put: Put,
        *,
        asking: AbstractContextManager[None],
        heard: Callable[[bool], None],
        heartbeats: Heartbeats | None = None,
        askers: int = ASKERS,
    ) -> None:
        """`asking` is entered for each question; `heard` is told after each whether the registry was there."""
        self._registry = registry
        self._put = put
        self._asking = asking
        self._heard = heard
        self._questions: queue.SimpleQueue[Ask | TakePlace] = queue.SimpleQueue()
        self.workers = [
            Worker(f"ask-{number}", self._body, heartbeats=heartbeats) for number in range(askers)
        ]

    def ask(self, question: Ask) -> None:
        """Put a question; its answer comes as an event."""
        self._questions.put(question)

    def take_place(self, order: TakePlace) -> None:
        """Ask for a place; whether there is one comes as an event."""
        self._questions.put(order)

    def _body(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                question = self._questions.get(timeout=QUESTION_WAIT_S)
            except queue.Empty:
                continue
            with self._asking:
                self._put(
                    self._place(question) if isinstance(question, TakePlace) else self._answer(question)
                )

    def _place(self, order: TakePlace) -> Event:
        try:
            taken: bool | None = self._registry.take_place(order.visit_id, order.deadline_s)
        except (RegistryUnreachable, RegistryRefused) as failure:  # an older registry has no such call
            log.warning("visit %s: nobody said whether a place is free: %s", order.visit_id, failure)
            self._heard(isinstance(failure, RegistryRefused))
            taken = None
        else:
            self._heard(True)
        return PlaceAnswered(visit_id=order.visit_id, taken=taken)

    def _answer(self, question: Ask) -> Event:
        try:
            answer = self._registry.ask(
                question.visit_id, question.identifier, question.direction, question.via, question.deadline_s
            )
        except (RegistryUnreachable, RegistryRefused) as failure:
            log.warning("visit %s: the registry gave no answer: %s", question.visit_id, failure)
            self._heard(isinstance(failure, RegistryRefused))
            return AskFailed(visit_id=question.visit_id)
        self._heard(True)
        return Answered(visit_id=question.visit_id, status=answer.status, subject=answer.subject)
