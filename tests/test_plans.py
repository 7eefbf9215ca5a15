"""No page of a desk, a cataloguer or a reader reads a large table to its end.

A library with a few of everything is multiplied by two thousand. Then the pages are opened, and
each statement is asked of the database again: how it goes about it, and how much it touched.
"""

import re
from datetime import date

import pytest
from library import Browser, Library
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError
from test_lists import addresses, one_more

from ils import clock, db
from ils.acquisition.sets.models import SetVolume
from ils.app import create_app
from ils.holdings.items.models import Item
from ils.holdings.periodicals.models import SerialIssue, Subscription
from ils.ids import NODE_BITS, SEQUENCE_BITS
from ils.organisation.branches import actions as branch_actions
from ils.organisation.staff.models import Role
from ils.patrons.models import Patron

TIMES = 2000
#: A table of so many rows is large, and a statement may not touch so many rows that nobody sees.
LARGE = 5000
#: Steps of SQLite's machine that reading so many rows takes at the least.
STEPS = 3 * LARGE
#: From the ids of one copy to those of the next: ten minutes.
STEP = 600_000 << (NODE_BITS + SEQUENCE_BITS)

#: Table → columns that tell one row from another, and get the number of the copy.
MULTIPLIED = {
    "record": ("title", "title_key", "import_key"),
    "record_isbn": (), "record_problem": (),
    "authority": ("heading", "sort_key", "import_key"), "authority_form": ("form", "key"),
    "item": ("inventory_number", "barcode"),
    "patron": ("card", "surname"),
    "code": ("folded", "written"),
    "subscription": (), "serial_issue": (), "set_volume": (),
    "patron_year": (), "hold": (), "loan": (), "transit": (), "ledger": (), "audit": (),
    "outbox_message": (), "enquiry": (), "unmet_request": (), "act": (), "idempotency_key": (),
}  # fmt: skip
#: Keys that tables hold without saying so to the database.
UNDECLARED = {"record_id", "item_id", "loan_id", "patron_year_id", "subject_id"}

PAGES = (
    "/desk/patron/{patron}", "/desk/?patron={patron}", "/desk/receipt/{patron}",
    "/desk/copies/{item}/loans", "/staff/patrons/{patron}", "/staff/patrons/{patron}/edit",
    "/staff/patrons/{patron}/everything.json", "/staff/debtors/{patron}",
    "/staff/catalog/{record}", "/staff/catalog/{record}/edit", "/staff/catalog/{record}/versions",
    "/staff/holdings/{item}", "/staff/patrons/?q=оқырман-77", "/staff/patrons/?q=R1-77",
    "/staff/catalog/?q=кітап", "/record/{record}", "/?q=кітап", "/browse/authors", "/my",
)  # fmt: skip

#: What touches much all the same, by a part of its statement: why.
ALLOWED = {
    "patron.search_text LIKE": "names are found inside words; 60 000 readers take 15 ms",
    "NOT (EXISTS (SELECT * \nFROM ledger": "unused copies: walks the stock until a page is full",
    "GROUP BY record.subject_area": "a study of the whole stock is asked for a few times a year",
    "GROUP BY item.owner_branch_id": "how far labelling is: all copies are counted",
    "record_isbn_1.isbn = record_isbn_2.isbn": "duplicates: all records are compared with all",
    "patron_1.phone_number": "shared numbers: all readers are compared with all",
    "ledger.recorded_at": "a wrong clock: all entries are compared with the clock",
    "AND record.authors = ": "a record without numbers, year or author: few, and seen by one",
    "JOIN set_volume": "volumes a set lacks: all sets are compared with the copies there are",
    "ORDER BY record.title": "all journals, by their titles",
    "FROM audit LEFT OUTER JOIN staff": "the audit trail says how long it is",
    "substr(item.part": "old issues to be withdrawn are looked for once a year",
}


#: Most of what there is, is over: only so many copies of the first rows go on.
GO_ON = 20
ENDED = {
    "hold": "status = 'filled', item_id = NULL, ended_at = placed_at",
    "loan": "ended_by = 'returned', ended_at = issued_at, quantity_returned = copies",
    "transit": "ended_at = sent_at",
    "item": "status = 'available', labelled_at = created_at",
    "record": f"worksheet = CASE (id / {STEP}) % 20 WHEN 0 THEN 'newspaper' WHEN 1 THEN 'article'"
    f" WHEN 2 THEN 'journal' ELSE 'book' END, provisional = ((id / {STEP}) % 100 = 50)",
}
#: Days that are spread: ten copies a day, the latest first.
SPREAD = {"day", "posted", "birth_date"}


