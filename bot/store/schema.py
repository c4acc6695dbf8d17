"""The tables. Free text stands in ``Secret`` columns only; ``migrations/`` builds the same."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from bot.store.columns import Moment, Secret

# Names for all constraints, so that a later migration can take hold of them.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# SQLite numbers only a column whose type is exactly INTEGER; it is as large as BIGINT there.
_Id = BigInteger().with_variant(Integer, "sqlite")


def _learner_id(*, primary_key: bool = False, nullable: bool = False) -> Column[int]:
    target = ForeignKey("learner.id", ondelete="CASCADE")
    return Column("learner_id", _Id, target, primary_key=primary_key, nullable=nullable)


learner = Table(
    "learner",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("keyboard", BigInteger),  # the message that shows the buttons in force
    Column("blocked_at", Moment),  # they stopped the bot; nothing is sent until they are back
    UniqueConstraint("channel", "external_id"),
)

note = Table(
    "note",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

session = Table(
    "session",
    metadata,
    _learner_id(primary_key=True),
    Column("payload", Secret, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("update_id", BigInteger, nullable=False),
    _learner_id(nullable=True),  # nobody's, when it could not be read
    Column("payload", Secret),
    Column("received_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("error", Text),  # a dead letter; its payload is kept
    UniqueConstraint("channel", "update_id"),
    Index("ix_inbox_waiting", "done_at", "id"),
    Index("ix_inbox_learner", "learner_id", "done_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, primary_key=True),
    _learner_id(),
    Column("key", Text, nullable=False),
    Column("nudge", Boolean, nullable=False, default=False),  # nobody asked for it: sent at most once
    Column("payload", Secret),
    Column("created_at", Moment, nullable=False),
    Column("claimed_at", Moment),  # about to be sent
    Column("done_at", Moment),
    Column("outcome", Text),  # sent, unknown, unreachable or refused
    Column("error", Text),  # a dead letter; its payload is kept
    UniqueConstraint("key"),
    Index("ix_outbox_waiting", "done_at", "nudge", "id"),
    Index("ix_outbox_learner", "learner_id", "done_at"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", _Id, primary_key=True),
    _learner_id(),
    Column("at", Moment, nullable=False),
    Column("script", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("card", Text),
    Column("try_number", Integer, nullable=False),
    Column("skills", JSON, nullable=False),
    Column("pitfalls", JSON, nullable=False),
    Index("ix_attempt_learner", "learner_id", "at"),
)

completion = Table(
    "completion",
    metadata,
    Column("id", _Id, primary_key=True),
    _learner_id(),
    Column("script", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_completion_learner", "learner_id", "script"),
)
