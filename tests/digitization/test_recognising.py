"""Recognising, with the real program: page by page, stopped and taken up, blank and bad pages."""

import subprocess
from dataclasses import replace

import pikepdf
import pytest
from scanning import as_file, drawn
from sqlalchemy import select

from ils import db
from ils.digitization import jobs
from ils.digitization.documents import actions, arranging, queries
from ils.digitization.ocr import tesseract
from ils.digitization.ocr.pdf import state_of
from ils.digitization.ocr.tesseract import NotRecognised
from ils.jobs.actions import cancel
from ils.jobs.models import Job
from ils.jobs.runner import JobContext, Runner

TEXT = "Өскемен қаласының қоғам өмірі\nШоқан Уәлиханов еңбектері\nв городе Балхаше выставка книг"


def recognise(digitising, number: int, **options) -> int:
    return digitising.do(actions.recognise, number, **{"at_once": 10, **options})


def test_kazakh_and_russian_come_out_letter_by_letter_whichever_way_up(digitising, library):
    page = drawn(TEXT)
    number = digitising.take_in(as_file(page), as_file(page.rotate(180)), as_file(drawn("")))
    assert recognise(digitising, number) == 3
    library.work()
    assert digitising.states(number) == ["recognised", "recognised", "blank"]
    assert [one.rotation for one in digitising.pages(number)] == [0, 180, 0]
    assert digitising.text(number, 1).split() == TEXT.split()
    assert digitising.text(number, 2).split() == TEXT.split()
    one = digitising.document(number)
    assert (one.state, one.pdf_state) == ("recognised", "unchecked")
    path = queries.pdf_of(library.config.folder, one)
    assert state_of(path, "") == "unchecked"
    assert state_of(path, "/bin/true") == "valid"
    assert state_of(path, "/bin/false") == "plain"
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == 3


def test_words_of_the_pdf_are_copied_out_as_they_are_read(digitising, library):
    number = digitising.take_in(as_file(drawn(TEXT)))
    recognise(digitising, number)
    library.work()
    path = queries.pdf_of(library.config.folder, digitising.document(number))
    program = ["/usr/bin/pdftotext", path, "-"]
    said = subprocess.run(program, capture_output=True, check=True).stdout.decode()
    assert said.split() == TEXT.split()


class Killed(BaseException):
    """The worker is gone."""


def test_a_worker_that_dies_has_nothing_done_twice(digitising, library, monkeypatch):
    number = digitising.take_in(*(as_file(drawn(f"бет {n}")) for n in range(1, 5)))
    recognise(digitising, number, at_once=2)
    read, seen = tesseract.read, []

    def dying(picture, *rest):
        if len(seen) in {1, 4}:
            seen.append("died")
            raise Killed
        seen.append("read")
        return read(picture, *rest)

    monkeypatch.setattr(tesseract, "read", dying)
    for _ in range(2):
        with pytest.raises(Killed):
            work(library)
        library.wait(minutes=5)  # the lease ends
    work(library)
    assert digitising.states(number) == ["recognised"] * 4
    assert seen == ["read", "died", "read", "read", "died", "read"]
    assert digitising.document(number).state == "recognised"


def work(library) -> None:
    kinds = [kind for kind in jobs.HEAVY if kind.name == actions.RECOGNISE]
    Runner(library.sessions, library.config, kinds).run_all()


def test_a_page_that_fails_does_not_stop_the_others(digitising, library, monkeypatch):
    number = digitising.take_in(as_file(drawn("бірінші")), as_file(drawn("екінші")))
    recognise(digitising, number)
    read, calls = tesseract.read, []

    def failing(*args):
        calls.append(1)
        if len(calls) == 1:
            raise NotRecognised(why="too_slow")
        return read(*args)

    monkeypatch.setattr(tesseract, "read", failing)
    work(library)
    assert digitising.states(number) == ["failed", "recognised"]
    assert [page.error for page in digitising.pages(number)] == ["too_slow", ""]
    assert digitising.document(number).state == "recognised"


def test_a_pause_leaves_the_rest_for_later(digitising, library):
    number = digitising.take_in(as_file(drawn("бірінші")), as_file(drawn("екінші")))
    recognise(digitising, number)
    digitising.do(actions.stop_recognising, number)
    work(library)
    assert digitising.states(number) == ["waiting", "waiting"]
    assert recognise(digitising, number) == 2
    work(library)
    assert digitising.states(number) == ["recognised", "recognised"]


def test_urgent_documents_come_first(digitising, library):
    slow = digitising.take_in(as_file(drawn("кітап")))
    urgent = digitising.take_in(as_file(drawn("мақала")))
    recognise(digitising, slow)
    recognise(digitising, urgent, priority=1)
    kinds = [kind for kind in jobs.HEAVY if kind.name == actions.RECOGNISE]
    Runner(library.sessions, library.config, kinds).run_next()
    assert (digitising.states(urgent), digitising.states(slow)) == (["recognised"], ["waiting"])


def test_a_task_that_is_given_up_says_so_on_its_pages(digitising, library):
    number = digitising.take_in(as_file(drawn("бірінші")))
    recognise(digitising, number)
    with db.transaction(library.sessions) as session:
        job = session.scalar(select(Job).where(Job.kind == actions.RECOGNISE))
        (kind,) = [one for one in jobs.HEAVY if one.name == actions.RECOGNISE]
        kind.give_up(session, job.args)
    assert [page.error for page in digitising.pages(number)] == ["given_up"]
    assert digitising.document(number).state == "recognised"