def _shifted(table, column):
    target = next((key.column.table.name for key in column.foreign_keys), None)
    own = column.primary_key and column.name == "id"
    return own or target in MULTIPLIED or (target is None and column.name in UNDECLARED)


def _copied(table, column, *, sqlite):
    """The value of a column in the k-th copy of its row."""
    value = f'"{table.name}"."{column.name}"'
    if _shifted(table, column):
        return f"{value} + k * {STEP}"
    if column.name in MULTIPLIED[table.name]:
        return f"{value} || '-' || k"
    if column.name in SPREAD:
        return f"date({value}, '-' || (k / 10) || ' days')" if sqlite else f"{value} - k / 10"
    if column.name == "request_id" and sqlite:
        return f"substr({value}, 1, 24) || printf('%08x', k)"
    if column.name == "request_id":
        return f"(substr({value}::text, 1, 28) || lpad(to_hex(k), 8, '0'))::uuid"
    return value


def multiply(engine):
    """Every row of `MULTIPLIED` again and again, each time with ids and keys of its own."""
    sqlite = engine.dialect.name == "sqlite"
    numbers = "WITH RECURSIVE copy(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM copy WHERE k < :n)"
    with engine.begin() as connection:
        if not sqlite:
            connection.execute(text("SET session_replication_role = replica"))
        for table in db.Base.metadata.sorted_tables:
            if table.name in MULTIPLIED:
                names = ", ".join(f'"{column.name}"' for column in table.c)
                values = ", ".join(_copied(table, c, sqlite=sqlite) for c in table.c)
                query = f'{numbers} SELECT {values} FROM "{table.name}", copy'  # noqa: S608 -- our names
                connection.execute(
                    text(f'INSERT INTO "{table.name}" ({names}) {query}'), {"n": TIMES}
                )
        for table, over in ENDED.items():
            last = text(f"SELECT max(id) - :step FROM {table}")  # noqa: S608 -- our names
            few = connection.execute(last, {"step": (TIMES - GO_ON) * STEP}).scalar()
            update = text(f"UPDATE {table} SET {over} WHERE id > :few")  # noqa: S608 -- our names
            connection.execute(update, {"few": few})
        connection.execute(text("DELETE FROM changed_row"))
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))


@pytest.fixture
def library(sessions, config, monkeypatch):
    """Nobody checks it afterwards: what is multiplied follows from no ledger."""
    library = Library(sessions, config)
    monkeypatch.setattr(clock, "now", lambda: library.now)
    library.open_branch("ЦБ", type="central")
    for code in ("Ф1", "П1"):
        library.open_branch(code)
    library.account("admin", *Role)
    with db.transaction(sessions) as session:
        branch = session.merge(library.branches["ЦБ"])
        library.point = branch_actions.add_service_point(
            session, None, branch, code="авыл", name_ru="Село", name_kk="Ауыл", type="outreach"
        )
    library.reader("R0")
    return library


def _periodicals(library):
    with db.transaction(library.sessions) as session:
        record = session.scalars(select(Item.record_id)).first()
        year = Subscription(
            record_id=record, branch_id=library.branches["ЦБ"].id, year=2026, half=1,
            pattern="monthly",
        )  # fmt: skip
        session.add(year)
        session.flush()
        session.add(SerialIssue(subscription_id=year.id, number="1", expected_on=date(2026, 1, 1)))
        session.add(SetVolume(record_id=record, number="1", position=1, noted_at=library.now))


@pytest.fixture
def page(library, config, engine):
    app = create_app(config)
    app.testing = True
    page = Browser(app.test_client())
    page.sign_in("admin")
    for number in (1, 2):
        one_more(library, page, number)
    _periodicals(library)
    multiply(engine)
    yield page
    app.extensions["ils"].sessions.kw["bind"].dispose()


def copies_of(sessions):
    """Numbers of a reader, a copy and a record in the middle of what was multiplied."""
    with db.reading(sessions) as session:
        patron = session.scalars(select(Patron.id).where(Patron.card == "R1-77")).one()
        item = session.scalars(select(Item).where(Item.inventory_number == "A1-77")).one()
        return {"patron": patron, "item": item.id, "record": item.record_id}


