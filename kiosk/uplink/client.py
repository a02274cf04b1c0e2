"""Speaks the contract (docs/contract.md) with the registry, and believes nothing that does not keep to it.

A captive portal, a proxy's error page and half an answer are all "unreachable". An identifier goes into a body only;
no exception from here holds one, nor any part of what came.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

import requests

from kiosk.core.events import PhoneArrived
from kiosk.core.inside.people import VenueNumber
from kiosk.core.model import Direction, DoorKind, Identifier, Via
from kiosk.core.outbox import Origin, Verdict, VerdictWord
from kiosk.core.rule.policy_document import NEWEST_VERSION
from kiosk.errors import RegistryUnreachable
from kiosk.ports import Answer
from kiosk.uplink import answers
from kiosk.uplink.exchange import Exchange, Reply
from kiosk.uplink.signing import RequestSigner

MOST_BYTES = 1 << 20
"""Of an answer. The longest honest one, 500 verdicts with reasons, has 60 kB."""
LONGEST_WHY = 200
"""Of a part's reason in a heartbeat, in characters: the contract takes no longer one (docs/openapi.json)."""
MOST_PHONES = 32
"""Of one answer of events, the newest: as many as a door lets wait in line (core/door/waiting_line.py). Of more, only who came last
can still stand before it."""
MOST_LIST_BYTES = 32 << 20
"""Of the list of revoked passes: 300,000 of them have 3.6 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds in all for what no visitor waits for. `ask` gets its deadline with each question."""

    send_s: float = 30.0
    fetch_s: float = 10.0
    fetch_list_s: float = 180.0
    """For a list of 3.6 MB over a mobile network."""
    heartbeat_s: float = 5.0
    poll_slack_s: float = 5.0
    """How much later than asked a long poll may be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Octets that the registry says it has signed. Whether they are true is for their reader to judge."""

    name: str
    etag: str
    """As it came, for the next question; empty where it came without a usable one."""
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NotModified:
    """What is kept still stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The phones that scanned this door's venue code, and from where to go on."""

    cursor: int
    phones: tuple[PhoneArrived, ...]
    left_out: int = 0
    """How many older ones the same answer held that were too many (MOST_PHONES)."""


