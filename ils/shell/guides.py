"""The guides of ``docs/ru`` and ``docs/kk`` as pages. The one importer of markdown-it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

from ils.errors import N_, NotFound

FOLDER = Path(__file__).parents[2] / "docs"
#: In which language a guide is read that is not there in the viewer's.
WRITTEN = {"kk": "kk"}
START = "README"

_link = re.compile(r'href="(?:\.\./(?:ru|kk)/)?(\w+)\.md(#[\w-]*)?"')
_picture = re.compile(r'src="\.\./pictures/(ru|kk)/(\w+\.png)"')
_elsewhere = re.compile(r'<a href="\.\./[^"]*">([^<]*)</a>')
_table = re.compile(r"<table>.*?</table>", re.DOTALL)


class NoGuide(NotFound):
    """There is no guide of this name."""

    code = "no_guide"
    message = N_("There is no such guide.")


def guide(language: str, name: str) -> tuple[str, Markup]:
    """A guide's title, and the rest of it as HTML.

    Raises:
        NoGuide: there is none.
    """
    folder = FOLDER / WRITTEN.get(language, "ru")
    path = folder / f"{name}.md"
    if path.parent != folder or path.stem not in {one.stem for one in folder.glob("*.md")}:
        raise NoGuide
    return _rendered(path)


def picture(language: str, name: str) -> Path:
    """The file of a picture in the guides of a language.

    Raises:
        NoGuide: there is none.
    """
    folder = FOLDER / "pictures" / language
    path = folder / f"{name}.png"
    if path.stem not in {one.stem for one in folder.glob("*.png")}:
        raise NoGuide
    return path


@cache
def _rendered(path: Path) -> tuple[str, Markup]:
    text = path.read_text(encoding="utf-8")
    first, _, rest = text.partition("\n")
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(rest)
    html = _link.sub(lambda found: f'href="/help/{found[1]}{found[2] or ""}"', html)
    html = _picture.sub(r'src="/help/pictures/\1/\2" loading="lazy"', html)
    html = _elsewhere.sub(r"\1", html)  # papers for those who run or change the program
    html = _table.sub(lambda found: f'<div class="scroll" tabindex="0">{found[0]}</div>', html)
    return first.removeprefix("# ").strip(), Markup(html)  # noqa: S704 -- our own files
