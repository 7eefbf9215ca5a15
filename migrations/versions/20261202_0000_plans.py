"""Indexes for pages that read whole tables; holidays of every year; due dates moved together.

Revision ID: 0007
Locks, time: three indexes over all records, readers and registrations, a minute for a million;
the rest a moment.
Downgrade: the old ones again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

#: The holidays of every year, as they are listed now.
_FIXED = (
    "01-01", "01-02", "01-07", "03-08", "03-21", "03-22", "03-23", "05-01", "05-07", "05-09",
    "07-06", "08-30", "10-25", "12-16",
)  # fmt: skip
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WAITING = "status IN ('waiting', 'in_transit', 'on_shelf')"
_UNDER_WAY = "ended_at IS NULL"
#: Name → table, columns, which rows (none: all), the same for PostgreSQL where it says so otherwise.
_MADE: dict[str, tuple[str, list[str], str, str]] = {
    "ix_hold_open_branch": ("hold", ["branch_id", "status", "id"], _WAITING, ""),
    "ix_hold_patron_id": ("hold", ["patron_id", "status"], "", ""),
    "ix_transit_open_from": ("transit", ["from_branch_id"], _UNDER_WAY, ""),
    "ix_transit_open_to": ("transit", ["to_branch_id"], _UNDER_WAY, ""),
    "ix_audit_subject": ("audit", ["subject"], "", ""),
    "ix_record_state_worksheet": ("record", ["state", "worksheet"], "", ""),
    "ix_record_merged_into_id": ("record", ["merged_into_id"], "merged_into_id IS NOT NULL", ""),
    "ix_record_provisional": ("record", ["state"], "provisional = 1", "provisional"),
    "ix_patron_surname_given_name": ("patron", ["surname", "given_name", "id"], "", ""),
    "ix_patron_grade": ("patron", ["grade", "grade_year"], "grade IS NOT NULL", ""),
    "ix_patron_wrong_phone": (
        "patron", ["surname", "id"], "phone != '' AND phone_number = ''", ""
    ),
    "ix_patron_home_delivery": ("patron", ["branch_id"], "home_delivery = 1", "home_delivery"),
    "ix_patron_guardian_id": ("patron", ["guardian_id"], "guardian_id IS NOT NULL", ""),
    "ix_patron_year_year_branch_id": (
        "patron_year", ["year", "branch_id", "taken_back", "patron_id"], "", ""
    ),
    "ix_code_disputed": ("code", ["folded"], "disputed = 1", "disputed"),
    "ix_item_in_repair": ("item", ["owner_branch_id"], "status = 'in_repair'", ""),
    "ix_item_unlabelled": ("item", ["owner_branch_id"], "labelled_at IS NULL", ""),
}  # fmt: skip
#: Those whose place they take.
_DROPPED = {
    "ix_hold_open_patron": ("hold", ["patron_id"], _WAITING),
    "ix_transit_to_branch_id": ("transit", ["to_branch_id"], ""),
    "ix_record_merged_into_id": ("record", ["merged_into_id"], ""),
    "ix_patron_guardian_id": ("patron", ["guardian_id"], ""),
}


def _forget_triggers(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP TRIGGER IF EXISTS changed_{table} ON {table}")
        return
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER IF EXISTS changed_{table}_{event}")


def _make(name: str, table: str, columns: list[str], which: str, otherwise: str = "") -> None:
    where = {
        "sqlite_where": sa.text(which) if which else None,
        "postgresql_where": sa.text(otherwise or which) if which else None,
    }
    op.create_index(name, table, columns, **{key: v for key, v in where.items() if v is not None})


def _add_calendars() -> None:
    """A branch that took the holidays of a year over was offered them all: nobody is overruled."""
    offered = sa.Column("holidays_offered", sa.JSON(), server_default="[]", nullable=False)
    op.add_column("branch", offered)
    branch = sa.table("branch", sa.column("id"), sa.column("holidays_offered", sa.JSON()))
    days = sa.table("closed_day", sa.column("branch_id"), sa.column("day", sa.Date()))
    closed: dict[int, set[str]] = {}
    for branch_id, day in op.get_bind().execute(sa.select(days.c.branch_id, days.c.day)):
        closed.setdefault(branch_id, set()).add(day.isoformat())
    for branch_id, known in closed.items():
        years = {day[:4] for day in known if {f"{day[:4]}-01-01", f"{day[:4]}-12-16"} <= known}
        told = known | {f"{year}-{day}" for year in years for day in _FIXED}
        op.execute(
            branch.update().where(branch.c.id == branch_id).values(holidays_offered=sorted(told))
        )
    op.add_column("circulation_rule", sa.Column("max_weeks", sa.Integer()))
    op.create_table(
        "moved_due_dates",
        sa.Column("id", _ID, nullable=False),
        sa.Column("branch_id", _ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("loans", sa.JSON(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by", _ID),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.Column("undone_by", _ID),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_moved_due_dates_branch_id"),
        sa.ForeignKeyConstraint(["moved_by"], ["staff.id"], name="fk_moved_due_dates_moved_by"),
        sa.ForeignKeyConstraint(["undone_by"], ["staff.id"], name="fk_moved_due_dates_undone_by"),
        sa.PrimaryKeyConstraint("id", name="pk_moved_due_dates"),
    )


def upgrade() -> None:
    """Drop those of all rows first: two keep their names."""
    column = sa.Column("settings", sa.Integer(), server_default="0", nullable=False)
    op.add_column("journal_mark", column)
    for table in ("branch", "circulation_rule", "closed_day"):  # made anew: they count there
        _forget_triggers(table)
    _add_calendars()
    for name, (table, _, _) in _DROPPED.items():
        op.drop_index(name, table)
    for name, index in _MADE.items():
        _make(name, *index)


def downgrade() -> None:
    """As they were."""
    for table in ("branch", "circulation_rule", "closed_day"):
        _forget_triggers(table)
    op.drop_column("journal_mark", "settings")
    op.drop_table("moved_due_dates")
    op.drop_column("circulation_rule", "max_weeks")
    op.drop_column("branch", "holidays_offered")
    op.execute("DELETE FROM changed_row WHERE \"table\" = 'moved_due_dates'")
    for name, (table, *_) in _MADE.items():
        op.drop_index(name, table)
    for name, (table, columns, which) in _DROPPED.items():
        _make(name, table, columns, which)
