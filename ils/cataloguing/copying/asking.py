"""Several libraries asked at once; what they answer, the most useful first."""

from __future__ import annotations

import base64
import binascii
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass

from ils import logs
from ils.catalog.records import rules as record_rules
from ils.catalog.records.rules import Description
from ils.catalog.subjects import Classes
from ils.cataloguing.copying import sru, z3950
from ils.cataloguing.copying.targets import Answered, NoAnswer, SoughtRecord, Target
from ils.errors import N_, Busy
from ils.marc import reading
from ils.marc.reading import ReadRecord
from ils.marc.record import Dialect, Field, MarcRecord

#: Who asks in which protocol.
ASK: dict[str, Callable[[Target, SoughtRecord], tuple[bytes, int]]] = {
    "sru": sru.ask,
    "z39.50": z3950.ask,
}
#: A thread of the server waits meanwhile: not more of them, or desks would.
AT_ONCE = 2
#: Records in a language the library's readers read come first.
LANGUAGES = ("kk", "ru", "en")
#: What tells a full description from a poor one.
USEFUL = {
    "010", "101", "102", "205", "210", "215", "225", "300", "320", "327", "330", "333", "600",
    "601", "606", "607", "610", "675", "676", "686", "700", "701", "702", "710",
}  # fmt: skip
#: Of another library's own making: its shelf marks, its notes, when it changed the record.
LOCAL = ("001", "003", "005", "801", "830", "850", "886", "9")
MOST_BYTES = 500_000

_asking = threading.BoundedSemaphore(AT_ONCE)


class TooManyAsk(Busy):
    """Others wait for other libraries now."""

    code = "too_many_ask"
    message = N_("Others are asking other libraries at the moment; please try again shortly.")


@dataclass(frozen=True)
class OfferedRecord:
    """A record of another library.

    Attributes:
        kept: fields that have no place in ours; they are left out.
    """

    target: Target
    marc: MarcRecord
    about: Description
    converted: bool
    kept: Sequence[str]

    @property
    def fields(self) -> int:
        """How much it says."""
        return len({f.tag for f in self.marc.fields} & USEFUL)

    @property
    def packed(self) -> str:
        """The record as a form carries it."""
        return base64.b64encode(zlib.compress(self.marc.dump().encode(), 9)).decode()


def unpacked(text: str) -> MarcRecord | None:
    """The record a form carries; ``None``: it is none of ours."""
    try:
        opened = zlib.decompressobj()
        data = opened.decompress(base64.b64decode(text, validate=True), MOST_BYTES)
        return None if opened.unconsumed_tail else MarcRecord.load(data.decode())
    except (binascii.Error, zlib.error, ValueError, TypeError, RecursionError):
        return None


def ask(
    targets: Sequence[Target], wanted: SoughtRecord, classes: Classes
) -> tuple[list[OfferedRecord], list[Answered]]:
    """The records of all that answer in time, best first; and what each library said.

    Raises:
        TooManyAsk: others wait for an answer.
    """
    if not _asking.acquire(blocking=False):
        raise TooManyAsk
    try:
        answers = _answers(targets, wanted)
    finally:
        _asking.release()
    offers = [
        _offer(answer.target, read, read.marc, classes)
        for answer in answers
        for read in answer.records
        if read.marc is not None
    ]
    return sorted(offers, key=_rank), answers


def _offer(target: Target, read: ReadRecord, marc: MarcRecord, classes: Classes) -> OfferedRecord:
    about, foreign = record_rules.describe(marc, classes), read.dialect is not Dialect.UNIMARC
    return OfferedRecord(target, ours(marc, target.agency), about, foreign, read.kept)


def _answers(targets: Sequence[Target], wanted: SoughtRecord) -> list[Answered]:
    """What each library said; who says nothing keeps nobody waiting."""
    began = time.monotonic()  # a library that sends a letter now and then is waited for no longer
    pool = ThreadPoolExecutor(max_workers=max(1, len(targets)))
    waited = [(target, pool.submit(_one, target, wanted)) for target in targets]
    answers = []
    for target, future in waited:
        try:
            left = began + target.seconds + 1 - time.monotonic()
            answers.append(future.result(timeout=max(0, left)))
        except TooLate:
            answers.append(Answered(target, problem=N_("no answer in time")))
    pool.shutdown(wait=False, cancel_futures=True)
    return answers


def _one(target: Target, wanted: SoughtRecord) -> Answered:
    try:
        data, total = ASK[target.protocol](target, wanted)
        if not total or not data.strip():
            return Answered(target)
        source, chunks = reading.examine(
            data, target.code, dialect=target.dialect, encoding=target.encoding
        )
    except NoAnswer as error:
        return Answered(target, problem=str(error))
    except reading.NotRecords:
        return Answered(target, problem=N_("the answer holds no MARC records"))
    except Exception as error:  # noqa: BLE001 -- damage nobody has seen yet costs its library only
        logs.fault("copy cataloguing", error, target=target.code)
        return Answered(target, problem=type(error).__name__)
    records = [read for chunk in chunks if (read := reading.read(source, chunk)).marc is not None]
    if not records:
        return Answered(target, problem=N_("the answer holds no MARC records"))
    return Answered(target, records, total)


def ours(marc: MarcRecord, agency: str) -> MarcRecord:
    """A record without what is another library's own; where it is from stands in 035."""
    fields = [f for f in marc.fields if not f.tag.startswith(LOCAL)]
    number = marc.get("001")
    if number and not any(marc.each("035")):
        said = f"({agency}){number}" if agency else number
        fields.append(Field("035", "  ", [("a", said)]))
    return MarcRecord(marc.leader, sorted(fields, key=lambda f: f.tag))


def _rank(offer: OfferedRecord) -> tuple[int, int]:
    language = offer.about.language
    first = LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES)
    return first, -offer.fields
