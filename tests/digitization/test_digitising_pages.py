"""Pages of digitisation: files sent, refused ones, lines corrected, folders, contracts, issues."""

import html
import io
import re
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from scanning import as_file, drawn, page_ids, page_of, quarantined
from sqlalchemy import func, select

from ils import db
from ils.digitization.documents import arranging, queries
from ils.digitization.documents.models import DigitalDocument
from ils.digitization.folders.models import Folder
from ils.digitization.issues.rules import number_in
from ils.digitization.rights.models import Contract
from ils.digitization.scans.models import RefusedScan
from ils.digitization.text import actions
from ils.digitization.text.models import PageText
from ils.files import StoredFile
from ils.organisation.staff.models import Role

AT = "/staff/digitisation"


def send(browser, *files: tuple[bytes, str], script: bool = False, **form):
    data = {"kind": "book", "title": "", "language": "", "record": "", "together": "1", **form}
    data["csrf_token"] = browser.token_of(f"{AT}/add")
    data["request_id"] = form.get("request_id") or uuid4()
    data["file"] = [(io.BytesIO(content), name) for content, name in files]
    headers = {"X-Requested-With": "desk"} if script else {}
    return browser.client.post(f"{AT}/add", data=data, headers=headers)


def post(browser, path: str, **form):
    return browser.post(path, **{"request_id": uuid4(), **form})


def titles(library) -> list[tuple[str, int]]:
    with db.reading(library.sessions) as session:
        found = session.scalars(select(DigitalDocument).order_by(DigitalDocument.id))
        return [(one.title, queries.count_pages(session, one.id)) for one in found]


def test_many_files_are_one_document_or_each_one(digitising, library, digitiser):
    pages = [(as_file(drawn(f"бет {n}", (300, 424), 16)), f"бет{n}.png") for n in range(4)]
    answer = send(digitiser, *pages[:2], title="Ақмола ақиқаты № 1")
    assert answer.status_code == 302
    assert send(digitiser, *pages[2:], together="0").status_code == 302
    assert titles(library) == [("Ақмола ақиқаты № 1", 2), ("бет2", 1), ("бет3", 1)]


def test_the_script_sends_file_after_file_to_one_document(digitising, library, digitiser):
    first = send(digitiser, (as_file(drawn("бір")), "1.png"), script=True, title="Кітап")
    document = first.json["document"]
    second = send(digitiser, (b"nothing", "2.png"), script=True, document=document)
    assert second.json == {
        "document": document,
        "refused": ["2.png: Это не TIFF, JPEG, PNG, JPEG 2000 и не PDF."],
    }
    third = send(digitiser, (as_file(drawn("екі")), "3.png"), script=True, document=document)
    assert third.json == {"document": document, "refused": []}
    assert titles(library) == [("Кітап", 2)]


def test_a_bad_file_never_stops_the_others_and_can_be_taken_back(digitising, library, digitiser):
    answer = send(
        digitiser, (b"%PDF-1.4 x", "a.pdf"), (as_file(drawn("бір")), "b.png"), (b"", "c.tif")
    )
    assert answer.status_code == 302
    assert titles(library) == [("b", 1)]
    assert len(quarantined(library.config.folder)) == 1
    page = digitiser.get(f"{AT}/refused")
    assert "a.pdf: Файл повреждён." in page.text
    assert "c.tif" in page.text
    with db.reading(library.sessions) as session:
        kept = session.scalar(select(RefusedScan).where(RefusedScan.token != ""))
    assert digitiser.get(f"{AT}/refused/{kept.id}/file").data == b"%PDF-1.4 x"
    post(digitiser, f"{AT}/refused/{kept.id}/dismiss")
    assert quarantined(library.config.folder) == []
    assert digitiser.get(f"{AT}/refused/{kept.id}/file").status_code == 404


def test_a_wrong_record_keeps_what_was_typed_and_takes_nothing_in(digitising, library, digitiser):
    answer = send(digitiser, (as_file(drawn("бір")), "b.png"), title="Менің кітабым", record="жоқ")
    assert answer.status_code == 422
    assert "Менің кітабым" in answer.text
    assert titles(library) == []


def test_no_file_is_said_at_its_field(digitiser, library):
    answer = send(digitiser)
    assert answer.status_code == 422
    assert "Выберите файл." in answer.text


