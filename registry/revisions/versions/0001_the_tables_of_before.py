"""The tables of the release before there were revisions, as they were then.

A copy on purpose: what the code says of its tables today goes on changing, and this revision must not.
"""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

revision = "0001"
down_revision = None

metadata = MetaData()

Table(
    "keys",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("purpose", String(8), nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("not_after", String(27)),
)
Table(
    "people",
    metadata,
    Column("subject", String(24), primary_key=True),
    Column("hint", String(16), nullable=False),
    Column("known_since", String(27), nullable=False),
)
Table(
    "identifiers",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("subject", ForeignKey("people.subject"), nullable=False),
)
Table(
    "tests",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("subject", ForeignKey("people.subject"), nullable=False, index=True),
    Column("taken_at", String(27), nullable=False),
    Column("positive", Boolean, nullable=False),
)
Table(
    "contacts",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("subject", ForeignKey("people.subject"), nullable=False, index=True),
    Column("listed_at", String(27), nullable=False),
)
Table(
    "doors",
    metadata,
    Column("door", String(32), primary_key=True),
    Column("folded", String(32), nullable=False, unique=True),
    Column("venue", String(120), nullable=False),
    Column("key", LargeBinary, nullable=False),
)
Table(
    "policies",
    metadata,
    Column("venue", String(120), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
)
Table(
    "checkins",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("door", ForeignKey("doors.door"), nullable=False),
    Column("subject", ForeignKey("people.subject"), nullable=False),
    Column("step", Integer, nullable=False),
    Column("direction", String(5)),
    Column("at", String(27), nullable=False),
    UniqueConstraint("door", "subject", "step"),
    Index("checkins_of_a_door", "door", "number"),
)
Table(
    "records",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("uid", String(36), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("device", String(64), nullable=False),
    Column("door", ForeignKey("doors.door"), nullable=False),
    Column("kind", String(9), nullable=False),
    Column("visit", String(36), index=True),
    Column("at", String(27), nullable=False),
    Column("received_at", String(27), nullable=False),
    Column("body", Text, nullable=False),
    Index("records_of_a_door", "door", "kind", "at"),
)
Table(
    "visits",
    metadata,
    Column("uid", String(36), primary_key=True),
    Column("door", ForeignKey("doors.door"), nullable=False),
    Column("subject", String(24)),
    Column("at", String(27), nullable=False),
    Column("direction", String(5), nullable=False),
    Column("via", String(7), nullable=False),
    Column("outcome", String(9), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("opens", Boolean, nullable=False),
    Column("colour", String(6)),
    Column("source", String(10), nullable=False),
    Column("incident", Boolean, nullable=False),
    Column("passed", Boolean),
    Column("amendments", Integer, nullable=False),
    Index("visits_of_a_door", "door", "at"),
)
Table(
    "incidents",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("visit", String(36), nullable=False, unique=True),
    Column("door", ForeignKey("doors.door"), nullable=False),
    Column("delivered_at", String(27), nullable=False),
)
Table(
    "heartbeats",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("door", ForeignKey("doors.door"), nullable=False),
    Column("at", String(27), nullable=False),
    Column("body", Text, nullable=False),
)
Table(
    "enrolments",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("door", ForeignKey("doors.door"), nullable=False),
    Column("serial", String(32)),
    Column("made_at", String(27), nullable=False),
    Column("expires_at", String(27), nullable=False),
    Column("used_at", String(27)),
    Column("device", ForeignKey("devices.device")),
)
Table(
    "devices",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("door", ForeignKey("doors.door"), nullable=False),
    Column("hardware", Text, nullable=False),
    Column("versions", Text, nullable=False),
    Column("enrolled_at", String(27), nullable=False),
    Column("revoked_at", String(27)),
)
Table(
    "nonces",
    metadata,
    Column("device", ForeignKey("devices.device"), primary_key=True),
    Column("nonce", String(22), primary_key=True),
    Column("forget_at", Integer, nullable=False, index=True),
)
Table(
    "pass_ids",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("pass_id", String(24), nullable=False, unique=True),
    Column("subject", ForeignKey("people.subject"), nullable=False, index=True),
    Column("ends", Integer, nullable=False),
)
Table(
    "revocations",
    metadata,
    Column("digest", Integer, primary_key=True, autoincrement=False),
    Column("ends", Integer, nullable=False, index=True),
    Column("sequence", Integer, nullable=False, index=True),
    Column("lifted", Boolean, nullable=False),
)
Table(
    "counters",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("value", Integer, nullable=False),
)


def upgrade() -> None:
    """Make all tables."""
    metadata.create_all(op.get_bind())
