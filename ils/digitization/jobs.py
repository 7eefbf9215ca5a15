"""Work that need not be waited for: looking at scans, recognising, PDF, checking the masters."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ils import changes, clock, db, files
from ils.config import Config
from ils.digitization import inbox
from ils.digitization.documents import actions as document_actions
from ils.digitization.documents import queries as document_queries
from ils.digitization.documents.models import DigitalDocument, PdfState
from ils.digitization.folders import export as folder_jobs
from ils.digitization.ocr import pdf, tesseract
from ils.digitization.ocr.tesseract import NotRecognised, Recogniser
from ils.digitization.scans import actions as scan_actions
from ils.digitization.scans import derivatives, mirror, pictures
from ils.digitization.scans import queries as scan_queries
from ils.digitization.scans.models import PageState, ScanFile, ScanPage
from ils.digitization.scans.rules import PageFacts, Refusal, checks, likely_dpi, unmet
from ils.digitization.text import actions as text_actions
from ils.digitization.text import tree
from ils.digitization.text.vocabulary import Vocabulary
from ils.documents import barcodes
from ils.jobs.runner import JobContext, JobKind
from ils.ledger import Channel
from ils.organisation.branches.queries import origin_now

#: The tree of the data folder programs work in; emptied when a worker begins.
SCRATCH = "scratch"
#: Where models an administrator brought lie.
MODELS = "models"
#: How many masters are read in one round, and how often one is.
AT_ONCE, ROUND = 200, timedelta(hours=1)
#: Content among the masters nobody claimed for so long is of an act that failed.
UNCLAIMED = timedelta(days=1)
#: The side of the picture barcodes are looked for in.
CODE_PIXELS = 3500


@contextmanager
def scratch(config: Config) -> Iterator[Path]:
    """An empty folder that is gone afterwards; what a killed worker left goes too, in a day."""
    place = config.folder / SCRATCH
    place.mkdir(parents=True, exist_ok=True)
    old = clock.now().timestamp() - UNCLAIMED.total_seconds()
    for left in place.iterdir():
        if left.stat().st_mtime < old:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=place) as name:
        yield Path(name)


def engine_of(config: Config) -> Recogniser:
    """What pages are recognised with."""
    settings = config.digitization
    folder = config.folder / MODELS
    own = folder if (folder / f"{settings.model}.traineddata").is_file() else None
    return Recogniser(settings.model, own, settings.page_seconds, settings.page_mb)


def missing_models(config: Config) -> list[str]:
    """Models of the settings the program does not have; all, where it is not installed."""
    there = tesseract.models(config.folder / MODELS)
    return [name for name in config.digitization.model.split("+") if name not in there]


def _look_at(context: JobContext) -> dict[str, int]:
    """Look at the pages of a scan: sharp or not, empty or not, which barcodes; small pictures."""
    data, known = context.config.folder, checks(context.config)
    with db.reading(context.sessions) as session:
        document = session.get(DigitalDocument, context.args["document"])
        kind = document.kind if document is not None else ""
        own = select(ScanPage).where(ScanPage.file_id == context.args["file"])
        pages = session.scalars(own.order_by(ScanPage.index)).all()
    for done, page in enumerate(pages, 1):
        if page.barcodes is None:
            path = files.content_of(data, page.file.token)
            try:
                drawn = pictures.drawn(path, page.file.type, page.index, most=CODE_PIXELS)
                sharpness, blank = pictures.looked_at(drawn)
                codes = barcodes.on_page(drawn.convert("L"))
                for size in sorted(derivatives.MADE_EARLY, reverse=True):
                    derivatives.picture(data, page, size)
            except Refusal:
                sharpness, blank, codes = 0, False, []
            facts = PageFacts(page.width, page.height, None, 8, None if blank else sharpness)
            notes = [name for _, name in unmet(
                {name: check for name, check in known.items() if check.of == "sharpness"},
                kind, [facts],
            )]  # fmt: skip
            with context.transaction() as session:
                scan_actions.note_looked_at(
                    session, page.id, notes=notes, blank=blank, barcodes=codes
                )
        context.progress(done, len(pages))
    return {"pages": len(pages)}


def _recognise(context: JobContext) -> dict[str, int]:
    """Recognise some pages of a document, one after another; each stands by itself."""
    document_id, pages = context.args["document"], context.args["pages"]
    config = context.config
    engine = engine_of(config)
    with db.reading(context.sessions) as session:
        vocabulary = Vocabulary(session, config.folder, config.digitization.dictionaries)
    again, run = bool(context.args.get("again")), context.args.get("run", 0)
    with context.transaction() as session:
        wanted = again or document_actions.begin_recognising(session, document_id, run)
    recognised = failed = 0
    for done, page_id in enumerate(pages, 1):
        if not wanted:
            return {"recognised": recognised, "failed": failed, "left": len(pages) - done + 1}
        with db.reading(context.sessions) as session:
            page = session.get(ScanPage, page_id)
        if page is not None and page.state == PageState.WAITING:
            if _recognise_page(context, page, engine, vocabulary):
                recognised += 1
                context.achieved()
            else:
                failed += 1
        context.progress(done, len(pages) + 1)
        with db.reading(context.sessions) as session:
            wanted = again or document_queries.is_wanted(session, document_id, run)
    with context.transaction() as session:
        _finish(session, document_id)
    return {"recognised": recognised, "failed": failed}


def _recognise_page(
    context: JobContext, page: ScanPage, engine: Recogniser, vocabulary: Vocabulary
) -> bool:
    path = files.content_of(context.config.folder, page.file.token)
    began = time.monotonic()
    try:
        picture = pictures.drawn(path, page.file.type, page.index, page.rotation)
        with db.reading(context.sessions) as session:
            is_new = text_actions.text_of(session, page.id) is None
        if is_new and pictures.looked_at(picture)[1]:
            with context.transaction() as session:
                text_actions.note_blank(session, page.id)
            return True
        dpi = likely_dpi(*picture.size, page.dpi)
        with scratch(context.config) as folder:
            reading = tesseract.read(picture, dpi, engine, folder)
        text = vocabulary.looked_up(reading.page)
    except (NotRecognised, Refusal) as error:
        with context.transaction() as session:
            text_actions.note_failed(session, page.id, str(error.facts["why"]))
        return False
    took = round((time.monotonic() - began) * 1000)
    with context.transaction() as session:
        turned = page.rotation + reading.rotation
        if text_actions.store(session, page.id, text, method=reading.method, rotation=turned):
            document_actions.note_text_changed(session, page.id)
        session.get_one(ScanPage, page.id).took_ms = took
    return True


def _finish(session: Session, document_id: int) -> None:
    document = session.get(DigitalDocument, document_id)
    if document is not None:
        origin = origin_now(session, document.branch_id, Channel.SYSTEM, document.created_by)
        document_actions.finish_recognising(session, origin, document_id)


def _give_up(session: Session, args: Mapping[str, Any]) -> None:
    """The worker died of a page again and again, or somebody cancelled: the rest has failed."""
    waiting = select(ScanPage).where(
        ScanPage.id.in_(args["pages"]), ScanPage.state == PageState.WAITING
    )
    for page in session.scalars(waiting).all():
        text_actions.note_failed(session, page.id, "given_up")
    _finish(session, args["document"])


def _make_pdf(context: JobContext) -> dict[str, str]:
    """Make the searchable PDF of a document as it is now."""
    config = context.config
    with db.reading(context.sessions) as session:
        document = session.get(DigitalDocument, context.args["document"])
        if document is None:
            return {"state": PdfState.NONE}
        revision, title = document.revision, document.title
        pages = [
            _pdf_page(session, config, page.scan, page.region)
            for page in session.scalars(document_queries.pages(document.id))
        ]
    state = PdfState.FAILED
    try:
        with scratch(config) as folder:
            made = folder / "document.pdf"
            state = pdf.make(
                pages, made, title=title, scratch=folder,
                validator=config.digitization.validator,
            )  # fmt: skip
            _take_pdf(context, document.id, revision, made, state)
    finally:
        if state == PdfState.FAILED:
            with context.transaction() as session:
                document_actions.note_pdf(session, document.id, revision, state)
    return {"state": state}


def _take_pdf(
    context: JobContext, document_id: int, revision: int, made: Path, state: PdfState
) -> None:
    """Put a PDF where readers get it, unless the document is another one by now."""
    target = document_queries.pdf_path(context.config.folder, document_id)
    target.parent.mkdir(parents=True, exist_ok=True)
    with context.transaction() as session:
        if document_actions.note_pdf(session, document_id, revision, state):
            made.replace(target)


def _pdf_page(
    session: Session, config: Config, scan: ScanPage, region: list[int] | None
) -> pdf.PdfPage:
    width, height = scan.upright
    dpi = likely_dpi(width, height, scan.dpi)
    text = text_actions.text_of(session, scan.id) or tree.Page(width, height, dpi)
    path = files.content_of(config.folder, scan.file.token)
    return pdf.PdfPage(
        path, scan.file.type, scan.index, scan.rotation, dpi, region,
        tree.dumped(tree.within(text, region)),
    )  # fmt: skip


def _verify(context: JobContext) -> dict[str, int]:
    """Read masters again that were not for long: their checksums must be the same."""
    config = context.config
    days = timedelta(days=config.digitization.verify_days)
    with db.reading(context.sessions) as session:
        # A day before it is due: all are read within the time even if the worker rests at night.
        due = scan_queries.to_verify(clock.now() - days + timedelta(days=1)).limit(AT_ONCE)
        scans = list(session.scalars(due))
    damaged = 0
    for scan in context.watched(scans):
        whole = mirror.verified(config, scan)
        damaged += not whole
        with context.transaction() as session:
            scan_actions.note_verified(session, scan.id, whole=whole)
    with db.reading(context.sessions) as session:
        old = clock.now() - UNCLAIMED
        restored_to = changes.mark(session).restored_to
        if restored_to is not None:  # what came after the backup may be all there is of it
            old = min(old, restored_to)
        left = scan_actions.unclaimed(session, config.folder, old.timestamp())
    for path in left:
        path.unlink(missing_ok=True)
    return {"verified": len(scans), "damaged": damaged, "removed": len(left)}


def _remove(context: JobContext) -> None:
    """Take the content of scans away that two people removed."""
    data = context.config.folder
    for token in context.args["tokens"]:
        files.content_of(data, token).unlink(missing_ok=True)
        mirror.drop(context.config, token)
    derivatives.drop(data, context.args["pages"])
    document_queries.pdf_path(data, context.args["document"]).unlink(missing_ok=True)


def _mirror(context: JobContext) -> dict[str, int]:
    """Copy scans to the second place that are not there yet."""
    with db.reading(context.sessions) as session:
        scans = session.scalars(select(ScanFile).order_by(ScanFile.id)).all()
    copied = sum(mirror.copy(context.config, scan) for scan in context.watched(scans))
    return {"copied": copied}


def _remake(context: JobContext) -> dict[str, int]:
    """Have the PDF made of documents whose text or pages changed since; each once.

    Documents whose tasks somebody cancelled can be recognised anew.
    """
    with context.transaction() as session:
        document_actions.release_stuck(session)
        changed = session.scalars(document_queries.without_pdf()).all()
        for document in changed:
            document_actions.want_pdf(session, document)
    return {"asked": len(changed)}


#: What takes cores for minutes: done by processes of its own.
HEAVY = (
    JobKind(document_actions.RECOGNISE, _recognise, give_up=_give_up),
    JobKind(document_actions.MAKE_PDF, _make_pdf),
    JobKind(document_actions.LOOK_AT, _look_at),
)
JOBS = (
    *folder_jobs.JOBS,
    JobKind("verify_masters", _verify, every=ROUND),
    JobKind("remake_pdfs", _remake, every=timedelta(hours=1)),
    JobKind(document_actions.REMOVE, _remove),
    JobKind(
        "mirror_masters", _mirror, every=timedelta(hours=1),
        ready=lambda config: bool(config.backup.second),
    ),
    JobKind(
        "take_scans_in", inbox.take_in, every=timedelta(minutes=1),
        ready=lambda config: bool(config.digitization.inbox),
    ),
)  # fmt: skip
