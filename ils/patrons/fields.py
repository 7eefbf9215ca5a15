"""What is asked of a reader: one declaration for the form, the page, imports and the export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ils.errors import N_
from ils.fields import FieldInfo, FieldKind, described, infos

WORK, CARE = N_("School, work, guardian"), N_("Disability, home delivery, notes")
TEL, EMAIL, FLAG = FieldKind.TEL, FieldKind.EMAIL, FieldKind.FLAG


@dataclass(frozen=True)
class PatronData:
    """What the form asks; ``guardian`` is the card of one who is a reader."""

    surname: str = described(
        N_("Surname"), columns=("фамилия", "тегі", "last name"), longest=200
    )  # fmt: skip
    given_name: str = described(
        N_("Given name"), columns=("имя", "аты", "есімі", "given name", "first name"), longest=200
    )
    patronymic: str = described(
        N_("Patronymic"), default="", columns=("отчество", "әкесінің аты", "middle name")
    )
    birth_date: date = described(
        N_("Birth date"), FieldKind.DAY, hint=N_("For example 31.01.1990"), width="date",
        past=True,
        columns=("дата рождения", "год рождения", "туған күні", "туған жылы", "birth date"),
    )  # fmt: skip
    category: str = described(
        N_("Category"), codes="categories", empty="", columns=("категория", "санаты")
    )
    sex: str = described(N_("Sex"), codes="sex", empty="", default="", columns=("пол", "жынысы"))
    card: str = described(
        N_("Card barcode"), default="", width="phone", scan=True,
        hint=N_("Scan it; left empty, the next free one is given"),
        columns=("номер билета", "читательский билет", "№ билета", "штрих-код", "билет нөмірі",
                 "штрих-коды"),
    )  # fmt: skip
    language: str = described(
        N_("Language"), codes="language", default="ru", columns=("язык", "тілі")
    )
    phone: str = described(
        N_("Phone"), TEL, default="", width="phone", columns=("телефон", "телефоны")
    )
    email: str = described(
        N_("E-mail"), EMAIL, default="",
        columns=("e-mail", "почта", "электронная почта", "электрондық пошта"),
    )  # fmt: skip
    channel: str = described(
        N_("How to reach the reader"), codes="contact_channel", default="phone"
    )
    notices_off: bool = described(N_("No automatic notices of loans"), FLAG, default=False)
    address: str = described(N_("Address"), default="", columns=("адрес", "мекенжайы"))
    school: str = described(N_("School"), default="", group=WORK, columns=("школа", "мектебі"))
    grade: str = described(
        N_("Grade"), default="", group=WORK, width="year", columns=("класс", "сыныбы")
    )
    workplace: str = described(
        N_("Place of work or study"), default="", group=WORK,
        columns=("место работы", "жұмыс орны"),
    )  # fmt: skip
    guardian: str = described(
        N_("Guardian’s card"), default="", group=WORK, width="phone", scan=True,
        hint=N_("if the guardian is a reader"),
    )  # fmt: skip
    guardian_name: str = described(
        N_("Guardian’s name"), default="", group=WORK,
        columns=("родитель", "опекун", "ата-анасы", "guardian name"),
    )  # fmt: skip
    guardian_phone: str = described(
        N_("Guardian’s phone"), TEL, default="", group=WORK, width="phone",
        columns=("телефон родителя", "ата-анасының телефоны", "guardian phone"),
    )  # fmt: skip
    disability: str = described(
        N_("Disability"), codes="disability", empty="", default="", group=CARE
    )
    wishes: str = described(N_("Home delivery preferences"), default="", group=CARE)
    notes: str = described(
        N_("Notes for the desk"), FieldKind.LONG, default="", group=CARE,
        columns=("примечание", "ескертпе"),
    )  # fmt: skip
    home_delivery: bool = described(N_("Books are brought home"), FLAG, default=False, group=CARE)
    consent: bool = described(
        N_("The reader has read the rules and agrees to the processing of personal data"),
        FLAG, default=False,
    )  # fmt: skip


INFOS: tuple[FieldInfo, ...] = tuple(infos(PatronData))
#: Fields of words, whose blanks are tidied.
TEXTS = tuple(
    info.name
    for info in INFOS
    if info.kind in {FieldKind.TEXT, TEL, EMAIL, FieldKind.LONG}
)  # fmt: skip
