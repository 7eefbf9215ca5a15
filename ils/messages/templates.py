"""Templates of messages: data with declared placeholders, checked when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from ils.config import Config
from ils.datafiles import BadConfiguration, Declared, entries, read

LANGUAGES = ("ru", "kk")


class Wording(Declared, frozen=True):
    """A message in one language."""

    subject: str
    body: str


class Template(Declared, frozen=True):
    """A message in both languages; ``placeholders``: what it may say → a sample."""

    placeholders: dict[str, str]
    ru: Wording
    kk: Wording

    def wording(self, language: str) -> Wording:
        """The message in a language; Russian stands for any but Kazakh."""
        return self.kk if language == "kk" else self.ru


@dataclass(frozen=True)
class Composed:
    """A message ready to be sent."""

    subject: str
    body: str


def templates(config: Config) -> dict[str, Template]:
    """The templates of a library, read once.

    Raises:
        BadConfiguration: one lacks a language, or names what nobody declared.
    """
    return config.holding(_load)


def compose(config: Config, name: str, language: str, values: Mapping[str, str]) -> Composed:
    """A message with its values.

    Raises:
        KeyError: there is no such template, or a value is missing.
    """
    wording = templates(config)[name].wording(language)
    return Composed(wording.subject.format_map(values), wording.body.format_map(values).lstrip())


def sample(config: Config, name: str, language: str) -> Composed:
    """A message with the samples of its placeholders."""
    return compose(config, name, language, templates(config)[name].placeholders)


def _load(config: Config) -> dict[str, Template]:
    path = config.source / "messages.toml"
    found = entries(read(path), Template, path.name)
    for name, template in found.items():
        for language in LANGUAGES:
            wording = template.wording(language)
            place = f"{path.name}, {name}.{language}"
            for text in (wording.subject, wording.body):
                if unknown := _named(text, place) - template.placeholders.keys():
                    problem = f"unknown placeholder {', '.join(sorted(unknown))}"
                    raise BadConfiguration(place=place, problem=problem)
    return found


def _named(text: str, place: str) -> set[str]:
    """The placeholders of a text."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise BadConfiguration(place=place, problem=str(error)) from error
