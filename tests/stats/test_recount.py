"""A separate program counts the exported ledger by brute force: every table says the same."""

import json
import random
from collections import Counter
from datetime import date

import pytest
from reports import YEAR_2020, cells, history, line, report
from sqlalchemy import update

from ils import db, ledger
from ils.ledger import Entry
from ils.patrons.models import PatronYear
from ils.stats.history.actions import export_history

DIVISIONS = ("society", "science", "technology", "arts", "literature")
BRANCHES = ("ЦБ", "Ф1")


def some_lines(seed, number=250):
    """A random history of 2019 and 2020 at two branches."""
    chance = random.Random(seed)  # noqa: S311 -- a history, not a secret
    found = [line("opening", "2019-01-01", 5000, of="stock", division="arts", language="ru")]
    for _ in range(number):
        kind = chance.choice(("loan", "loan", "renewal", "visit", "registration", "accession",
                              "withdrawal", "redistribution", "record_added", "record_deleted",
                              "digitised", "reference", "event", "in_house_use"))  # fmt: skip
        day = date(chance.choice((2019, 2020)), chance.randint(1, 12), chance.randint(1, 28))
        facts = {"branch": chance.choice(BRANCHES)}
        if kind in {"loan", "accession", "withdrawal", "redistribution"}:
            facts |= {"division": chance.choice((*DIVISIONS, None)),
                      "language": chance.choice(("kk", "ru", "en", "de", None)),
                      "material": chance.choice(("book", "cd", "newspaper"))}  # fmt: skip
        if kind == "accession":
            facts["source"] = chance.choice(("budget", "gift", "replacement", "periodicals"))
        if kind == "withdrawal":
            facts["reason"] = chance.choice(("worn", "obsolete"))
        if kind == "redistribution":
            facts["other_branch"] = "Ф1" if facts["branch"] == "ЦБ" else "ЦБ"
        if kind in {"record_added", "record_deleted"}:
            facts |= {"catalogue": chance.choice(("books", "articles")),
                      "language": chance.choice(("kk", "ru"))}  # fmt: skip
        if kind == "digitised":
            facts |= {"detail": chance.choice(("book", "chapter")), "pages": chance.randint(1, 99)}
        if kind == "renewal":
            facts["detail"] = chance.choice(("reader", "automatic"))
        if kind == "registration":
            facts |= {"patron_category": chance.choice(("pupil", "builder", "other")),
                      "new": chance.random() < 0.3}  # fmt: skip
        count = chance.randint(1, 9) * (1 if chance.random() < 0.95 else -1)
        given = {key: value for key, value in facts.items() if value is not None}
        found.append(line(kind, day.isoformat(), count, **given))
    return found


def recounted(entries, branch=None):
    """The figures of 2020, from lines as they are exported; not one line of ours is used."""
    sums = Counter()
    for one in entries:
        year = one["posted"][:4]
        when = "now" if year == "2020" else "before" if year < "2020" else "after"
        if when == "now" and branch in {None, one["branch"]}:
            served(sums, one)
        stock(sums, one, when, branch)
    for row in ("opening", "in", "out"):
        sums["fund_movement", row, "total"] = sums.pop(("stock", row), 0)
    opening, came, went = (sums["fund_movement", row, "total"] for row in ("opening", "in", "out"))
    sums["fund_movement", "closing", "total"] = opening + came - went
    return sums


def served(sums, one):
    kind, n = one["kind"], one["count"]
    if kind in {"loan", "renewal"} and one.get("detail") != "automatic":
        sums["indicators", "loans", "fact"] += n
    if kind == "loan":
        sums["activity_by_branch", "total", "loans"] += n
    if kind == "visit":
        sums["indicators", "visits", "fact"] += n
    if kind == "registration":
        sums["indicators", "readers", "fact"] += n
        group = {"builder": "worker"}.get(one["patron_category"], one["patron_category"])
        sums["reader_groups", group, "readers"] += n
    if kind == "digitised":
        sums["digitisation", one["detail"], "documents"] += n
        sums["digitisation", one["detail"], "pages"] += one["pages"]
    if kind in {"record_added", "record_deleted"}:
        name = "added" if kind == "record_added" else "deleted"
        sums["catalogue_growth", one["catalogue"], name] += n


