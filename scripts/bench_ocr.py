"""Measures recognising: errors on real lines and drawn pages, throughput, search in many pages.

Real lines are those of a newspaper of 1939 (third-party samples beside the repository; left out
where they are absent). Plain Tesseract with the same model is measured in the same run.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bench_folder import new_library
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from rapidfuzz.distance import Levenshtein
from sqlalchemy.orm import Session

import ils.app  # noqa: F401 -- all tables
from ils import clock, db
from ils.db import bulk_insert, new_id
from ils.digitization.documents.models import DigitalDocument, DocumentPage
from ils.digitization.fulltext.following import page_index
from ils.digitization.fulltext.queries import hits
from ils.digitization.ocr import tesseract
from ils.digitization.ocr.tesseract import Recogniser
from ils.digitization.scans.models import ScanFile, ScanPage
from ils.digitization.text import tree
from ils.digitization.text.models import PageText
from ils.organisation.branches.actions import add_branch
from ils.search.analysis import marked

LINES = Path(__file__).resolve().parents[2] / "shared" / "data" / "ocr" / "newsprint_1939"
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"
KAZAKH = "әғқңөұүһі"
SIZE, DPI = (1654, 2339), 200
#: What a page is drawn of; words of both languages, in the order of a sentence that makes sense.
TEXTS = (
    "қоғам өмірі туралы әңгіме жазылған кітап Өскемен қаласының көпшілік кітапханасында сақталады",
    "Шоқан Уәлиханов еңбектерінің толық жинағы жаңа баспадан шығып оқырмандарға ұсынылды",
    "әліппе үйрену үшін ұстаз шәкірттерге күн сайын жаңа һәм қызықты мәтіндер оқытады",
    "В городском музее открылась выставка редких книг по истории Прибалхашья и рудников",
    "Старейшая газета области рассказывает о людях труда и о строительстве нового завода",
    "Библиотека приглашает читателей на вечер памяти писателя и на обсуждение его романа",
)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=150, help="Real lines to read.")
    parser.add_argument("--pages", type=int, default=2, help="Drawn pages of each condition.")
    parser.add_argument("--search", type=int, default=60_000, help="Pages to be searched.")
    asked = parser.parse_args()
    engine = Recogniser("Cyrillic", None, 600, 2_000)
    print(engine.name)
    if asked.lines and LINES.is_dir():
        real_lines(engine, asked.lines)
    if asked.pages:
        conditions(engine, asked.pages)
    if asked.search:
        search(asked.search)


def read(picture: Image.Image, engine: Recogniser, dpi: int = DPI) -> str:
    with tempfile.TemporaryDirectory() as folder:
        page = tesseract.read(picture, dpi, engine, Path(folder)).page
    return " ".join(line.text for line in page.lines())


def plain(picture: Image.Image, engine: Recogniser, dpi: int = DPI) -> str:
    """What the program reads by itself."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.png"
        picture.save(source, dpi=(dpi, dpi), compress_level=1)
        command = ["tesseract", str(source), "stdout", "-l", engine.model, "--dpi", str(dpi),
                   "--psm", str(engine.layout)]  # fmt: skip
        environment = {"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"}
        done = subprocess.run(command, capture_output=True, env=environment, check=True)
    return " ".join(done.stdout.decode().split())


def real_lines(engine: Recogniser, most: int) -> None:
    """Errors on transcribed lines of a real newspaper."""
    line = Recogniser(engine.model, None, engine.seconds, engine.megabytes, layout=7)
    pairs = [
        (path, path.with_suffix("").with_suffix(".tif")) for path in sorted(LINES.rglob("*.gt.txt"))
    ]
    chosen = random.Random(1).sample(pairs, min(most, len(pairs)))  # noqa: S311 -- a sample
    truths, ours, theirs = [], [], []
    for text, source in chosen:
        with Image.open(source) as opened:
            picture = opened.convert("L")
        truths.append(" ".join(text.read_text(encoding="utf-8").split()))
        ours.append(read(picture, line, 300))
        theirs.append(plain(picture, line, 300))
    folded = [folded_o(texts) for texts in (truths, ours, theirs)]
    print(f"newspaper of 1939, {len(chosen)} lines: characters wrong "
          f"{errors(truths, ours):.1f} % (plain {errors(truths, theirs):.1f} %); "
          f"ӧ taken as о {errors(folded[0], folded[1]):.1f} % "
          f"({errors(folded[0], folded[2]):.1f} %)")  # fmt: skip


