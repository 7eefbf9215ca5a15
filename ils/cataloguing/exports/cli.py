"""`ils catalog export` and `search`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import click
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, undefer

from ils import db
from ils.catalog import queries as catalog_queries
from ils.catalog.models import AuthorityRecord, BibliographicRecord, RecordState
from ils.cataloguing.records.cli import as_json, catalog
from ils.console import Console, print_json, with_console
from ils.errors import N_, Invalid
from ils.holdings.items import queries, rules
from ils.marc.record import MarcRecord
from ils.marc.writing import ALWAYS_UTF8, Format, Unwritable, Writer
from ils.search import queries as search_queries
from ils.search.asking import Asked, Step
from ils.search.following import index_of

PAGE = 500
SHOWN_REFUSED = 10
ENCODINGS = ("utf-8", "cp1251", "kz1048", "ptcp154", "koi8-r", "cp866", "marc-8")


class OnlyUtf8(Invalid):
    """The format has one encoding."""

    code = "only_utf8"
    message = N_("Files of the format %(format)s are always in UTF-8.")


class OnlyMarc21(Invalid):
    """MARC-8 belongs to MARC21."""

    code = "only_marc21"
    message = N_("Only files of the format marc21 can be in MARC-8.")


class NoTableOfHeadings(Invalid):
    """The columns of a table are those of documents."""

    code = "no_table_of_headings"
    message = N_("Authority records cannot be exported as csv.")


@dataclass
class Written:
    """What became of the records of an export."""

    written: int = 0
    #: (record id, why it did not fit)
    refused: list[tuple[int, str]] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)


@catalog.command()
@click.argument("text", metavar="[QUERY]", default="")
@click.option("--format", "form", default="iso2709", type=click.Choice([*map(str, Format)]))
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--encoding", default="utf-8", type=click.Choice(ENCODINGS))
@click.option("--catalogue", help="Only this catalogue.")
@click.option("--authorities", is_flag=True, help="Headings instead of documents.")
@click.option("--json", "json_", is_flag=True)
@with_console
def export(
    console: Console,
    text: str,
    form: str,
    output: Path,
    encoding: str,
    catalogue: str | None,
    authorities: bool,
    json_: bool,
) -> None:
    """Write records to a file, with their copies as they are now (field 910).

    Without a QUERY the whole catalogue. A record that does not fit the format or the encoding
    is never cut: it goes to FILE.refused.xml (marcxchange, UTF-8), with its reason.
    """
    writer = _writer(Format(form), encoding, authorities=authorities)
    part, data = output.with_name(output.name + ".part"), console.config.folder
    with db.reading(console.sessions) as session, part.open("wb") as out:
        model = AuthorityRecord if authorities else BibliographicRecord
        query = _asked(session, data, text, catalogue, authorities=authorities)
        done = _write(session, query.order_by(None).order_by(model.id), model, writer, out, json_)
    part.replace(output)
    refused = _refuse(console, done, model, output)
    told = {
        "id": output.name,
        "file": str(output),
        "format": form,
        "dialect": writer.dialect.value,
        "encoding": encoding,
        "written": done.written,
        "refused": len(done.refused),
        "kept_in_886": dict(done.kept.most_common()),
    }
    if json_:
        print_json(told)
        return
    told_all = N_("%(file)s: %(count)s records, %(form)s, %(encoding)s")
    console.say(told_all, file=output, count=done.written, form=form, encoding=encoding)
    if done.refused:
        left = N_("Records that did not fit: %(count)s; they are in %(file)s")
        console.say(left, err=True, count=len(done.refused), file=refused)
        for record_id, why in done.refused[:SHOWN_REFUSED]:
            click.echo(f"  {record_id}: {why}", err=True)


def _asked(
    session: Session, data: Path, text: str, catalogue: str | None, *, authorities: bool
) -> Select[BibliographicRecord] | Select[AuthorityRecord]:
    if authorities:
        return select(AuthorityRecord).where(AuthorityRecord.state == RecordState.ACTIVE)
    query = catalog_queries.records(catalogue)
    if text.strip():
        ids = search_queries.every_id(session, data, Asked(text))
        query = query.where(search_queries.among(session, ids))
    return query


def _writer(form: Format, encoding: str, *, authorities: bool) -> Writer:
    """The writer of these formats, if they go together."""
    if encoding != "utf-8" and form in ALWAYS_UTF8:
        raise OnlyUtf8(format=form)
    if encoding == "marc-8" and form is not Format.MARC21:
        raise OnlyMarc21
    if authorities and form is Format.CSV:
        raise NoTableOfHeadings
    return Writer(form, encoding)


def _write(
    session: Session,
    query: Select[BibliographicRecord] | Select[AuthorityRecord],
    model: type[BibliographicRecord | AuthorityRecord],
    writer: Writer,
    out: BinaryIO,
    quiet: bool,
) -> Written:
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    done = Written()
    out.write(writer.opening())
    with click.progressbar(length=total, label="records", hidden=quiet) as bar:
        for record_id, marc in _records(session, query, model):
            try:
                written, kept = writer.record(marc)
            except Unwritable as error:
                done.refused.append((record_id, str(error)))
            else:
                out.write(written)
                done.written += 1
                done.kept.update(kept)
            bar.update(1)
    out.write(writer.closing())
    return done


def _records(
    session: Session,
    query: Select[BibliographicRecord] | Select[AuthorityRecord],
    model: type[BibliographicRecord | AuthorityRecord],
) -> Iterator[tuple[int, MarcRecord]]:
    """Ids and records with their copies, some hundreds at a time."""
    last = 0
    while True:
        page = query.where(model.id > last).options(undefer(model.marc)).limit(PAGE)
        records = list(session.scalars(page))
        if not records:
            return
        items = queries.items_by_record(session, [record.id for record in records])
        for record in records:
            yield record.id, rules.with_copies(record.marc_record(), items.get(record.id, []))
        last = records[-1].id
        session.expunge_all()


def _refuse(
    console: Console,
    done: Written,
    model: type[BibliographicRecord | AuthorityRecord],
    output: Path,
) -> Path:
    """Records that did not fit, in the format that holds everything; reasons beside them."""
    target = output.with_name(output.name + ".refused.xml")
    if not done.refused:
        target.unlink(missing_ok=True)
        return target
    whole = Writer(Format.MARCXCHANGE)
    with db.reading(console.sessions) as session, target.open("wb") as out:
        out.write(whole.opening())
        ids = [record_id for record_id, _ in done.refused]
        query: Any = select(model).where(model.id.in_(ids))
        for _, marc in _records(session, query, model):
            out.write(whole.record(marc)[0])
        out.write(whole.closing())
    with target.with_suffix(".reasons.jsonl").open("w", encoding="utf-8") as out_text:
        for record_id, why in done.refused:
            line = json.dumps({"id": record_id, "reason": why}, ensure_ascii=False)
            out_text.write(line + "\n")
    return target


@catalog.command()
@with_console
def reindex(console: Console) -> None:
    """Make the index of the search anew, while people search in the former one."""
    index = index_of(console.config.folder)
    with db.reading(console.sessions) as session, click.progressbar(length=100) as bar:
        number = index.rebuild(
            session, progress=lambda done, total: bar.update(100 * done // max(total, 1) - bar.pos)
        )
    console.say(N_("Records: %(count)s"), count=number)


@catalog.command()
@click.argument("text")
@click.option("--catalogue", help="Only in this catalogue.")
@click.option("--limit", default=20, show_default=True)
@click.option("--explain", is_flag=True, help="With --json: how each record comes to its place.")
@click.option("--json", "json_", is_flag=True)
@with_console
def search(
    console: Console, text: str, catalogue: str | None, limit: int, explain: bool, json_: bool
) -> None:
    """Find records: words in any form, "phrases", beginn*, *endings, author:…, year:1990-2000."""
    facets = {"catalogue": (catalogue,)} if catalogue else {}
    with db.reading(console.sessions) as session:
        index_of(console.config.folder).catch_up(session)
        found = search_queries.found(session, console.config.folder, Asked(text, facets))
        shown = session.scalars(search_queries.ranked(session, found.ids[:limit])).all()
        if json_:
            print_json({
                "query": text, "total": found.total, "step": found.step.value,
                "searched": found.text or text, "records": [as_json(record) for record in shown],
                **({"explained": [
                    search_queries.explained(session, console.config.folder, text, record.id)
                    for record in shown
                ]} if explain else {}),
            })  # fmt: skip
            return
        if found.step is not Step.AS_ASKED:
            click.echo(f"{found.step.value.replace('_', ' ')}: {found.text or text}", err=True)
        for record in shown:
            click.echo(f"{record.id}  {record.authors}  {record.title}  {record.year or ''}")
