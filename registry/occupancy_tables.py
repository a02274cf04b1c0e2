"""The tables of the number inside: what moved it, when it began anew, what it is now, and the places that are held."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from registry.database import UtcTime, metadata

moves = Table(
    "moves",
    metadata,
    Column("door", ForeignKey("doors.door"), primary_key=True),
    Column("uid", String(36), primary_key=True),
    Column("venue", String(120), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("change", Integer, nullable=False),
    Index("moves_of_a_venue", "venue", "at"),
)
"""One row for whatever changed the number: under the visit's id, or the uid of an anomaly or a correction."""
closings = Table(
    "closings",
    metadata,
    Column("door", ForeignKey("doors.door"), primary_key=True),
    Column("uid", String(36), primary_key=True),
    Column("venue", String(120), nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("closings_of_a_venue", "venue", "at"),
)
venue_numbers = Table(
    "venue_numbers",
    metadata,
    Column("venue", String(120), primary_key=True),
    Column("closed_at", UtcTime),
    Column("inside", Integer, nullable=False),
)
"""`inside`: the signed sum of the venue's moves after `closed_at`, its latest closing, and of its rows in `places`."""
door_numbers = Table(
    "door_numbers",
    metadata,
    Column("door", ForeignKey("doors.door"), primary_key=True),
    Column("inside", Integer, nullable=False),
)
"""`inside`: the signed sum of the door's own moves after the venue's latest closing, without the places it holds."""
places = Table(
    "places",
    metadata,
    Column("door", ForeignKey("doors.door"), primary_key=True),
    Column("visit", String(36), primary_key=True),
    Column("venue", String(120), nullable=False),
    Column("taken_at", UtcTime, nullable=False),
    Index("places_of_a_venue", "venue", "taken_at"),
)
"""Places that a door took for visits whose records have not come yet."""
