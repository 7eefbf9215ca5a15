"""Entries from elsewhere: all or none, each bad line named, a second import changes nothing."""

import json

import pytest
from sqlalchemy import func, select

from ils import db
from ils.ledger import Entry
from ils.stats.history.actions import ImportRejected, check_history, export_history, import_history

GOOD = {
    "request_id": "7f9d4a34-5c0e-4f5b-9a53-6a1a55f0b001",
    "kind": "withdrawal",
    "occurred_at": "2020-10-03T12:00:00+06:00",
    "branch": "ЦБ",
    "count": 1586,
    "division": "society",
    "language": "ru",
    "material": "book",
    "reason": "worn",
}


def load(library, *lines, **options):
    texts = [line if isinstance(line, str | bytes) else json.dumps(line) for line in lines]
    with db.reading(library.sessions) as session:
        checked = check_history(session, library.config, texts, **options)
    with db.transaction(library.sessions) as session:
        return import_history(session, library.config, checked)


def entries(library):
    with db.reading(library.sessions) as session:
        return session.scalars(select(Entry).order_by(Entry.id)).all()


def line(number, **changes):
    values = GOOD | {"request_id": f"line-{number}"} | changes
    return {key: value for key, value in values.items() if value is not ...}


def test_a_line_becomes_an_entry_with_its_facts(library):
    load(library, GOOD)

    (entry,) = entries(library)
    assert (entry.kind, entry.count, entry.reason) == ("withdrawal", 1586, "worn")
    assert (entry.day.isoformat(), entry.posted.isoformat()) == ("2020-10-03", "2020-10-03")
    assert (entry.channel, str(entry.request_id)) == ("import", GOOD["request_id"])
    assert entry.branch_id == library.branches["ЦБ"].id


def test_every_key_has_its_column(library):
    load(
        library,
        line(1, kind="opening", of="stock", reason=..., owner_branch="Ф1", catalogue="books"),
        line(2, kind="registration", new=False, patron_category="pupil", age=9, sex="f"),
        line(3, kind="accession", source="gift", amount="1250.50", other_branch="Ф1", place="x"),
        line(4, kind="digitised", pages=320, bytes=10**9, occurred_at=..., day="2020-01-05"),
    )

    first, second, third, fourth = entries(library)
    assert (first.opening_of, first.owner_branch_id) == ("stock", library.branches["Ф1"].id)
    assert (second.detail, second.age, second.sex) == ("re", 9, "f")
    assert (third.amount, third.source, third.place) == (125050, "gift", "x")
    assert (fourth.pages, fourth.bytes, fourth.day.isoformat()) == (320, 10**9, "2020-01-05")


def test_a_second_import_changes_nothing_and_new_lines_are_added(library):
    lines = [line(n) for n in range(5)]
    first = load(library, *lines)
    second = load(library, *lines, line(9), "")

    assert (first.imported, first.unchanged) == (5, 0)
    assert (second.imported, second.unchanged) == (1, 5)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        (line(1, kind="magic"), "kind “magic” is not known"),
        (line(1, kind=...), "missing kind"),
        (line(1, request_id=""), "missing request_id"),
        (line(1, request_id=5), "request_id must be a text"),
        (line(0), "stands twice in the file"),
        (line(1, colour="red"), "unknown key colour"),
        (line(1, branch="нет"), "branch “нет” is not known"),
        (line(1, owner_branch="нет"), "owner_branch “нет” is not known"),
        (line(1, division="magic"), "division “magic” is not known"),
        (line(1, language="Kazakh"), "is not an ISO code"),
        (line(1, occurred_at="2020-10-03T12:00:00"), "has no offset"),
        (line(1, occurred_at="yesterday"), "occurred_at or day"),
        (line(1, occurred_at=...), "missing occurred_at or day"),
        (line(1, count=0), "count is 0"),
        (line(1, count=1.5), "count must be a whole number"),
        (line(1, count=True), "count must be a whole number"),
        (line(1, count=2**70), "count must be a whole number"),
        (line(1, amount="12.345"), "amount must be tenge"),
        (line(1, amount="много"), "amount must be a decimal"),
        (line(1, age=200), "age must be a whole number"),
        (line(1, age=-1), "age must not be negative"),
        (line(1, kind="opening"), "opening needs it"),
        (line(1, of="stock"), "of belongs to opening"),
        (line(1, new=True), "new is true or false"),
        (line(1, detail="x" * 101), "detail must be a text"),
        (line(1, place="total"), "cannot be used"),
        (line(1, place="none"), "cannot be used"),
        (line(1, detail="a/b"), "cannot be used"),
        (line(1, place="\ud800"), "cannot be used"),
        (line(1, day="9999-12-31"), "day must be between"),
        (line(1, day="2100-01-01"), "day must be between"),
        (line(1, request_id=[]), "request_id must be a text"),
        (line(1, kind={}), "is not known"),
        ("[" * 100_000, "not JSON"),
        (line(1, occurred_at="0001-01-01T00:00:00+06:00"), "must be between"),
        (line(1, amount="1e999999"), "amount must be"),
        (b'{"request_id": "\xff"}', "not UTF-8"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(library, wrong, reason):
    with pytest.raises(ImportRejected) as rejected:
        load(library, line(0), wrong)

    ((number, said),) = rejected.value.lines
    assert number == 2
    assert reason in said
    assert entries(library) == []


def test_every_bad_line_is_named(library):
    with pytest.raises(ImportRejected) as rejected:
        load(library, line(1, kind="x"), line(2), line(3, count=0), "?")
    assert [number for number, _ in rejected.value.lines] == [1, 3, 4]


def test_missing_branches_are_made_when_asked(library):
    done = load(library, line(1, branch="Ф7"), line(2, branch="Ф7"), create_branches=True)
    assert (done.imported, done.branches) == (2, ("Ф7",))


@pytest.mark.parametrize("code", [" Ф7", "Ф 7", "Ф7 ", "x" * 41])
def test_a_branch_code_that_cannot_be_is_a_bad_line(library, code):
    with pytest.raises(ImportRejected) as rejected:
        load(library, line(1), line(2, branch=code), create_branches=True)
    assert [number for number, _ in rejected.value.lines] == [2]


def test_a_byte_order_mark_is_passed_over(library):
    text = b"\xef\xbb\xbf" + json.dumps(line(1)).encode()
    assert load(library, text).imported == 1


def test_what_goes_out_comes_back_the_same(library, desk):
    library.reader("R1")
    library.copy("B1")
    desk.undo(desk.issue("R1", "B1").act)
    load(library, *[line(n, count=n + 1) for n in range(3)])
    ours = {"id", "posted", "reverses_id", "patron_year_id", "item_id", "record_id", "loan_id"}

    with db.reading(library.sessions) as session:
        out = list(export_history(session))
        total = session.scalar(select(func.sum(Entry.count)))
    again = [{k: v for k, v in one.items() if k not in ours} for one in out]

    done = load(library, *again)
    assert (done.imported, done.unchanged) == (0, len(out))
    assert sum(one["count"] for one in out) == total