def test_time_and_memory_of_a_page_are_bounded(tmp_path):
    slow = tesseract.Recogniser("Cyrillic", None, seconds=0, megabytes=1500)
    with pytest.raises(NotRecognised) as failed:
        tesseract.read(drawn(TEXT), 150, slow, tmp_path)
    assert failed.value.facts["why"] == "too_slow"
    small = tesseract.Recogniser("Cyrillic", None, seconds=60, megabytes=90)
    with pytest.raises(NotRecognised) as failed:
        tesseract.read(drawn(TEXT), 150, small, tmp_path)
    assert failed.value.facts["why"].startswith("exit_")


def test_a_model_that_is_not_there_is_named(tmp_path):
    wrong = tesseract.Recogniser("jok", None, seconds=60, megabytes=1500)
    with pytest.raises(NotRecognised):
        tesseract.read(drawn(TEXT), 150, wrong, tmp_path)
    assert "Cyrillic" in tesseract.models(tmp_path)
    (tmp_path / "district.traineddata").write_bytes(b"")
    assert tesseract.models(tmp_path)[0] == "district"


def test_the_check_names_models_that_are_not_there(library):
    def with_model(name):
        return replace(library.config, digitization=library.config.digitization.changed(model=name))

    assert jobs.missing_models(with_model("Cyrillic")) == []
    assert jobs.missing_models(with_model("jok+Cyrillic")) == ["jok"]


def test_a_page_read_anew_has_the_articles_on_it_made_anew(digitising, library, described):
    issue = digitising.recognised("газет беті", record=described)
    article = digitising.act(
        arranging.cut_out, issue, kind="newspaper_article", title="М", regions=[(1, None)]
    ).id
    with db.transaction(library.sessions) as session:
        queries.document(session, article).pdf_state = "unchecked"
        queries.document(session, issue).state = "uploaded"
        queries.page(session, issue, 1).scan.state = "waiting"
    recognise(digitising, issue)
    kinds = [kind for kind in jobs.HEAVY if kind.name == actions.RECOGNISE]
    Runner(library.sessions, library.config, kinds).run_next()
    assert digitising.states(article) == ["recognised"]
    assert digitising.document(article).pdf_state == "stale"


def test_progress_is_said_page_by_page(digitising, library):
    number = digitising.take_in(*(as_file(drawn(f"{n}")) for n in ("бір", "екі", "үш")))
    recognise(digitising, number)
    said = []

    class Watching(JobContext):
        def progress(self, done, total=None):
            said.append((done, total))

    with db.transaction(library.sessions) as session:
        job = session.scalar(select(Job).where(Job.kind == actions.RECOGNISE))
        job.state, job.attempt = "running", 1
        context = Watching(library.sessions, library.config, job.id, 1, job.args)
    (kind,) = [one for one in jobs.HEAVY if one.name == actions.RECOGNISE]
    kind.work(context)
    assert said == [(1, 4), (2, 4), (3, 4)]


def test_a_pause_ends_the_tasks_before_it(digitising, library, monkeypatch):
    number = digitising.take_in(as_file(drawn("бірінші")), as_file(drawn("екінші")))
    recognise(digitising, number)
    digitising.do(actions.stop_recognising, number)
    recognise(digitising, number)
    read, seen = tesseract.read, []
    monkeypatch.setattr(tesseract, "read", lambda *a: seen.append(1) or read(*a))
    work(library)
    assert len(seen) == 2
    with db.reading(library.sessions) as session:
        tasks = select(Job.result).where(Job.kind == actions.RECOGNISE).order_by(Job.id)
        results = session.scalars(tasks).all()
    assert [result.get("left", 0) for result in results] == [2, 0]


def test_a_document_whose_tasks_were_cancelled_can_be_recognised_anew(digitising, library):
    number = digitising.take_in(as_file(drawn("бірінші")))
    recognise(digitising, number)
    with db.transaction(library.sessions) as session:
        job = session.scalar(select(Job).where(Job.kind == actions.RECOGNISE))
        cancel(session, job)
        actions.release_stuck(session)
    assert digitising.document(number).state == "uploaded"


def test_a_task_that_goes_on_is_not_given_up_for_the_deaths_behind_it(
    digitising, library, monkeypatch
):
    number = digitising.take_in(*(as_file(drawn(f"бет {n}")) for n in range(1, 8)))
    recognise(digitising, number)
    read, seen = tesseract.read, []

    def dying(picture, *rest):
        seen.append(1)
        if len(seen) % 2 == 0:
            raise Killed
        return read(picture, *rest)

    monkeypatch.setattr(tesseract, "read", dying)
    for _ in range(20):  # killed at every second page
        try:
            work(library)
            break
        except Killed:
            library.wait(minutes=5)
    assert digitising.states(number) == ["recognised"] * 7


@pytest.mark.parametrize("title", ["-5,0,10,10", "Наурыз 🎉 мерекесі", "a\x7fb"])
def test_a_pdf_is_made_whatever_the_title(digitising, library, title):
    number = digitising.take_in(as_file(drawn("Қоғам")), title=title)
    recognise(digitising, number)
    library.work()
    assert digitising.document(number).pdf_state == "unchecked"
