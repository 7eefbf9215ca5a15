"""The guides as pages: in both languages, complete, with links that lead somewhere."""

import re

import pytest

from ils.shell import guides

NAMES = sorted(path.stem for path in (guides.FOLDER / "ru").glob("*.md"))


def test_every_guide_is_there_in_both_languages():
    assert sorted(path.stem for path in (guides.FOLDER / "kk").glob("*.md")) == NAMES
    assert len(NAMES) == 12


@pytest.mark.parametrize("language", ["ru", "kk"])
@pytest.mark.parametrize("name", NAMES)
def test_a_guide_is_a_page_for_anybody(browser, language, name):
    answer = browser.get(f"/help/{name}", headers={"Accept-Language": language})
    title = (guides.FOLDER / language / f"{name}.md").read_text("utf-8").splitlines()[0]
    assert f"<h1>{title.removeprefix('# ')}</h1>" in answer.text
    for link in re.findall(r"<article.*?</article>", answer.text, re.DOTALL)[0].split('href="')[1:]:
        address = link.partition('"')[0].partition("#")[0]
        assert browser.get(address).status_code == 200, address


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_pictures_of_guides_are_there_and_none_is_left_over(browser, language):
    shown = set()
    for name in NAMES:
        page = browser.get(f"/help/{name}", headers={"Accept-Language": language}).text
        shown |= set(re.findall(r'<img src="(/help/pictures/[^"]+)"', page))
    there = (guides.FOLDER / "pictures" / language).glob("*.png")
    assert shown == {f"/help/pictures/{language}/{one.name}" for one in there}
    for address in shown:
        answer = browser.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        assert len(answer.data) < 60_000
    assert browser.get(f"/help/pictures/{language}/nothing.png").status_code == 404


@pytest.mark.parametrize("name", ["nothing", "..", "../ru/desk", "%2e%2e%2fREADME", "desk.md"])
def test_what_is_no_guide_is_not_found(browser, name):
    assert browser.get(f"/help/{name}").status_code == 404


def test_the_start_leads_to_every_guide(browser):
    text = browser.get("/help/").text
    assert {f"/help/{name}" for name in NAMES} - set(re.findall(r'href="([^"]+)"', text)) == {
        "/help/README"
    }
