"""Delivery: claims, outcomes and dead letters; updates of nobody; indexes by learner."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("inbox") as inbox:
        inbox.alter_column("learner_id", existing_type=sa.BigInteger, nullable=True)
        inbox.create_index("ix_inbox_learner", ["learner_id", "done_at"])
    # Earlier versions kept the name of an error and not what it was about: there is nothing to try again.
    op.execute("UPDATE inbox SET error = NULL")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_index("ix_outbox_unsent")
        outbox.alter_column("sent_at", new_column_name="done_at", existing_type=sa.DateTime(timezone=True))
        outbox.add_column(sa.Column("nudge", sa.Boolean, nullable=False, server_default=sa.false()))
        outbox.add_column(sa.Column("claimed_at", sa.DateTime(timezone=True)))
        outbox.add_column(sa.Column("outcome", sa.Text))
        outbox.add_column(sa.Column("error", sa.Text))
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("nudge", existing_type=sa.Boolean, server_default=None)
        outbox.create_index("ix_outbox_waiting", ["done_at", "nudge", "id"])
        outbox.create_index("ix_outbox_learner", ["learner_id", "done_at"])
    op.execute("UPDATE outbox SET outcome = 'sent' WHERE done_at IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_index("ix_outbox_learner")
        outbox.drop_index("ix_outbox_waiting")
        for column in ("error", "outcome", "claimed_at", "nudge"):
            outbox.drop_column(column)
        outbox.alter_column("done_at", new_column_name="sent_at", existing_type=sa.DateTime(timezone=True))
    with op.batch_alter_table("outbox") as outbox:
        outbox.create_index("ix_outbox_unsent", ["sent_at", "id"])
    op.execute("DELETE FROM inbox WHERE learner_id IS NULL")
    with op.batch_alter_table("inbox") as inbox:
        inbox.drop_index("ix_inbox_learner")
        inbox.alter_column("learner_id", existing_type=sa.BigInteger, nullable=False)
