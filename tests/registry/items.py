"""Items of `/v1/visits`, as a kiosk sends them."""

import base64
import itertools

from kiosk.trust import Keyring, seal

AT = "2026-11-23T11:59:00Z"
EMPTY_VENUE = {"inside": 0, "own": 0, "at": "2026-11-23T12:00:00.000000Z", "doors": 1, "exits": False}
"""What the demo's door is told at the clock's first moment, before anybody came."""
_numbers = itertools.count(1)


def uid():
    return f"0190c1d2-0000-7000-8000-{next(_numbers):012x}"


def visit(**changes):
    usual = {
        "kind": "visit",
        "uid": uid(),
        "at": AT,
        "time_trusted": True,
        "direction": "entry",
        "via": "camera",
        "outcome": "admitted",
        "reason": "status-admitted",
        "opens": True,
        "colour": "green",
        "source": "registry",
        "incident": False,
        "compare_identity": False,
    }
    return usual | changes


def red_visit(**changes):
    red = {"outcome": "refused", "reason": "red-status", "opens": False, "colour": "red", "incident": True}
    return visit(**red | changes)


def sealed_visit(identifier, registry, *, for_visit=None, **changes):
    item = visit(**changes)
    sealed = seal(
        identifier, for_visit or item["uid"], Keyring.from_document(registry.registry.keys.document())
    )
    return item | {"sealed": base64.b64encode(sealed.blob).decode(), "sealed_kid": sealed.kid}


def amendment(of, **changes):
    usual = {
        "kind": "amendment",
        "time_trusted": True,
        "uid": uid(),
        "at": "2026-11-23T11:59:30Z",
        "visit": of["uid"],
        "outcome": "admitted",
        "reason": "staff-override",
        "opens": True,
        "colour": None,
        "source": "nobody",
        "incident": False,
        "by": "desk",
        "why": "known member",
    }
    return usual | changes


def passage(of, *, passed, **changes):
    usual = {"kind": "passage", "uid": uid(), "at": "2026-11-23T11:59:45Z", "visit": of["uid"]}
    return usual | {"time_trusted": True} | {"passed": passed, "sensed": True} | changes


def closing(assumed_exits, **changes):
    return {
        "kind": "closing",
        "uid": uid(),
        "at": AT,
        "time_trusted": True,
        "assumed_exits": assumed_exits,
    } | changes


def anomaly(what, direction, **changes):
    usual = {"kind": "anomaly", "uid": uid(), "at": AT, "time_trusted": True}
    return usual | {"what": what, "direction": direction} | changes


def correction(change, **changes):
    usual = {"kind": "correction", "uid": uid(), "at": AT, "time_trusted": True, "change": change}
    return usual | {"by": "desk", "why": "counted by hand"} | changes


def batch(*items, door="DEMO"):
    return {"device": "kiosk-1", "door": door, "items": list(items)}
