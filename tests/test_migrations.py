"""The database's shape: equal to the models, up, down and up again; a ledger that only grows."""

from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from ils import db, ledger, schema
from ils.circulation.loans.models import Loan
from ils.ledger import Channel, Entry, Kind, LedgerChannel, LedgerKind
from ils.organisation.branches.models import Branch


def test_the_tables_equal_the_models(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.Base.metadata) == []


def test_up_down_and_up_again(config, engine):
    try:
        schema.downgrade(engine, "base")
        assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    finally:
        schema.upgrade(engine)
    schema.check(engine)


#: A backup of each can be restored.
VERSIONS = [
    step.revision for step in ScriptDirectory.from_config(schema.alembic_config()).walk_revisions()
]


def filled(engine):
    """A branch and a closed day, by statements every version understands."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO branch (id, code, name_ru, name_kk, timezone, closed_weekdays, type,"
                " active, catalogues, former_types) VALUES (1, 'A', 'A', 'A', 'Asia/Almaty', '',"
                " 'city', TRUE, '', '[]')"
            )
        )
        day = "INSERT INTO closed_day (id, branch_id, day, reason) VALUES (1, 1, '2026-01-05', '')"
        connection.execute(text(day))


@pytest.fixture
def other(elsewhere):
    engine = db.connect(elsewhere, settle=False)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_can_be_made_filled_and_brought_up(other, version):
    schema.upgrade(other, version)
    filled(other)
    schema.upgrade(other)
    schema.check(other)


@pytest.mark.parametrize(
    ("closed", "offered"),
    [(["2027-01-05"], ["2027-01-05"]), (["2027-01-01", "2027-12-16"], 14)],
)
def test_one_closed_day_is_not_the_holidays_of_a_year(other, closed, offered):
    schema.upgrade(other, "0006")
    filled(other)
    with other.begin() as connection:
        connection.execute(text("DELETE FROM closed_day"))
        for number, day in enumerate(closed):
            made = "INSERT INTO closed_day (id, branch_id, day, reason) VALUES (:n, 1, :day, '')"
            connection.execute(text(made), {"n": number, "day": day})
    schema.upgrade(other)
    with other.connect() as connection:
        told = connection.scalar(select(Branch.holidays_offered))
    assert (told if isinstance(offered, list) else len(told)) == offered


def test_a_version_gone_back_to_can_be_worked_with(other):
    schema.upgrade(other)
    filled(other)
    schema.downgrade(other, "-1")
    with other.begin() as connection:
        connection.execute(text("UPDATE branch SET name_ru = 'B'"))
        connection.execute(text("DELETE FROM closed_day"))
    schema.upgrade(other)
    schema.check(other)


def test_a_database_of_another_version_is_refused(engine):
    schema.check(engine)
    with engine.begin() as connection:
        head = {"head": connection.scalar(text("SELECT version_num FROM alembic_version"))}
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    try:
        with pytest.raises(schema.NotMigrated):
            schema.check(engine)
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), head)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET count = 2",
        "DELETE FROM ledger",
        "REPLACE INTO ledger SELECT * FROM ledger",
        "TRUNCATE ledger CASCADE",
    ],
)
def test_the_ledger_cannot_be_changed(library, engine, statement):
    library.reader("R1")
    if statement.split()[0] == ("TRUNCATE" if engine.dialect.name == "sqlite" else "REPLACE"):
        return  # the other database has no such statement
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_frontier SET id = 2",
        "UPDATE item SET status = 'eaten'",
        "UPDATE loan SET ended_by = 'returned'",
    ],
)
def test_the_database_holds_the_invariants(library, desk, engine, statement):
    library.reader("R1")
    library.copy("B1")
    desk.issue("R1", "B1")
    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.execute(text(statement))


def test_a_copy_has_one_open_loan(library, desk, sessions):
    library.reader("R1")
    library.copy("B1")
    loan = desk.issue("R1", "B1").loan
    again = Loan(
        item_id=loan.item_id,
        patron_id=loan.patron_id,
        patron_year_id=loan.patron_year_id,
        branch_id=loan.branch_id,
        issued_at=loan.issued_at,
        due=loan.due,
    )
    with pytest.raises(IntegrityError), db.transaction(sessions) as session:
        session.add(again)


def test_kinds_and_channels_are_rows(sessions):
    with db.reading(sessions) as session:
        kinds = set(session.scalars(select(LedgerKind.code)))
        channels = set(session.scalars(select(LedgerChannel.code)))
    assert (kinds, channels) == (set(Kind), set(Channel))


@pytest.mark.parametrize("column", ["kind", "channel"])
def test_an_unknown_code_is_refused_by_the_database(library, column):
    with db.transaction(library.sessions) as session:
        ledger.record(session, Kind.REFERENCE, library.origin(), {})
        row = session.scalars(select(Entry)).one()
        values = {c.name: getattr(row, c.name) for c in Entry.__table__.columns}
    values |= {"id": 1, "request_id": uuid4(), column: "dance"}
    with pytest.raises(IntegrityError), db.transaction(library.sessions) as session:
        session.execute(insert(Entry), [values])
