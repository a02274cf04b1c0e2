"""The tables of trust: devices and how they enrol, what their requests used up, pass ids and what became of them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from registry.database import UtcTime, metadata

enrolments = Table(
    "enrolments",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("door", ForeignKey("doors.door"), nullable=False),
    Column("serial", String(32)),
    Column("made_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("device", ForeignKey("devices.device")),
)
"""One-time tokens, by their SHA-256: whoever reads this file enrols nothing with it."""
devices = Table(
    "devices",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("door", ForeignKey("doors.door"), nullable=False),
    Column("hardware", Text, nullable=False),
    Column("versions", Text, nullable=False),
    Column("enrolled_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Column("was", String(64)),
)
"""`was`: the device of another venue that this machine was before, by the keeper's word and not by its own."""
nonces = Table(
    "nonces",
    metadata,
    Column("device", ForeignKey("devices.device"), primary_key=True),
    Column("nonce", String(22), primary_key=True),
    Column("forget_at", Integer, nullable=False),
    Column("age", Integer, nullable=False, index=True),
)
"""Of requests whose signature was right: nobody else can fill this. `age`: which of the registry's ages it came in."""
questions = Table(
    "questions",
    metadata,
    Column("device", ForeignKey("devices.device"), primary_key=True),
    Column("span", Integer, primary_key=True, autoincrement=False),
    Column("begins", Integer, primary_key=True, autoincrement=False),
    Column("asked", Integer, nullable=False),
)
"""How often a device asked for somebody's status, by minute, hour and day: seconds, and the unix second of the first."""
pass_ids = Table(
    "pass_ids",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("pass_id", String(24), nullable=False, unique=True),
    Column("subject", ForeignKey("people.subject"), nullable=False, index=True),
    Column("ends", Integer, nullable=False),
)
"""Under which id a person's passes were issued, the newest last; `ends`: the latest end of them, unix seconds."""
revocations = Table(
    "revocations",
    metadata,
    Column("digest", Integer, primary_key=True, autoincrement=False),
    Column("ends", Integer, nullable=False, index=True),
    Column("sequence", Integer, nullable=False, index=True),
    Column("lifted", Boolean, nullable=False),
)
"""By the first 8 bytes of SHA-256 of the pass id, as a signed number: so it is SQLite's own row id."""
counters = Table(
    "counters",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("value", Integer, nullable=False),
)
