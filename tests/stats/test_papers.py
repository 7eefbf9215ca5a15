"""Papers to be signed: nothing is cut, data are in megabytes, a year is no matter of a week."""

import shutil
import subprocess
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from ils import db, i18n
from ils.documents import Heading, Paragraph, Table, pdf
from ils.errors import Invalid
from ils.stats.definitions.loading import definitions
from ils.stats.documents.content import number
from ils.stats.documents.report import ReportCell
from ils.stats.documents.wording import closed_months, shown
from ils.stats.engine.filling import Figure
from ils.stats.schedules import actions as schedules


def test_no_number_and_no_word_is_cut_on_paper(tmp_path):
    """Eight columns of millions beside long names: letters become smaller, nothing is broken."""
    file = tmp_path / "wide.pdf"
    head = ["", *["Зарегистрированные пользователи"] * 7, "Общественно-политическая"]
    rows = [["Қордағы құжаттардың жалпы саны", *["531\u00a0178\u00a0000"] * 8]]
    file.write_bytes(pdf.document("Сводка", [Table(head, rows, [0])], wide=True))
    command = [shutil.which("pdftotext"), "-raw", file, "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    words = text.replace("\u00a0", " ")
    assert (words.count("531 178 000"), words.count("Зарегистрированные")) == (8, 7)
    assert "Общественно-\nполитическая" in text


def test_a_long_table_begins_on_the_page_of_its_heading(tmp_path):
    file = tmp_path / "diary.pdf"
    table = Table(["", "Келу"], [[f"{day}.03", "7"] for day in range(90)], [0] * 90)
    blocks = [Heading("Дневник", 1), Paragraph("Март"), Heading("Часть 1"), table]
    file.write_bytes(pdf.document("Дневник", blocks))
    command = [shutil.which("pdftotext"), "-layout", file, "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "20.03" in text.split("\f")[0]


def test_data_are_shown_in_megabytes():
    cell = ReportCell(unit="bytes", value=531_178_000)
    assert shown(cell) == "506,6\u00a0МБ"


def test_a_year_by_the_week_is_refused(library):
    with pytest.raises(Invalid) as refused, db.transaction(library.sessions) as session:
        schedules.add_schedule(
            session, definitions(library.config), report="annual", every="week", language="kk",
            addresses="", days_after=1, branch=None, today=date(2026, 3, 4),
        )  # fmt: skip
    assert "более долгое время" in i18n.say_error(refused.value, "ru")


def test_closed_months_are_told_shortly():
    months = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 1)]
    assert closed_months(months) == "12.2025 – 02.2026, 04.2026"


@pytest.mark.parametrize(
    ("value", "unit", "half_up", "cut"),
    [
        ("1.25", "ratio", "1.3", "1.2"), ("-1.25", "ratio", "-1.3", "-1.2"),
        ("0.397", "ratio", "0.4", "0.3"), ("99.95", "percent", "100.0", "99.9"),
        ("12345", "money", "123.45", "123.45"), ("2.5", "count", 3, 2), (None, "ratio", None, None),
    ],
)  # fmt: skip
def test_numbers_are_rounded_as_told(value, unit, half_up, cut):
    figure = Figure(None if value is None else Fraction(value), unit)
    rounded = (number(figure), number(figure, truncate=True))
    assert tuple(str(n) if isinstance(n, Decimal) else n for n in rounded) == (half_up, cut)