@pytest.fixture
def read(digitising, described) -> int:
    return digitising.recognised("к0ғам жері\nел жұрт", record=described)


def test_a_line_is_corrected_at_its_picture(digitising, library, digitiser, read):
    page = digitiser.get(f"{AT}/{read}/page/1")
    assert page.text.count('<li id="l') == 2
    (scan,) = digitising.pages(read)
    strip = digitiser.get(f"{AT}/line/{scan.id}/1.jpg")
    assert strip.data.startswith(b"\xff\xd8\xff")
    assert digitiser.get(f"{AT}/line/{scan.id}/77.jpg").status_code == 404
    form = {"line": "1", "text": "қоғам жері", "seen": "к0ғам жері"}
    assert post(digitiser, f"{AT}/{read}/page/1/line", **form).status_code == 302
    assert digitising.text(read) == "қоғам жері ел жұрт"
    assert digitising.document(read).pdf_state == "none"
    again = digitiser.by_script_to(f"{AT}/{read}/page/1/line", **form)
    assert again.status_code == 409


def test_the_correction_makes_the_pdf_stale_and_the_worker_makes_it_anew(
    digitising, library, digitiser, read
):
    library.work()
    assert digitising.document(read).pdf_state == "unchecked"
    form = {"line": "1", "text": "қоғам жері", "seen": "к0ғам жері"}
    post(digitiser, f"{AT}/{read}/page/1/line", **form)
    assert digitising.document(read).pdf_state == "stale"
    library.wait(minutes=61)
    library.work()
    assert digitising.document(read).pdf_state == "unchecked"


def test_a_page_recognised_again_asks_before_it_changes(digitising, library, digitiser, read):
    form = {"line": "1", "text": "қоғам жері", "seen": "к0ғам жері"}
    post(digitiser, f"{AT}/{read}/page/1/line", **form)
    post(digitiser, f"{AT}/{read}/page/1/again")
    library.work()
    page = digitiser.get(f"{AT}/{read}/page/1")
    assert "Исправленных строк пропадёт: 1." in page.text  # the drawn page says something else
    post(digitiser, f"{AT}/{read}/page/1/discard")
    assert digitising.text(read) == "қоғам жері ел жұрт"
    assert "Исправленных строк" not in digitiser.get(f"{AT}/{read}/page/1").text


def test_pages_with_doubtful_words_are_a_queue(digitising, library, digitiser, described):
    number = digitising.recognised("бір", record=described)
    assert "бір" not in digitiser.get(f"{AT}/to-check").text
    with db.transaction(library.sessions) as session:
        page = queries.page(session, number, 1)
        page.scan.state = "waiting"
        actions.store(session, page.scan_page_id, page_of("к0ғам ж3рі", 30), method="m", rotation=0)
        assert session.get_one(PageText, page.scan_page_id).doubtful == 2
    shown = digitiser.get(f"{AT}/to-check")
    assert f"{AT}/{number}/page/1" in shown.text


def test_folders_hold_documents_and_readers_see_public_ones(digitising, library, digitiser, read):
    post(digitiser, f"{AT}/folders/", name_ru="Наш край", name_kk="Біздің өлке", public="1")
    with db.reading(library.sessions) as session:
        folder = session.scalar(select(Folder))
    post(digitiser, f"{AT}/{read}/folders", folder=folder.id)
    page = digitiser.get(f"{AT}/folders/{folder.id}")
    assert f"{AT}/{read}" in page.text
    post(digitiser, f"{AT}/folders/{folder.id}/take-out", document=read)
    assert "Папка пуста." in digitiser.get(f"{AT}/folders/{folder.id}").text


def test_contracts_are_a_register_that_says_what_ends_soon(library, digitiser):
    form = {"number": "17/2026", "holder": "Ж. Ақынов", "signed_on": "01.01.2026",
            "until": "01.04.2026", "scope": "internet", "note": ""}  # fmt: skip
    assert post(digitiser, f"{AT}/contracts/new", **form).status_code == 302
    page = digitiser.get(f"{AT}/contracts/")
    assert "скоро закончится" in page.text
    wrong = post(digitiser, f"{AT}/contracts/new", **{**form, "until": "31.12.2025"})
    assert wrong.status_code == 422
    assert "Конец раньше начала." in wrong.text


