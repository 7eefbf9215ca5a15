"""Commands of `ils catalog`: show, lint, duplicates."""

from __future__ import annotations

from collections import Counter

import click
from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from ils import db
from ils.catalog import queries
from ils.catalog.duplicates import duplicate_pairs
from ils.catalog.editing.actions import problem_rows
from ils.catalog.models import BibliographicRecord, RecordProblem
from ils.catalog.records.actions import COLUMNS
from ils.catalog.wholes import described
from ils.catalog.worksheets.definitions import worksheets
from ils.console import Commands, Console, print_json, with_console
from ils.db import bulk_insert, new_id
from ils.errors import N_
from ils.labels import LABELS
from ils.marc.gost import Style, entry

PAGE = 1000
PREVIEW_ROWS = 20


@click.group(cls=Commands)
def catalog() -> None:
    """Catalogues: import, export, search, show, check."""


@catalog.command()
@click.argument("record_id", type=int)
@click.option("--marc", "form", flag_value="marc", help="The fields, one a line.")
@click.option("--gost", "form", flag_value="gost71", help="The description by ГОСТ 7.1-2003.")
@click.option("--gost2018", "form", flag_value="gost2018", help="By ГОСТ Р 7.0.100-2018.")
@click.option("--json", "form", flag_value="json", help="Columns, MARC and description as JSON.")
@with_console
def show(console: Console, record_id: int, form: str | None) -> None:
    """Show the record with this number."""
    with db.reading(console.sessions) as session:
        record = queries.record(session, record_id)
        marc = record.marc_record()
        if form == "json":
            lines = {
                "marc": marc.text().splitlines(),
                "gost": str(entry(described(session, record))),
            }
            print_json(as_json(record) | lines)
        elif form == "marc":
            click.echo(marc.text())
        elif form in set(Style):
            click.echo(str(entry(described(session, record), Style(form))))
        else:
            for name, value in as_json(record).items():
                click.echo(f"{name:<12} {'' if value is None else value}")


@catalog.command()
@click.option("--catalogue", help="Only this catalogue.")
@click.option("--limit", default=PREVIEW_ROWS, show_default=True, help="How many to print.")
@click.option("--json", "json_", is_flag=True)
@with_console
def lint(console: Console, catalogue: str | None, limit: int, json_: bool) -> None:
    """Check every record: what is missing, codes, numbers, letters of two alphabets, links.

    What is found becomes the cataloguers' work list (/staff/catalog/to-mend).
    """
    counts: Counter[str] = Counter()
    printed: list[dict[str, object]] = []
    with db.reading(console.sessions) as session:
        query = queries.records(catalogue).with_only_columns(BibliographicRecord.id)
        ids = sorted(session.scalars(query))
        links = queries.broken_links()
        broken: dict[int, list[tuple[str, str]]] = {}
        for link in session.scalars(links):
            broken.setdefault(link.record_id, []).append((link.tag, link.shown))
    with click.progressbar(length=len(ids), label="records", hidden=json_) as bar:
        for start in range(0, len(ids), PAGE):
            part = ids[start : start + PAGE]
            for row in _check_part(console, part, broken):
                counts[str(row["code"])] += 1
                if len(printed) < limit:
                    printed.append({"id": row["record_id"], **_said(row)})
            bar.update(len(part))
    if json_:
        print_json({"records": len(ids), "counts": dict(counts), "problems": printed})
        return
    for code, number in counts.most_common():
        click.echo(f"{number:>8}  {console.told(LABELS['problem'][code])}")
    for problem in printed:
        click.echo(f"{problem['id']}  {problem['place']}  {problem['code']}  {problem['detail']}")
    told = N_("Records: %(records)s, problems: %(problems)s; the list: /staff/catalog/to-mend")
    console.say(told, records=len(ids), problems=sum(counts.values()))


def _check_part(
    console: Console, ids: list[int], broken: dict[int, list[tuple[str, str]]]
) -> list[dict[str, object]]:
    """Check some records in one transaction; what was noted of them before is replaced."""
    rows: list[dict[str, object]] = []
    sheets = worksheets(console.config)
    with db.transaction(console.sessions) as session:
        query = select(BibliographicRecord).where(BibliographicRecord.id.in_(ids))
        for record in session.scalars(query.options(undefer(BibliographicRecord.marc))):
            rows += problem_rows(record.id, record.marc_record(), record.worksheet, sheets)
            for tag, target in broken.get(record.id, ()):
                about = {"code": "broken_link", "place": tag, "detail": target}
                rows.append({"id": new_id(), "record_id": record.id, **about})
        session.execute(delete(RecordProblem).where(RecordProblem.record_id.in_(ids)))
        bulk_insert(session, RecordProblem, rows)
    return rows


def _said(row: dict[str, object]) -> dict[str, object]:
    return {name: row[name] for name in ("code", "place", "detail")}


@catalog.command()
@click.option("--limit", default=PREVIEW_ROWS, show_default=True, help="How many pairs to print.")
@click.option("--json", "json_", is_flag=True)
@with_console
def duplicates(console: Console, limit: int, json_: bool) -> None:
    """Pairs of records that look like one document and were not judged yet."""
    with db.reading(console.sessions) as session:
        pairs = session.execute(duplicate_pairs().limit(limit)).all()
        told = [
            {
                "id": f"{one.id}-{other.id}",
                "records": [as_json(record) for record in (one, other)],
            }
            for one, other in pairs
        ]
    if json_:
        print_json({"pairs": told})
        return
    for one, other in pairs:
        click.echo(f"{one.id}  {other.id}")


def as_json(record: BibliographicRecord) -> dict[str, object]:
    """The columns of a record, with its id; keys as other programs know them."""
    described = {name: getattr(record, name) for name in COLUMNS}
    described["division"] = described.pop("subject_area")
    return {"id": record.id, **described}
