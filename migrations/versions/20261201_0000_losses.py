"""What readers say of copies they lost, spoiled or brought back; views of lists; hours of branches.

Revision ID: 0006
Locks, time: two indexes over all loans, a minute for some millions; the rest a moment.
Downgrade: drops them, with what was said and settled.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_LOST = sa.text("ended_by = 'lost'")
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, the columns, the indexes."""
    op.execute("INSERT INTO ledger_kind (code) VALUES ('reminded_return')")
    with op.batch_alter_table("branch") as table:
        for name in ("address_ru", "address_kk", "hours_ru", "hours_kk", "phone", "route"):
            table.add_column(sa.Column(name, sa.String(), server_default="", nullable=False))
    with op.batch_alter_table("staff") as table:
        table.add_column(sa.Column("views", sa.JSON(), server_default="[]", nullable=False))
    op.create_table(
        "loan_loss",
        sa.Column("id", _ID, nullable=False),
        sa.Column("loan_id", _ID, nullable=False),
        sa.Column("patron_id", _ID, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("branch_id", _ID, nullable=False),
        sa.Column("staff_id", _ID, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("settlement", sa.String(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("amount", _ID, nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", _ID, nullable=True),
        sa.CheckConstraint(
            "(settlement IS NULL) = (settled_at IS NULL)", name=op.f("ck_loan_loss_settled")
        ),
        sa.CheckConstraint(
            "declared_by IN ('desk', 'phone', 'letter', 'email', 'visit', 'school')",
            name=op.f("ck_loan_loss_declared_by"),
        ),
        sa.CheckConstraint(
            "kind IN ('claimed', 'lost', 'damaged')", name=op.f("ck_loan_loss_kind")
        ),
        sa.CheckConstraint(
            "settlement IN ('replaced', 'paid', 'forgiven')",
            name=op.f("ck_loan_loss_settlement"),
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_loan_loss_branch_id")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_loss_loan_id")),
        sa.ForeignKeyConstraint(["patron_id"], ["patron.id"], name=op.f("fk_loan_loss_patron_id")),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["staff.id"], name=op.f("fk_loan_loss_settled_by_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_loan_loss_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_loss")),
        sa.UniqueConstraint("loan_id", name=op.f("uq_loan_loss_loan_id")),
    )
    op.create_index(op.f("ix_loan_loss_patron_id"), "loan_loss", ["patron_id"])
    op.create_index(op.f("ix_acceptance_line_replaces_id"), "acceptance_line", ["replaces_id"])
    op.create_index("ix_loan_patron_id_issued_at", "loan", ["patron_id", "issued_at"])
    op.create_index(
        "ix_loan_lost", "loan", ["issued_at"], sqlite_where=_LOST, postgresql_where=_LOST
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_loan_lost", "loan")
    op.drop_index(op.f("ix_acceptance_line_replaces_id"), "acceptance_line")
    op.drop_index("ix_loan_patron_id_issued_at", "loan")
    op.drop_table("loan_loss")
    with op.batch_alter_table("staff") as table:
        table.drop_column("views")
    with op.batch_alter_table("branch") as table:
        for name in ("route", "phone", "hours_kk", "hours_ru", "address_kk", "address_ru"):
            table.drop_column(name)
    op.execute("DELETE FROM ledger_kind WHERE code = 'reminded_return'")
