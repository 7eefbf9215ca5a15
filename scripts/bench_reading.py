"""Measures a book from its scan to its readers: desks while it is recognised, memory, its pages.

A book of many pages is taken in and recognised on all cores by the workers `ils serve` starts,
while fifty desks scan; afterwards its pages are opened over HTTP as a reader opens them.
"""

from __future__ import annotations

import argparse
import http.client
import random
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import bench_data
from bench import accounts, desks, pace
from bench_ocr import TEXTS
from bench_server import PASSWORD, Server
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy.orm import Session

import ils.app  # noqa: F401 -- all tables
from ils import config as configuration
from ils import db
from ils.digitization.documents import actions, queries
from ils.digitization.documents.models import DigitalDocument
from ils.ledger import Channel
from ils.organisation.branches.queries import branch_by_code, origin_now

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"
SIZE, DPI, LINES = (1240, 1754), 150, 30
DESKS = 50
#: What a browser says of itself: robots are not counted, and this is to be counted.
BROWSER = {"User-Agent": "Mozilla/5.0 Firefox/140", "Accept-Language": "kk"}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--postgresql", default="", help="URL of a server that may be filled")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = Server("reading", folder / "data", asked.postgresql)
        server.extra = {"ILS_DIGITIZATION_WORKERS": str(asked.workers)}
        server.ils("init", "--branch", "Б1", "--password", PASSWORD)
        accounts(server, DESKS)
        bench_data.records(folder / "base.iso", asked.records, 2)
        server.ils("catalog", "import", str(folder / "base.iso"), "--json")
        scan = folder / "book.tif"
        drawn = list(pages(asked.pages))
        drawn[0].save(scan, save_all=True, append_images=drawn[1:], compression="tiff_lzw",
                      dpi=(DPI, DPI))  # fmt: skip
        del drawn
        server.start()
        try:
            measure(server, scan, asked.pages)
        finally:
            server.stop()


def pages(number: int) -> Iterator[Image.Image]:
    """Pages of lines, each another."""
    chance = random.Random(3)  # noqa: S311 -- texts, no secret
    font = ImageFont.truetype(FONT, 24)
    for _ in range(number):
        page = Image.new("L", SIZE, 250)
        draw = ImageDraw.Draw(page)
        for line in range(LINES):
            words = chance.choice(TEXTS).split()[:8]
            draw.text((90, 100 + line * 52), " ".join(words), font=font, fill=20)
        yield page


def measure(server: Server, scan: Path, number: int) -> None:
    """The book recognised beside desks; then read."""
    codes = [str(1_000_000 + at) for at in range(DESKS * 40)]
    half = len(codes) // 2
    print(f"· {DESKS} desks alone: {desks(server, DESKS, codes[:half], 1.0)} pace {pace()}")
    server.ils("digitise", "add", str(scan), "--record", "1000000", "--recognise")
    began, peak, over = time.monotonic(), [0.0], threading.Event()
    watch = threading.Thread(target=remember, args=(server, peak, over))
    watch.start()
    print(f"· {DESKS} desks while it is recognised: {desks(server, DESKS, codes[half:], 1.0)} "
          f"pace {pace()}", flush=True)  # fmt: skip
    engine = db.connect(configuration.load(environ=server.environ))
    sessions = db.sessions_of(engine)
    until(sessions, lambda session, one: queries.count_readable(session, one.id) == number)
    took = time.monotonic() - began
    print(f"· {number} pages recognised in {took:.0f} s, {took / number:.2f} s a page", flush=True)
    one = until(sessions, lambda _, one: one.pdf_state not in {"none", "wanted"})
    print(f"· its PDF ({one.pdf_state}) after {time.monotonic() - began - took:.0f} s more")
    published(sessions, one.id)
    engine.dispose()
    over.set()
    watch.join()
    print(f"· memory of a worker with all it starts: at most {peak[0]:.0f} MB")
    opened(server, one.id, number)


def remember(server: Server, peak: list[float], over: threading.Event) -> None:
    """The most memory one of the recognising workers took with what it started."""
    while not over.wait(0.3):
        for pid in family(server.process.pid) if server.process else ():
            if b"--recognise" in said(pid, "cmdline"):
                peak[0] = max(peak[0], sum(map(proportional, family(pid))) / 1024)


def said(pid: int, name: str) -> bytes:
    """What the system tells of a process; empty: it is gone."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def family(pid: int) -> Iterator[int]:
    """A process and what it started."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*"):
        for child in said(pid, f"task/{task.name}/children").split():
            yield from family(int(child))


def proportional(pid: int) -> int:
    """Its memory in kB, what is shared in its part."""
    found = re.search(rb"^Pss:\s+(\d+)", said(pid, "smaps_rollup"), re.MULTILINE)
    return int(found[1]) if found else 0


def until(
    sessions: db.Sessions, there: Callable[[Session, DigitalDocument], bool]
) -> DigitalDocument:
    """The only document once something is true of it."""
    while True:
        with db.reading(sessions) as session:
            (one,) = session.scalars(queries.documents())
            if there(session, one):
                return one
        time.sleep(1)


def published(sessions: db.Sessions, document: int) -> None:
    """Give a document to the readers."""
    with db.transaction(sessions) as session:
        one = queries.document(session, document, lock=True)
        one.rights = "own"
        branch = branch_by_code(session, "Б1")
        actions.publish(session, origin_now(session, branch.id, Channel.SYSTEM, None), one)


def opened(server: Server, document: int, number: int) -> None:
    """Pages of it opened as a reader opens them, in any order; each page's first picture too."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    chance = random.Random(4)  # noqa: S311 -- an order, no secret

    def get(path: str) -> tuple[float, int, str]:
        at = time.monotonic()
        connection.request("GET", path, headers=BROWSER)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        return (time.monotonic() - at) * 1000, len(text), text.decode("utf-8", "replace")

    for what, query in (("a page", ""), ("a page with hits", "?q=%D2%9B%D0%BE%D2%93%D0%B0%D0%BC")):
        times, sizes = [], []
        for _ in range(300):
            took, size, _ = get(f"/read/{document}/{chance.randint(1, number)}{query}")
            times.append(took)
            sizes.append(size)
        told(what, times, max(sizes))
    times = [get(f"/read/{document}/{at}/lines.svg")[0] for at in range(1, min(200, number) + 1)]
    told("its lines", times, 0)
    pictures, sizes = [], []
    for at in chance.sample(range(1, number), min(60, number - 1)):
        text = get(f"/read/{document}/{at}")[2]
        path = re.search(r'<img src="([^"]+/800\.jpg[^"]*)" srcset', text)
        took, size, _ = get(path[1].replace("&amp;", "&") if path else "")
        pictures.append(took)
        sizes.append(size)
    told("its picture, made anew", pictures, max(sizes))


def told(what: str, times: list[float], size: int) -> None:
    """Print the middle, the slowest twentieth, and the heaviest."""
    times.sort()
    slow = times[len(times) * 95 // 100]
    heaviest = f", at most {size / 1000:.0f} kB" if size else ""
    print(f"· {what}: p50 {statistics.median(times):.1f}, p95 {slow:.1f} ms{heaviest}", flush=True)


if __name__ == "__main__":
    main()