def work(page, there):
    """What a desk does besides opening pages."""
    reader = str(there["patron"])
    for code, patron in (
        ("R1-77", ""), ("E1-77", reader), ("E1-77", ""), ("B1-77", ""), ("nothing-77", reader),
        ("E2-77", reader),
    ):  # fmt: skip
        page.scan(code, patron)
    page.by_script("renew-all", patron=reader)


def statements_of(engine, asking):
    """Statement → parameters, of what was sent to the database meanwhile."""
    seen = {}

    def note(_connection, _cursor, statement, parameters, _context, many):
        if not many and re.match(r"SELECT|WITH|UPDATE|DELETE", statement):
            seen.setdefault(statement, parameters)

    event.listen(engine, "before_cursor_execute", note)
    asking()
    event.remove(engine, "before_cursor_execute", note)
    return seen


def large_tables(engine):
    with engine.connect() as connection:
        return {
            table.name for table in db.Base.metadata.sorted_tables
            if connection.execute(select(func.count()).select_from(table)).scalar() >= LARGE
        }  # fmt: skip


def on_sqlite(connection, statement, parameters, large):
    """What SQLite reads to the end, or builds for itself, to answer a statement."""
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    aliases = {alias: table for table, alias in re.findall(r'"?(\w+)"? AS "?(\w+)"?', statement)}
    faults = []
    for line in (row[3] for row in plan):
        scanned = re.match(r"SCAN (\w+)", line)
        if _by_few(line) or (statement.startswith("SELECT count(*)") and "COVERING" in line):
            continue  # a list says how many rows it has
        if (scanned and aliases.get(scanned[1], scanned[1]) in large) or re.search(
            r"AUTOMATIC|MATERIALIZE", line
        ):
            faults.append(line)
    return faults if faults and _is_long(connection, statement, parameters) else []


PARTIAL = {
    index.name for table in db.Base.metadata.sorted_tables for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}  # fmt: skip


def _by_few(line):
    """An index of those rows only that something is to be done with."""
    named = re.search(r"INDEX (\w+)", line)
    return bool(named) and named[1] in PARTIAL


def _is_long(connection, statement, parameters):
    """Whether a statement takes more than `STEPS` of SQLite's machine; a change always counts."""
    if not re.match("SELECT|WITH", statement):
        return True
    taken = iter(range(STEPS // 100))
    raw = connection.connection.driver_connection
    raw.set_progress_handler(lambda: next(taken, None) is None, 100)
    try:
        connection.exec_driver_sql(statement, parameters).all()
    except OperationalError:
        return True
    finally:
        raw.set_progress_handler(None, 0)
    return False


def on_postgresql(connection, statement, parameters, large):
    """What PostgreSQL has to read to the end to answer a statement: no index would serve.

    Whether reading all is cheaper is its own choice, and another one in a larger library.
    """
    connection.exec_driver_sql("SET enable_seqscan = off")
    change = not re.match("SELECT|WITH", statement)
    how = "" if change else "ANALYZE, TIMING OFF, "
    explained = f"EXPLAIN ({how}FORMAT JSON) {statement}"
    [plan] = connection.exec_driver_sql(explained, parameters).scalar_one()
    faults = []

    def walk(node):
        rows = node.get("Actual Rows", node["Plan Rows"]) + node.get("Rows Removed by Filter", 0)
        scanned = node["Node Type"] == "Seq Scan" and node["Relation Name"] in large
        if scanned and rows * node.get("Actual Loops", 1) >= LARGE:
            faults.append(f"Seq Scan {node['Relation Name']}")
        for part in node.get("Plans", ()):
            walk(part)

    walk(plan["Plan"])
    return faults


def test_no_page_reads_a_large_table_to_its_end(page, sessions, engine, prepared):
    there, served = copies_of(sessions), page.client.application
    used = served.extensions["ils"].sessions.kw["bind"]
    asked = {}
    for address in [*addresses(served), *(path.format(**there) for path in PAGES)]:
        for statement, parameters in statements_of(used, lambda a=address: page.get(a)).items():
            asked.setdefault(statement, (address, parameters))
    for statement, parameters in statements_of(used, lambda: work(page, there)).items():
        asked.setdefault(statement, ("desk", parameters))
    faults = on_sqlite if prepared[0] == "sqlite" else on_postgresql
    large = large_tables(engine)
    found = {}
    with engine.connect() as connection:
        for statement, (address, parameters) in asked.items():
            lines = faults(connection, statement, parameters, large)
            if lines and not any(part in statement for part in ALLOWED):
                found.setdefault(address, []).append((lines, statement))
    assert found == {}