class RegistryClient:
    """The registry, for one door. May be called from several threads; each keeps its own connection alive.

    Every call raises RegistryUnreachable (no trustworthy answer within its time) or RegistryRefused (the registry said
    no in so many words). `why` of both is one short word. DeviceRefused is a RegistryRefused that every call may meet.
    """

    def __init__(
        self,
        base_url: str,
        door: str,
        *,
        mono: Callable[[], float],
        signer: RequestSigner,
        kind: DoorKind = DoorKind.ENTRY,
        counted: Callable[[VenueNumber], None] = lambda _number: None,
        withdrawn: Callable[[bytes], bool] = lambda _statement: False,
        new_session: Callable[[], requests.Session] = requests.Session,
        timeouts: Timeouts = Timeouts(),
        verify: str | bool = True,
    ) -> None:
        """Every request is signed by `signer`, which knows who this device is.

        `counted` is told the number inside the venue by each answer that has it. `withdrawn` is asked by whichever thread
        hears that this device is withdrawn, with what a root is said to have signed of it: whether a root did. Where none
        did that answer is weather: RegistryUnreachable, with the word `unsigned-withdrawal`.
        """
        self._exchange = Exchange(base_url, mono=mono, new_session=new_session, verify=verify)
        self._mono = mono
        self._device = signer.device
        self._door = door
        self._kind = kind
        self._counted = counted
        self._signer = signer
        self._withdrawn = withdrawn
        self._timeouts = timeouts

    def close(self) -> None:
        """Shut the connections, under whoever still uses them; who asks later is refused. May be called twice."""
        self._exchange.close()

    def ended(self, within_s: float) -> bool:
        """Wait up to so many seconds for questions that were left behind or closed; return whether all have ended."""
        return self._exchange.ended(within_s)

    def ask(
        self, visit_id: str, identifier: Identifier, direction: Direction, via: Via, deadline_s: float
    ) -> Answer:
        """Return the status of a visitor, within `deadline_s` seconds in all."""
        question = {
            "visit": visit_id,
            "door": self._door,
            "direction": direction.value,
            "via": via.value,
            "identifier": {
                "kind": identifier.kind.value,
                "value": identifier.value,
                "country": identifier.country,
            },
        }
        answer = self._post("/v1/status", question, deadline_s)
        self._count(answer)
        if answer.get("visit") != visit_id:
            raise RegistryUnreachable("other-visit", "expected the answer to this question")
        return Answer(
            status=answers.status(answers.there(answer, "status")),
            subject=answers.subject(answer),
        )

    def take_place(self, visit_id: str, deadline_s: float) -> bool:
        """Return whether the venue has a place for a visit, within `deadline_s` seconds; it is held for this visit then.

        The same visit again has the same place. Raises RegistryUnreachable or RegistryRefused.
        """
        answer = self._post("/v1/places", {"visit": visit_id, "door": self._door}, deadline_s)
        self._count(answer)
        taken = answer.get("taken")
        if answer.get("visit") != visit_id or type(taken) is not bool:
            raise answers.bad("whether this visit has a place")
        return taken

    def send(self, items: Iterable[Mapping[str, Any]], origin: Origin | None = None) -> dict[str, Verdict]:
        """Hand over 1 to 500 records and return the verdicts by uid. One that is missing or strange is not in it.

        `origin` is who made them, where this device was enrolled otherwise then.
        """
        me = Origin(device=self._device, door=self._door)
        body: dict[str, Any] = {"device": me.device, "door": me.door, "items": list(items)}
        if origin not in (None, me):
            body["origin"] = asdict(origin)
        results = self._post("/v1/visits", body, self._timeouts.send_s).get("results")
        if not isinstance(results, list):
            raise answers.bad("a list of results")
        verdicts: dict[str, Verdict] = {}
        for result in results:
            match result:
                case {"uid": str(uid), "verdict": ("stored" | "duplicate" | "rejected" | "later") as word}:
                    reason = result.get("reason")
                    fits = isinstance(reason, str) and answers.REASON.fullmatch(reason)
                    verdicts[uid] = Verdict(word=VerdictWord(word), reason=reason if fits else "")
        return verdicts

    def fetch(self, name: str, etag: str = "", *, since: int = 0) -> Document | NotModified:
        """Return the `policy`, `keys` or `revocations` document, or NotModified where `etag` is still the newest.

        `since` is the sequence of the revocations that are kept.
        """
        revocations = name == "revocations"
        reply = self._request(
            "GET",
            f"/v1/{name}",
            params={"since": str(since)}
            if revocations
            else {"door": self._door, "version": str(NEWEST_VERSION)}
            if name == "policy"
            else None,
            headers={"Accept": answers.COSE, **({"If-None-Match": etag} if etag else {})},
            deadline_s=self._timeouts.fetch_list_s if revocations else self._timeouts.fetch_s,
            most_bytes=MOST_LIST_BYTES if revocations else MOST_BYTES,
        )
        if reply.status == requests.codes.not_modified and etag:
            return NotModified()
        body = answers.signed_octets(reply)
        return Document(name=name, etag=reply.etag if answers.ETAG.fullmatch(reply.etag) else "", body=body)

    def events(self, after: int, wait_s: float) -> Arrivals:
        """Return the phones after a cursor; waits at most `wait_s` seconds (0 to 25) for the first."""
        reply = self._request(
            "GET",
            f"/v1/doors/{self._door}/events",
            params={"after": str(after), "wait": f"{wait_s:g}"},
            deadline_s=wait_s + self._timeouts.poll_slack_s,
            most_bytes=MOST_BYTES,
        )
        answer = answers.json_object(reply)
        self._count(answer)
        cursor, events = answer.get("cursor"), answer.get("events")
        if type(cursor) is not int or cursor < 0 or not isinstance(events, list):
            raise answers.bad("a cursor and a list of events")
        # A kind that is not ours is a newer registry's: nobody came that this kiosk could let in.
        mine = [event for event in events if isinstance(event, dict) and event.get("kind") == "checkin"]
        newest = mine[-MOST_PHONES:]
        return Arrivals(
            cursor=cursor,
            phones=tuple(answers.phone(event) for event in newest),
            left_out=len(mine) - len(newest),
        )

    def heartbeat(
        self, *, version: str, waiting: int, parked: int, inside: int, health: Mapping[str, str]
    ) -> datetime:
        """Tell that the kiosk lives, and return the registry's time (UTC)."""
        body = {
            "device": self._device,
            "door": self._door,
            "version": version,
            "waiting": waiting,
            "parked": parked,
            "inside": inside,
            # A sentence that is too long would cost the whole heartbeat; its end is the remedy, which the door itself knows.
            "health": {part: why[:LONGEST_WHY] for part, why in health.items()},
        }
        # In the query, because an older registry refuses a member of a body that it does not know.
        about = {"policy": str(NEWEST_VERSION), "kind": self._kind.value}
        answer = self._post("/v1/heartbeat", body, self._timeouts.heartbeat_s, about)
        self._count(answer)
        return answers.moment(answer, "time")

    def _count(self, answer: Mapping[str, Any]) -> None:
        number = answers.venue_number(answer)
        if number is not None:
            self._counted(number)

    def _post(
        self, path: str, body: Mapping[str, Any], deadline_s: float, params: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        reply = self._request(
            "POST",
            path,
            params=params,
            body=json.dumps(body).encode("ascii"),
            headers={"Content-Type": "application/json"},
            deadline_s=deadline_s,
        )
        return answers.json_object(reply)

    def _request(
        self,
        method: str,
        path: str,
        *,
        deadline_s: float,
        headers: Mapping[str, str] = MappingProxyType({}),
        most_bytes: int = MOST_BYTES,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """Ask, signed, and once more where the registry's clock differs or it had this signature before. Within one deadline."""
        ends = self._mono() + deadline_s
        signer = self._signer

        def once(left_s: float) -> Reply:
            return self._exchange.request(
                method,
                path,
                params=params,
                headers=headers,
                body=body,
                deadline_s=left_s,
                most_bytes=most_bytes,
                sign=signer.sign,
            )

        reply = once(deadline_s)
        if answers.is_skewed(reply):
            signer.hear(answers.registrys_time(reply))
            reply = once(max(0.0, ends - self._mono()))
        elif answers.is_replayed(reply):
            reply = once(max(0.0, ends - self._mono()))
        if answers.is_revoked(reply) and not self._withdrawn(answers.statement(reply)):
            raise RegistryUnreachable(
                "unsigned-withdrawal",
                "expected that a root of the registry signs that this device is withdrawn, found that none did: "
                "is there something in between?",
            )
        return reply
