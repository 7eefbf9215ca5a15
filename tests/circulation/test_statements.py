"""What a scan asks of the database: so many statements, whatever is in it."""

import re

import pytest
from sqlalchemy import event


@pytest.fixture
def statements(app):
    """The statements since the list was emptied, without the beginning of the transaction."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    engine = app.extensions["ils"].sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_statements_of_a_scan(library, browser, statements):
    library.account("desk")
    library.reader("R1")
    for number in ("B1", "B2", "B3"):
        library.copy(number)
    browser.sign_in("desk")
    reader = re.search(r'data-patron="(\d+)"', browser.scan("R1").text).group(1)
    browser.scan("B1", reader)
    browser.scan("B1")
    locks = 3 if "postgresql" in str(library.sessions.kw["bind"].url) else 0

    counts = {}
    for name, code, patron in (("loan", "B2", reader), ("return", "B2", ""), ("card", "R1", "")):
        statements.clear()
        answer = browser.scan(code, patron)
        counts[name] = len(statements)
        assert f'data-situation="{name}"' in answer.text

    assert counts["loan"] <= 14 + locks
    assert counts["return"] <= 12 + locks
    assert counts["card"] <= 8 + locks
