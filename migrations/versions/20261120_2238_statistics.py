"""Closed months, kept totals, plans, declared values, schedules; files of letters.

Revision ID: 0010
Locks, time: tables are made, nothing else.
Downgrade: drops them with what they hold; months stay closed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import ils.db

revision = "0010"
down_revision = "0009"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: A letter can bring a file.
FILE = {"file_name": sa.String(), "file_type": sa.String(), "file": sa.LargeBinary()}


def upgrade() -> None:
    """Forth."""
    for name, kind in FILE.items():
        op.add_column("letter", sa.Column(name, kind, nullable=True))
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", ils.db.UtcDateTime(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "kept_span",
        sa.Column("id", BIG, nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("slice", sa.Integer(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_span")),
        sa.UniqueConstraint("start", "end", "slice", name=op.f("uq_kept_span_start_end_slice")),
    )
    op.create_table(
        "kept_total",
        sa.Column("id", BIG, nullable=False),
        sa.Column("span_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("branch_id", BIG, nullable=True),
        sa.Column("owner_branch_id", BIG, nullable=True),
        sa.Column("other_branch_id", BIG, nullable=True),
        sa.Column("service_point_id", BIG, nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("catalogue", sa.String(), nullable=True),
        sa.Column("material", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("division", sa.String(), nullable=True),
        sa.Column("patron_category", sa.String(), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("opening_of", sa.String(), nullable=True),
        sa.Column("count", BIG, nullable=False),
        sa.Column("pages", BIG, nullable=False),
        sa.Column("bytes", BIG, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("entries", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["span_id"], ["kept_span.id"], name=op.f("fk_kept_total_span_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_total")),
    )
    with op.batch_alter_table("kept_total", schema=None) as batch_op:
        batch_op.create_index("ix_kept_total_kind_span_id", ["kind", "span_id"], unique=False)

    op.create_table(
        "schedule",
        sa.Column("id", BIG, nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("every", sa.String(), nullable=False),
        sa.Column("days_after", sa.Integer(), nullable=False),
        sa.Column("branch_id", BIG, nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("addresses", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_schedule_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
    )
    op.create_table(
        "closed_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("closed_at", ils.db.UtcDateTime(), nullable=False),
        sa.Column("closed_by", BIG, nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("accepted", sa.JSON(), nullable=False),
        sa.Column("sealed_at", ils.db.UtcDateTime(), nullable=True),
        sa.Column("entries", BIG, nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("totals", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "closed_by IS NOT NULL OR automatic", name=op.f("ck_closed_month_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["staff.id"], name=op.f("fk_closed_month_closed_by")
        ),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_closed_month")),
    )
    op.create_table(
        "declared_value",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("branch_id", BIG, nullable=True),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("declared_at", ils.db.UtcDateTime(), nullable=False),
        sa.Column("declared_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_declared_value_branch_id")
        ),
        sa.ForeignKeyConstraint(
            ["declared_by"], ["staff.id"], name=op.f("fk_declared_value_declared_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_value")),
    )
    with op.batch_alter_table("declared_value", schema=None) as batch_op:
        batch_op.create_index("ix_declared_value_key_start", ["key", "start"], unique=False)

    op.create_table(
        "plan_version",
        sa.Column("id", BIG, nullable=False),
        sa.Column("set_at", ils.db.UtcDateTime(), nullable=False),
        sa.Column("set_by", BIG, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_plan_version_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_version")),
    )
    op.create_table(
        "prepared_report",
        sa.Column("id", BIG, nullable=False),
        sa.Column("schedule_id", BIG, nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("prepared_at", ils.db.UtcDateTime(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_prepared_report_schedule_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prepared_report")),
        sa.UniqueConstraint(
            "schedule_id", "start", name=op.f("uq_prepared_report_schedule_id_start")
        ),
    )
    op.create_table(
        "plan_value",
        sa.Column("id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("table_id", sa.String(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("branch_id", BIG, nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("value", BIG, nullable=True),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name=op.f("ck_plan_value_quarter")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_plan_value_branch_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["plan_version.id"], name=op.f("fk_plan_value_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_value")),
        sa.UniqueConstraint(
            "version_id",
            "table_id",
            "row",
            "branch_id",
            "year",
            "quarter",
            name=op.f("uq_plan_value_version_id_table_id_row_branch_id_year_quarter"),
        ),
    )
    with op.batch_alter_table("plan_value", schema=None) as batch_op:
        batch_op.create_index("ix_plan_value_year_table_id", ["year", "table_id"], unique=False)


def downgrade() -> None:
    """Back."""
    for name in FILE:
        op.drop_column("letter", name)
    with op.batch_alter_table("plan_value", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_value_year_table_id")

    op.drop_table("plan_value")
    op.drop_table("prepared_report")
    op.drop_table("plan_version")
    with op.batch_alter_table("declared_value", schema=None) as batch_op:
        batch_op.drop_index("ix_declared_value_key_start")

    op.drop_table("declared_value")
    op.drop_table("closed_month")
    op.drop_table("schedule")
    with op.batch_alter_table("kept_total", schema=None) as batch_op:
        batch_op.drop_index("ix_kept_total_kind_span_id")

    op.drop_table("kept_total")
    op.drop_table("kept_span")
    op.drop_table("heartbeat")