def folded_o(texts: Iterable[str]) -> list[str]:
    return [text.replace("ӧ", "о").replace("Ӧ", "О") for text in texts]


def errors(truths: Sequence[str], read_texts: Sequence[str]) -> float:
    """Wrong characters in a hundred."""
    wrong = sum(Levenshtein.distance(a, b) for a, b in zip(truths, read_texts, strict=True))
    return 100 * wrong / max(1, sum(map(len, truths)))


def rare_errors(truth: str, text: str) -> tuple[int, int]:
    """(The nine Kazakh letters of a text, how many of them were read as something else)."""
    all_, wrong = 0, 0
    for operation in Levenshtein.opcodes(truth, text):
        own = sum(c.lower() in KAZAKH for c in truth[operation.src_start : operation.src_end])
        all_ += own
        wrong += own if operation.tag in {"replace", "delete"} else 0
    return all_, wrong


def drawn(seed: int, columns: int = 1) -> tuple[Image.Image, str]:
    """A page of print and its text, column after column."""
    chance = random.Random(seed)  # noqa: S311 -- a page, no secret
    picture = Image.new("L", SIZE, 244)
    draw, font = ImageDraw.Draw(picture), ImageFont.truetype(FONT, 30)
    width, text = (SIZE[0] - 200) // columns, []
    for column in range(columns):
        left, top = 100 + column * width, 120
        while top < SIZE[1] - 150:
            words = chance.choice(TEXTS).split()
            line: list[str] = []
            for word in words:
                if draw.textlength(" ".join([*line, word]), font=font) > width - 60:
                    break
                line.append(word)
            draw.text((left, top), " ".join(line), font=font, fill=24)
            text.append(" ".join(line))
            top += 52
    return picture, " ".join(text)


