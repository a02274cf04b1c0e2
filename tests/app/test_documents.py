"""Policy and keys: what changes at the registry reaches the door, what is not understood changes nothing, a restart forgets nothing."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import cbor2

from kiosk.core.events import PolicyArrived
from kiosk.core.model import Colour, Outcome, Reason
from kiosk.demo.report import compare
from registry.demo_people import DEMO_DOOR, DEMO_VENUE
from registry.passes import Life
from tests.app.house import House
from tests.app.network import Network
from tests.uplink.documents.notary import Root


def kept(house: House, name: str) -> dict[str, Any]:
    """Return what a document says as it lies on the kiosk's disk; nothing while it does not: it comes into force first."""
    where = f"{Path(house.settings.store.path).as_uri()}?mode=ro"
    connection = sqlite3.connect(where, uri=True)
    try:
        row = connection.execute("SELECT body FROM documents WHERE name = ?", (name,)).fetchone()
    finally:
        connection.close()
    if row is None:
        return {}
    _protected, _unprotected, payload, _signature = cbor2.loads(row[0]).value
    return json.loads(cbor2.loads(payload)[5])


def test_a_new_policy_reaches_the_door_and_an_old_one_is_not_sent_again(house, journal):
    journal.set_level(logging.INFO, logger="registry")
    house.admits(Colour.BLUE)
    house.until(lambda: "GET /v1/policy [304]" in journal.text, "a policy that is still so")
    told = len(house.happened(PolicyArrived))
    sequence = house.registry.change_policy(DEMO_VENUE, admits=[{"colours": ["green"]}])
    house.until(lambda: house.door.word.policy.sequence == sequence, "the new policy")
    assert len(house.happened(PolicyArrived)) == told + 1
    house.idle()
    house.hold_up(house.pass_of(Colour.BLUE))
    shown = house.next_shown()
    assert (shown.outcome, shown.reason) == (Outcome.REFUSED, Reason.STATUS_NOT_ADMITTED)
    house.admits(Colour.GREEN)


def test_passes_and_seals_of_new_keys_are_understood_and_older_passes_still(house):
    older = house.pass_of(Colour.GREEN)
    keys = house.registry.registry.keys
    house.registry.rotate_pass_key()
    keys.rotate("sealing", overlap=timedelta(0))
    house.until(lambda: kept(house, "keys").get("sealing") == keys.document()["sealing"], "the new keys")
    house.hold_up(older)
    assert house.next_shown().opened
    house.admits()
    iin, subject = house.somebody(Colour.BLUE)
    house.type(iin)
    typed = house.next_shown()
    house.delivered()
    database = house.registry.registry.database
    with database.read() as connection:
        named = connection.exec_driver_sql("SELECT subject FROM visits WHERE uid = ?", (typed.visit_id,))
        assert named.scalar() == subject, "the registry opened what was sealed to its new key"


def unfit(house: House) -> Iterator[tuple[str, bytes | dict[str, Any], str]]:
    """Yield what must never come into force: its name, what the registry's address answers, and the journal's word."""
    good = {name: kept(house, name) for name in ("policy", "keys")}
    own, foreign = Root(key=house.registry.registry.keys.root.private), Root("foreign")
    newer = good["policy"] | {"sequence": 99}
    rule = newer["editions"][0] | {"masks": "required"}
    for name, document in (
        ("policy", newer | {"editions": [rule]}),
        ("policy", newer | {"version": 99}),
        ("policy", {"version": 1}),
        ("keys", {"sealing": good["keys"]["sealing"], "passes": "none"}),
        ("keys", {}),
    ):
        door = DEMO_DOOR if name == "policy" else None
        body = own.sign(name, json.dumps(document).encode(), 99, audience=door)
        yield name, body, "the registry's document was not understood"
    yield "revocations", own.sign("revocations", b"no list", 99), "the registry's document was not understood"
    for name, document in good.items():
        content = json.dumps(document).encode()
        door = DEMO_DOOR if name == "policy" else None
        yield name, foreign.sign(name, content, 99, audience=door), "unknown-root"
        yield name, own.sign(name, content, 0, audience=door), "older"
        yield name, document, "not-signed"
    yield "policy", own.sign("policy", json.dumps(newer).encode(), 99, audience="ELSEWHERE"), "other-audience"


def test_a_document_that_is_not_understood_or_not_the_registrys_leaves_the_last_good_one_in_force(
    tmp_path, registry, clock, journal
):
    """Understood is not enough: the registry's own words without its signature, or with another's, are nobody's."""
    with Network(registry) as network, House(tmp_path, registry, clock, url=network.server.url) as house:
        house.ready()
        house.until(lambda: all(kept(house, name) for name in ("policy", "keys")), "both on the disk")
        good = {name: kept(house, name) for name in ("policy", "keys")}
        policy = house.door.word.policy
        for name, answer, why in unfit(house):
            journal.clear()
            network.instead[f"/v1/{name}"] = (200, answer)
            house.until(
                lambda name=name, why=why: any(
                    line.startswith(f"{name}: ") and why in line for line in journal.messages
                ),
                f"a line on {name} that says {why}",
            )
            assert house.door.word.policy == policy
            house.admits()
            network.instead.clear()
        assert {name: kept(house, name) for name in good} == good


def test_a_restart_without_network_resumes_count_policy_keys_and_what_waits(tmp_path, registry, clock):
    with House(tmp_path, registry, clock) as first:
        first.ready()
        first.admits()
        first.admits()
        first.delivered()
        policy = first.door.word.policy
        carried = first.pass_of(Colour.GREEN, Life.CARRY)
        registry.cut()
        first.admits()
        shown = first.witness.shown
    clock.skip(timedelta(hours=3).total_seconds())
    with House(tmp_path, registry, clock) as house:
        assert house.door.people.inside == 3
        house.sees()
        house.until(lambda: house.door.word.policy is not None, "the kept policy")
        assert house.door.word.policy == policy
        house.hold_up(carried)
        assert house.next_shown().outcome is Outcome.ADMITTED
        assert house.door.people.inside == 4
        house.idle()
        house.until(lambda: house.view.corner.waiting == 4, "two visits and two passages waiting")
        registry.restore()
        house.delivered()
        table, agree = compare([*shown, *house.witness.shown], house.stored())
        assert agree, table
