"""Templates of messages: both languages, declared placeholders, a preview."""

import shutil

import pytest

from ils.config import ROOT, load
from ils.datafiles import BadConfiguration
from ils.messages.templates import LANGUAGES, compose, sample, templates
from ils.organisation.staff.models import Role


def config_with(tmp_path, old, new):
    chosen = tmp_path / "config"
    shutil.copytree(ROOT / "config", chosen)
    path = chosen / "messages.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return load(environ={"ILS_CONFIG": str(chosen)})


def test_a_message_has_its_values_in_the_readers_language():
    values = {"reader": "Айда {card}", "card": "R1", "library": "ЦБ", "loans": "—"}
    letter = compose(load(environ={}), "receipt", "kk", values)
    assert letter.subject == "Кітаптарыңыз"
    assert letter.body == "ЦБ\nАйда {card}, R1\n\nҚайтару мерзімі:\n—\n"


@pytest.mark.parametrize("name", templates(load(environ={})))
def test_the_sample_of_each_message_names_everything(name):
    config = load(environ={})
    for language in LANGUAGES:
        letter = sample(config, name, language)
        assert letter.subject
        assert "{" not in letter.subject + letter.body


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('subject = "Ваши книги"', 'subject = "{title}"', "messages.toml, receipt.ru"),
        ('subject = "Кітаптарыңыз"', 'subject = "{"', "messages.toml, receipt.kk"),
        ("[receipt.kk]", "[receipt.en]", "messages.toml.receipt"),
    ],
)
def test_a_wrong_template_stops_the_start_with_its_place(tmp_path, old, new, place):
    with pytest.raises(BadConfiguration) as wrong:
        templates(config_with(tmp_path, old, new))
    assert wrong.value.facts["place"] == place


def test_letters_are_shown_in_both_languages(browser, library):
    library.account("admin", Role.ADMINISTRATOR)
    browser.sign_in("admin")
    text = browser.get("/staff/tasks/letters").text
    assert ("Ваши книги" in text, "Кітаптарыңыз" in text, "{loans}" in text) == (True, True, True)
