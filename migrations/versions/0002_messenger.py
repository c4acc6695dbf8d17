"""What a messenger needs: the keyboard a learner sees, who has blocked us, and notes to ourselves."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("learner") as learner:
        learner.add_column(sa.Column("keyboard", sa.BigInteger))
        learner.add_column(sa.Column("blocked_at", sa.DateTime(timezone=True)))
    op.create_table(
        "note",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_note"),
    )


def downgrade() -> None:
    op.drop_table("note")
    with op.batch_alter_table("learner") as learner:
        learner.drop_column("blocked_at")
        learner.drop_column("keyboard")
