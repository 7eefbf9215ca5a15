"""What the preview of an import lets a person say before anything is brought in."""

import re
from datetime import date

from readers import patron, post
from sqlalchemy import select
from test_bringing_in import send, sheet

from ils import db
from ils.patrons.models import Patron


def test_rows_that_resemble_somebody_are_decided_one_by_one(page, library, tmp_path):
    library.reader("R1", surname="Ахметов", given_name="Али", birth_date=date(1980, 2, 1))
    rows = [["Ахметов", "Асан", "01.02.1980", "Студенты", "11", ""],
            ["Ахметова", "Айша", "01.02.1980", "Студенты", "12", ""],
            ["Ким", "Анна", "04.05.1983", "Студенты", "13", ""],
            ["Ким", "Алла", "04.05.1983", "Студенты", "14", ""]]  # fmt: skip
    path = send(page, sheet(tmp_path / "a.csv", *rows).read_bytes())
    library.work()
    text = page.get(path).text
    alike = re.findall(r'name="other" value="(\d+)"', text)
    assert len(alike) == 3
    assert "Новых: 1, уже известны: 0, использовать нельзя: 3" in text
    done = post(page, path, other=[alike[1], alike[2], "999"]).headers["Location"]
    library.work()
    assert "Новых: 3" in page.get(done).text
    with db.reading(library.sessions) as session:
        cards = session.scalars(select(Patron.card).order_by(Patron.card)).all()
    assert cards == ["12", "13", "14", "R1"]


def test_categories_of_the_file_are_named_in_the_preview(page, library, tmp_path):
    rows = [["Ахметов", "Али", "01.02.1980", "Школьники", "11", ""],
            ["Ким", "Анна", "04.05.1983", "Школьники", "12", ""],
            ["Цой", "Вера", "24.09.1978", "Гости", "13", ""]]  # fmt: skip
    path = send(page, sheet(tmp_path / "a.csv", *rows).read_bytes())
    library.work()
    text = page.get(path).text
    assert re.findall(r'name="text" value="([^"]*)"', text) == ["Школьники", "Гости"]
    named = {"text": ["Школьники", "Гости"], "code": ["pupil", ""]}
    anew = post(page, f"{path}/categories", **named).headers["Location"]
    library.work()
    text = page.get(anew).text
    assert re.findall(r'name="text" value="([^"]*)"', text) == ["Гости"]
    assert "Новых: 2, уже известны: 0" in text
    assert "В библиотеке нет категории «Гости»." in text
    post(page, anew)
    library.work()
    assert [patron(library, card).category for card in ("11", "12")] == ["pupil", "pupil"]
    assert post(page, f"{path}/categories", text="Гости", code="king").status_code == 422