def stock(sums, one, when, branch):
    kind, n, now = one["kind"], one["count"], when == "now"
    whole = branch is None
    owner = whole or one.get("owner_branch", one["branch"]) == branch
    if kind == "opening" and owner:
        sums["stock", "opening"] += n
    if kind == "accession" and owner:
        if now:
            sums["arrivals_by_source", "received", "total"] += n
            sums["arrivals_by_source", "net", "total"] += n
            sums["arrivals_by_source", "net", "kk"] += n * (one.get("language") == "kk")
        sums["stock", "in" if now else "opening"] += n
    if kind == "withdrawal" and owner:
        sums["stock", "out" if now else "opening"] += n if now else -n
        if now and "division" in one:
            sums["withdrawals_by_reason", one["reason"], one["division"]] += n
    if kind == "redistribution":
        came = one["other_branch"] == branch
        if now and (whole or came):
            sums["arrivals_by_source", "redistribution", "total"] += n
        if now and came:
            sums["arrivals_by_source", "received", "total"] += n
        if not whole and came:
            sums["stock", "in" if now else "opening"] += n
        elif not whole:
            sums["stock", "out" if now else "opening"] += n if now else -n


def exported(library):
    with db.reading(library.sessions) as session:
        return list(export_history(session))


@pytest.mark.parametrize("seed", range(6))
def test_a_separate_program_comes_to_the_same_figures(library, seed):
    history(library, *some_lines(seed))
    entries = exported(library)
    for branch in (None, *BRANCHES):
        done = cells(report(library, "annual", YEAR_2020, *([branch] if branch else [])))
        wanted = recounted(entries, branch)
        assert {place: done.get(place, 0) for place in wanted} == dict(wanted)
        assert sum(map(abs, wanted.values())) > 100


def test_order_and_repetition_change_nothing(library, sessions):
    lines = [{"request_id": f"fixed-{n}", **one} for n, one in enumerate(some_lines(7))]
    shuffled = random.Random(1).sample(lines, len(lines))  # noqa: S311 -- an order
    history(library, *shuffled[:100])
    history(library, *shuffled[50:])  # the first fifty of them once more
    first = report(library, "annual", YEAR_2020)
    wanted = recounted(exported(library))
    done = cells(first)
    assert {place: done.get(place, 0) for place in wanted} == dict(wanted)
    assert history(library, *lines).imported == 0
    assert json.dumps(report(library, "annual", YEAR_2020)) == json.dumps(first)


def test_what_is_reversed_is_not_counted(library):
    history(library, *some_lines(8))
    before = cells(report(library, "annual", YEAR_2020))
    history(library, line("loan", "2020-03-03", 5, division="arts", language="kk"))
    with db.transaction(library.sessions) as session:
        entry = session.query(Entry).order_by(Entry.id.desc()).first()
        ledger.reverse(session, entry, library.origin())
    assert cells(report(library, "annual", YEAR_2020)) == before


def test_readers_forgotten_leave_every_figure_as_it_was(library, desk):
    library.reader("R1")
    library.copy("B1")
    desk.issue("R1", "B1")
    desk.take_back("B1")
    before = report(library)
    with db.transaction(library.sessions) as session:
        session.execute(update(PatronYear).values(patron_id=None))
    assert report(library) == before


def test_a_branch_merged_into_another_keeps_its_past(library):
    """Its copies move, its door closes; what both were together stays what it was."""
    history(
        library,
        line("opening", "2020-01-01", 300, of="stock", branch="Ф1", division="arts"),
        line("opening", "2020-01-01", 500, of="stock", branch="ЦБ", division="arts"),
        line("accession", "2020-02-03", 20, branch="Ф1", division="arts", source="gift"),
        line("loan", "2020-03-04", 7, branch="Ф1", division="arts"),
        line("registration", "2020-03-04", 4, branch="Ф1", new=True),
    )
    before = cells(report(library, "annual", YEAR_2020))
    both = cells(report(library, "annual", YEAR_2020, "ЦБ", "Ф1"))
    history(library, line("redistribution", "2020-09-01", 320, branch="Ф1", other_branch="ЦБ",
                          division="arts"))  # fmt: skip
    with db.transaction(library.sessions) as session:
        session.merge(library.branches["Ф1"]).active = False

    movement = {}
    for branches in ((), ("ЦБ",), ("Ф1",), ("ЦБ", "Ф1")):
        done = cells(report(library, "annual", YEAR_2020, *branches))
        rows = ("opening", "in", "out", "closing")
        movement[branches] = [done["fund_movement", row, "arts"] for row in rows]
    assert movement == {
        (): [800, 20, 0, 820],
        ("ЦБ",): [500, 320, 0, 820],
        ("Ф1",): [300, 20, 320, 0],
        ("ЦБ", "Ф1"): [800, 20, 0, 820],
    }
    moved = {place for place, number in cells(report(library, "annual", YEAR_2020)).items()
             if before[place] != number}  # fmt: skip
    assert {table for table, *_ in moved} == {"arrivals_by_source"}  # told apart as moved inside
    again = cells(report(library, "annual", YEAR_2020, "ЦБ", "Ф1"))
    assert {t for (t, *_), number in again.items() if both[t, *_] != number} == {
        "arrivals_by_source"
    }
    assert again["activity_by_branch", "Ф1", "loans"] == 7