def test_the_paper_of_a_contract_is_kept_and_its_end_is_told_before(library, digitiser):
    form = {"number": "17/2026", "holder": "Ж. Ақынов", "signed_on": "01.01.2026",
            "until": "01.04.2026", "scope": "internet", "note": ""}  # fmt: skip
    post(digitiser, f"{AT}/contracts/new", **form)
    assert "Договор 17/2026 (Ж. Ақынов) заканчивается 01.04.2026" in digitiser.get(f"{AT}/").text
    with db.reading(library.sessions) as session:
        number = session.scalar(select(Contract.id))
    place = f"{AT}/contracts/{number}/paper"
    assert digitiser.get(place).status_code == 404
    for content_before in (as_file(drawn("келісім"), "PDF"), as_file(drawn("келісімшарт"))):
        sent = {"file": (io.BytesIO(content_before), "келісімшарт.pdf")}
        assert post(digitiser, place, **sent).status_code == 302
        kept = digitiser.get(place)
        assert (kept.status_code, kept.data) == (200, content_before)
    with db.reading(library.sessions) as session:
        assert session.scalar(select(func.count()).select_from(StoredFile)) == 1
    for content, why in ((b"MZ...", "Это не TIFF"), (b"%PDF-1.4 x", "Файл повреждён"),
                         (as_file(drawn("қ"), "JPEG")[:900], "Файл повреждён")):  # fmt: skip
        wrong = post(digitiser, place, file=(io.BytesIO(content), "x"))
        assert wrong.status_code == 422
        assert why in wrong.text
    assert digitiser.get(place).data == content_before
    assert post(digitiser, place).status_code == 422
    end = f"{AT}/contracts/{number}/end"
    assert [post(digitiser, end).status_code for _ in range(2)] == [302, 409]


def test_an_article_is_described_from_the_issue_it_was_cut_out_of(digitising, library, browser):
    library.copy("N1", title="Ақмола ақиқаты, № 16")
    issue = digitising.recognised("бір", "екі", "үш", record="N1", kind="other")
    article = digitising.act(
        arranging.cut_out, issue, kind="newspaper_article", title="Ел жаңалығы",
        regions=[(2, None), (3, None)],
    ).id  # fmt: skip
    library.account("бәрі", Role.DIGITISER, Role.CATALOGUER)
    browser.sign_in("бәрі")
    way = re.search(r'href="(/staff/catalog/new\?[^"]+)"', browser.get(f"{AT}/{article}").text)
    asked = parse_qs(urlsplit(html.unescape(way[1])).query)
    assert (asked["title"], asked["pages"], asked["document"]) == (
        ["Ел жаңалығы"], ["2-3"], [str(article)]
    )  # fmt: skip
    digitising.act(arranging.remove_page, issue, page_ids(library, issue)[0], back=False)
    assert "pages=1-2" in browser.get(f"{AT}/{article}").text


def test_the_state_of_an_issue_is_its_last_step(digitising, library, digitiser):
    assert number_in("2026, № 47") == "47"
    assert digitiser.get(f"{AT}/issues/").status_code == 200


def test_who_only_looks_changes_nothing(digitising, library, browser, read):
    library.account("каталог", Role.CATALOGUER)
    browser.sign_in("каталог")
    page = browser.get(f"{AT}/{read}")
    assert page.status_code == 200
    assert "<button" not in page.text.split("<h2>Страницы</h2>")[1].split("</main>")[0]
    assert post(browser, f"{AT}/{read}/publish").status_code == 403


@pytest.mark.parametrize("cut", ["٣", "9" * 400, "-1", "x"])
def test_cuts_that_are_no_numbers_are_said_to_be_none(digitising, digitiser, read, cut):
    assert post(digitiser, f"{AT}/{read}/split", cut=cut).status_code == 422


def test_an_article_needs_a_title(digitising, library, digitiser, read):
    form = {"kind": "newspaper_article", "first": "1", "last": "1", "region": ""}
    answer = post(digitiser, f"{AT}/{read}/cut-out", title=" ", **form)
    assert answer.status_code == 422
    assert "Это поле нужно заполнить." in answer.text
    assert len(titles(library)) == 1
