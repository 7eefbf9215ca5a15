"""Tesseract as a program of its own: bounded in time and memory, below everything else in turn."""

from __future__ import annotations

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter, ImageOps

from ils.digitization.text.tree import Line, Page, PlacedWord
from ils.errors import N_, IlsError

PROGRAM = "tesseract"
NICE = 10
#: What `prlimit` ends with where there is no such program.
NOT_INSTALLED = 127
#: How a picture is made black and white (`thresholding_method` of Tesseract).
OTSU, SAUVOLA = 0, 2
#: A reading is good enough with so many of its letters in words the engine is sure of, in
#: hundredths; a page of fewer letters may hide a better one.
GOOD, FEW_LETTERS = 70, 20
#: How sure Tesseract must be of which way is up.
ORIENTATION_SURE = 1.5
_turn, _sure = (
    re.compile(r"^Rotate: (\d+)", re.MULTILINE),
    re.compile(r"Orientation confidence: ([\d.]+)"),
)


class NotRecognised(IlsError):
    """The program failed on a page; ``why`` is a code."""

    code = "not_recognised"
    message = N_("The page could not be recognised (%(why)s).")


@dataclass(frozen=True)
class Recogniser:
    """How pages are recognised.

    Attributes:
        models: a folder with the model; ``None``: where Tesseract has its own.
        seconds, megabytes: what the program may take for a page.
        layout: what is on the picture (``--psm``): 3 a page, 7 a single line.
    """

    model: str
    models: Path | None
    seconds: int
    megabytes: int
    layout: int = 3

    @property
    def name(self) -> str:
        """The program with its version, and the model."""
        return f"tesseract {version()} {self.model}"


@dataclass(frozen=True)
class Reading:
    """What came of a page: its text, how it was turned, and by which treatment."""

    page: Page
    rotation: int
    method: str


def read(picture: Image.Image, dpi: int, engine: Recogniser, scratch: Path) -> Reading:
    """Recognise an upright picture; treatments of a bad one are tried until one is good.

    The reading with the most letters in words the engine is sure of is taken: how sure it is
    on average says nothing of a page on which it saw little (measured, `docs/performance.md`).

    Args:
        scratch: an empty folder.

    Raises:
        NotRecognised: the program failed, took too long or too much.
    """
    best: Reading | None = None
    for reading in _readings(picture, dpi, engine, scratch):
        if best is None or reading.page.sure_letters > best.page.sure_letters:
            best = reading
        if _is_good(best.page):
            break
    assert best is not None  # noqa: S101 -- there is always a first one
    return best


def _is_good(page: Page) -> bool:
    return page.letters >= FEW_LETTERS and page.sure_letters * 100 >= GOOD * page.letters


def _readings(
    picture: Image.Image, dpi: int, engine: Recogniser, scratch: Path
) -> Iterator[Reading]:
    grey = picture.convert("L")

    def reading(image: Image.Image, turned: int, threshold: int, treatment: str) -> Reading:
        page = _recognised(image, dpi, engine, scratch, threshold)
        return Reading(page, turned, f"{engine.name}, {treatment}")

    first = reading(grey, 0, SAUVOLA, "sauvola")
    yield first
    turned = orientation(grey, engine, scratch)
    if turned:
        grey = grey.rotate(-turned, expand=True)
        yield reading(grey, turned, SAUVOLA, "sauvola")
    yield reading(grey, turned, OTSU, "otsu")
    yield reading(_evened(grey), turned, SAUVOLA, "evened, sauvola")


def _evened(grey: Image.Image) -> Image.Image:
    """The picture without its background: yellowed paper, shadows of a fold."""
    small = grey.resize((max(1, grey.width // 4), max(1, grey.height // 4)))
    paper = small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(12))
    lit = ImageChops.subtract(paper.resize(grey.size), grey)
    return ImageOps.autocontrast(ImageOps.invert(lit), cutoff=1).filter(
        ImageFilter.GaussianBlur(1.2)
    )


def orientation(picture: Image.Image, engine: Recogniser, scratch: Path) -> int:
    """Degrees clockwise that put a picture upright; 0 where the program is not sure."""
    try:
        said = _run(picture, 300, engine, scratch, ["--psm", "0", "-l", "osd"], own_model=False)
    except NotRecognised:  # too few letters to tell
        return 0
    sure, turn = _sure.search(said), _turn.search(said)
    if sure is None or turn is None or float(sure[1]) < ORIENTATION_SURE:
        return 0
    return int(turn[1])


def _recognised(
    picture: Image.Image, dpi: int, engine: Recogniser, scratch: Path, threshold: int
) -> Page:
    options = [
        "-l", engine.model, "--psm", str(engine.layout),
        "-c", f"thresholding_method={threshold}", "-c", "tessedit_create_tsv=1",
    ]  # fmt: skip
    table = _run(picture, dpi, engine, scratch, options)
    return Page(*picture.size, dpi, blocks(table, engine.name))


def blocks(table: str, by: str) -> list[list[Line]]:
    """The blocks of Tesseract's table of words (TSV)."""
    words: dict[int, dict[tuple[int, ...], list[PlacedWord]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != "5" or not cells[11].strip():
            continue
        _, _, block, paragraph, line, _, *box = map(int, cells[:10])
        left, top, width, height = box
        certainty = max(0, round(float(cells[10])))
        word = PlacedWord(left, top, width, height, certainty, cells[11].strip())
        words[block][paragraph, line].append(word)
    found, number = [], 0
    for paragraphs in words.values():
        lines = []
        for texts in paragraphs.values():
            number += 1
            lines.append(Line(str(number), texts, by))
        found.append(lines)
    return found


def _run(
    picture: Image.Image, dpi: int, engine: Recogniser, scratch: Path, options: Sequence[str],
    *, own_model: bool = True,
) -> str:  # fmt: skip
    source = scratch / "page.png"
    picture.save(source, compress_level=1, dpi=(dpi, dpi))
    command = [
        "nice", f"-n{NICE}", "prlimit", f"--as={engine.megabytes * 1_000_000}",
        PROGRAM, str(source), "stdout", "--dpi", str(dpi), *options,
    ]  # fmt: skip
    if engine.models is not None and own_model:
        command += ["--tessdata-dir", str(engine.models)]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1", "TMPDIR": str(scratch)}
    try:
        done = subprocess.run(  # noqa: S603 -- fixed programs, no shell
            command, capture_output=True, timeout=engine.seconds, env=environment, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotRecognised(why="too_slow") from error
    if done.returncode == NOT_INSTALLED:
        raise NotRecognised(why="not_installed")
    if done.returncode != 0:
        raise NotRecognised(why=f"exit_{done.returncode}")
    return done.stdout.decode("utf-8", "replace")


@cache
def version() -> str:
    """Of the program; empty where it is not installed."""
    try:
        said = subprocess.run(  # noqa: S603 -- a fixed program
            [PROGRAM, "--version"], capture_output=True, check=False, timeout=30
        ).stdout.decode()
    except OSError:
        return ""
    return said.split("\n", 1)[0].removeprefix("tesseract").strip()


def models(folder: Path) -> list[str]:
    """The models there are: those an administrator put into the folder, and the program's own."""
    own = sorted(path.stem for path in folder.glob("*.traineddata"))
    try:
        said = subprocess.run(  # noqa: S603 -- a fixed program
            [PROGRAM, "--list-langs"], capture_output=True, check=False, timeout=30
        ).stdout.decode()
    except OSError:
        return own
    listed = [name.removeprefix("script/") for name in said.splitlines()[1:] if name.strip()]
    return list(dict.fromkeys([*own, *listed]))
