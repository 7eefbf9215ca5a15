"""What the preview of an import lets a person say before anything is brought in."""

import re

from readers import patron, post
from test_bringing_in import send, sheet


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