def yellowed(picture: Image.Image) -> Image.Image:
    """Old paper: darker towards the fold, with grain."""
    shade = Image.linear_gradient("L").resize(picture.size).point(lambda v: 110 + v // 3)
    grain = Image.effect_noise(picture.size, 26)
    return Image.blend(Image.blend(picture, shade, 0.45), grain, 0.12)


def conditions(engine: Recogniser, pages: int) -> None:
    """Errors on drawn pages, as a scanner may bring them."""
    half = (SIZE[0] * 3 // 4, SIZE[1] * 3 // 4)
    ways: dict[str, tuple[int, Callable[[Image.Image], Image.Image], int]] = {
        "clean": (1, lambda p: p, DPI),
        "skewed by 0.8°": (1, lambda p: p.rotate(0.8, fillcolor=244), DPI),
        "yellowed": (1, yellowed, DPI),
        "two columns": (2, lambda p: p, DPI),
        "150 dpi": (1, lambda p: p.resize(half), 150),
        "blurred": (1, lambda p: p.filter(ImageFilter.GaussianBlur(1.1)), DPI),
        "upside down": (1, lambda p: p.rotate(180), DPI),
    }
    took = {"ours": 0.0, "plain": 0.0}
    for name, (columns, change, dpi) in ways.items():
        sums = {"ours": [0, 0, 0, 0], "plain": [0, 0, 0, 0]}
        letters = 0
        found = words = 0
        for seed in range(pages):
            picture, truth = drawn(seed, columns)
            picture = change(picture)
            letters += len(truth)
            for who, act in (("ours", read), ("plain", plain)):
                began = time.monotonic()
                text = act(picture, engine, dpi)
                if name == "clean":
                    took[who] += time.monotonic() - began
                sums[who][0] += Levenshtein.distance(truth, text)
                rare = rare_errors(truth, text)
                sums[who][1] += rare[0]
                sums[who][2] += rare[1]
                if who == "ours":
                    asked = sorted(set(truth.split()))
                    words += len(asked)
                    found += sum(any(hit for _, hit in marked(text, word)) for word in asked)
        ours, theirs = sums["ours"], sums["plain"]
        print(f"{name}: wrong {100 * ours[0] / letters:.2f} % "
              f"(plain {100 * theirs[0] / letters:.2f} %), "
              f"Kazakh letters {100 * ours[2] / max(1, ours[1]):.2f} % "
              f"({100 * theirs[2] / max(1, theirs[1]):.2f} %), "
              f"words found {100 * found / words:.1f} %")  # fmt: skip
    print(f"a clean page: {took['ours'] / pages:.1f} s (plain {took['plain'] / pages:.1f} s)")


def search(pages: int) -> None:
    """Search in many pages of text, in process: index, then questions."""
    with new_library("") as new:
        with db.transaction(new.sessions) as session:
            branch = add_branch(
                session, None, code="ЦБ", name_ru="ЦБ", name_kk="ОК", timezone="Asia/Almaty",
                type="central",
            )  # fmt: skip
            fill(session, branch.id, pages)
        began = time.monotonic()
        index = page_index(new.folder)
        with db.reading(new.sessions) as session:
            while index.catch_up(session):
                pass
            print(f"{pages} pages indexed in {time.monotonic() - began:.0f} s")
            gc.collect()
            gc.freeze()  # as the server does: what filled the library is not looked through
            times = []
            for asked in (
                "қоғам",
                "выставка книг",
                "оқырмандар",
                "музей история",
                "кітапхана",
            ) * 20:
                at = time.monotonic()
                hits(session, new.folder, asked, lambda _: True, most=20)
                times.append((time.monotonic() - at) * 1000)
        times.sort()
        print(f"search in {pages} pages: p50 {statistics.median(times):.0f} ms, "
              f"p95 {times[int(len(times) * 0.95)]:.0f} ms")  # fmt: skip
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"memory of this process: {peak} MB")


def fill(session: Session, branch_id: int, pages: int) -> None:
    """Pages of text of documents of five hundred pages each, without pictures."""
    chance, now = random.Random(2), clock.now()  # noqa: S311 -- texts, no secret
    scan = ScanFile(
        token=str(pages), sha256="x", size=1, name="x", type="image/tiff", received_at=now,
        verified_at=now,
    )  # fmt: skip
    session.add(scan)
    session.flush()
    scans, texts, own, documents = [], [], [], []
    for number in range(pages):
        if number % 500 == 0:
            documents.append({
                "id": new_id(), "kind": "book", "title": f"Кітап {number // 500}",
                "branch_id": branch_id, "created_at": now, "state": "recognised",
            })  # fmt: skip
        page_id = new_id()
        lines = [
            tree.Line(
                str(at), [tree.PlacedWord(10 + 40 * n, 20 * at, 38, 18, 90, word)
                          for n, word in enumerate(chance.choice(TEXTS).split())], "e",
            )
            for at in range(30)
        ]  # fmt: skip
        page = tree.Page(1654, 2339, 200, [lines])
        scans.append({"id": page_id, "file_id": scan.id, "index": number, "width": 1654,
                      "height": 2339, "dpi": 200, "notes": [], "state": "recognised"})  # fmt: skip
        texts.append({"id": page_id, "tree": tree.dumped(page), "plain": tree.joined(page),
                      "doubtful": 0, "former": None, "proposal": None,
                      "change_number": new_id()})  # fmt: skip
        own.append({"id": new_id(), "document_id": documents[-1]["id"],
                    "number": number % 500 + 1, "scan_page_id": page_id})  # fmt: skip
    bulk_insert(session, DigitalDocument, documents)
    for start in range(0, pages, 2000):
        for model, rows in ((ScanPage, scans), (PageText, texts), (DocumentPage, own)):
            bulk_insert(session, model, rows[start : start + 2000])


if __name__ == "__main__":
    main()
