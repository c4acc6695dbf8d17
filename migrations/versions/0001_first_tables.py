"""The first tables: learners, their sessions, the inbox and the outbox, attempts and completions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def _of_learner(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=f"fk_{table}_learner_id", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "learner",
        sa.Column("id", _ID, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learner"),
        sa.UniqueConstraint("channel", "external_id", name="uq_learner_channel_external_id"),
    )
    op.create_table(
        "session",
        sa.Column("learner_id", _ID, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("learner_id", name="pk_session"),
        _of_learner("session"),
    )
    op.create_table(
        "inbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("update_id", sa.BigInteger, nullable=False),
        sa.Column("learner_id", _ID, nullable=False),
        sa.Column("payload", sa.LargeBinary),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("done_at", _MOMENT),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        _of_learner("inbox"),
        sa.UniqueConstraint("channel", "update_id", name="uq_inbox_channel_update_id"),
    )
    op.create_index("ix_inbox_waiting", "inbox", ["done_at", "id"])
    op.create_table(
        "outbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("learner_id", _ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("sent_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        _of_learner("outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_unsent", "outbox", ["sent_at", "id"])
    op.create_table(
        "attempt",
        sa.Column("id", _ID, nullable=False),
        sa.Column("learner_id", _ID, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("script", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("card", sa.Text),
        sa.Column("try_number", sa.Integer, nullable=False),
        sa.Column("skills", sa.JSON, nullable=False),
        sa.Column("pitfalls", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        _of_learner("attempt"),
    )
    op.create_index("ix_attempt_learner", "attempt", ["learner_id", "at"])
    op.create_table(
        "completion",
        sa.Column("id", _ID, nullable=False),
        sa.Column("learner_id", _ID, nullable=False),
        sa.Column("script", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_completion"),
        _of_learner("completion"),
    )
    op.create_index("ix_completion_learner", "completion", ["learner_id", "script"])


def downgrade() -> None:
    for table in ("completion", "attempt", "outbox", "inbox", "session", "learner"):
        op.drop_table(table)
