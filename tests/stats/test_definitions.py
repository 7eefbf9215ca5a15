"""Definitions: what is wrong is refused when they are read, with its place; formulas."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ils.config import ROOT, load_lists
from ils.datafiles import BadConfiguration
from ils.ledger import Kind
from ils.stats.definitions.cells import (
    ComputedCell,
    CountedCell,
    DaysCell,
    DeclaredCell,
    PlannedCell,
    ShareCell,
    resolve,
)
from ils.stats.definitions.formulas import (
    BadFormula,
    CellReference,
    FormulaOperation,
    Name,
    Number,
    division,
    evaluate,
    linear,
    parse,
    written,
)
from ils.stats.definitions.loading import definitions, load
from ils.stats.definitions.schema import (
    CountedLine,
    DaysLine,
    FormulaLine,
    InputLine,
    PlanLine,
    ShareLine,
)
from ils.stats.names import Names

D2025, D2026 = date(2025, 5, 5), date(2026, 5, 5)
LISTS = load_lists(ROOT / "config")
GOOD = """
[measures.loans]
parts = [{ kind = "loan" }]
[measures.loans_cd]
parts = [{ kind = "loan", material = "cd" }]
[measures.visits]
parts = [{ kind = "visit" }]
[subset]
kk = { ru = "на каз.", kk = "қазақша", language = "kk" }
[inputs]
staff = { ru = "Штат", kk = "Штат", per = "year" }
[reports.small]
ru = "Отчёт"
kk = "Есеп"
tables = ["t"]
[[table]]
id = "t"
ru = "Таблица"
kk = "Кесте"
rows = [
  { key = "loans", ru = "Выдача", kk = "Берілім", measure = "loans" },
  { key = "loans.cd", ru = "CD", kk = "CD", measure = "loans_cd" },
  { key = "staff", ru = "Штат", kk = "Штат", input = "staff" },
  { key = "load", ru = "Нагрузка", kk = "Жүктеме", formula = "loans / staff" },
]
columns = [{ key = "count", ru = "Всего", kk = "Барлығы", parts = ["kk"] }]
"""


def read(tmp_path, text):
    (tmp_path / "all.toml").write_text(text, encoding="utf-8")
    return load(LISTS, tmp_path)


def test_good_definitions_are_read(tmp_path):
    assert [line.key for line in read(tmp_path, GOOD).tables[0].rows][-1] == "load"


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('material = "cd"', 'colour = "red"', "measures.loans_cd, part 1: unknown facet “colour”"),
        ('material = "cd"', 'material = "papyrus"', "material has no code “papyrus”"),
        ('kind = "visit"', 'kind = "dance"', "unknown kind “dance”"),
        ('formula = "loans / staff"', 'formula = "loans / load"', "load: its formula is circular"),
        ('formula = "loans / staff"', 'formula = "loans / nobody"', "load: unknown line “nobody”"),
        ('formula = "loans / staff"', 'formula = "loans / (staff"', "a bracket is not closed"),
        ('kk = "Берілім", measure', "measure", "row loans: it has no label in kk"),
        ('measure = "loans_cd"', 'measure = "visits"', "loans.cd: it counts what “loans” does not"),
        (', measure = "loans" }', "}", "cell loans count: nothing says what it counts"),
        ('input = "staff"', 'input = "wages"', "row staff: unknown input “wages”"),
        ('parts = ["kk"]', 'parts = ["fr"]', "column count: unknown part “fr”"),
        ('tables = ["t"]', 'tables = ["t", "u"]', "report small: unknown table “u”"),
        ('key = "loans.cd"', 'key = "loans"', "row loans: it stands twice"),
        ('id = "t"', 'id = "t"\nshape = "round"', "table t: Object contains unknown field shape"),
        ("[subset]", "[without]", "unknown section “without”"),
        ('input = "staff"', 'input = "{row}_{column}"', "unknown input “staff_count”"),
        ('input = "staff"', 'input = "{cell}"', "its input cannot be read"),
        ('id = "t"', 'id = "t"\nplans = "u"', "table t: nothing is planned in “u”"),
        ('formula = "loans / staff"', 'share_of = "load"', "load: its formula is circular"),
        ('formula = "loans / staff"', 'formula = "[a|b] / staff"', "“[a|b]” is not expected"),
        ('formula = "loans / staff"', 'formula = "loans", days = true', "both formula and days"),
        ('input = "staff"', "input = 5", "row staff, input: Expected str | null, got int"),
        ('input = "staff"', 'input = "staff", back = "1"', "staff, back: Expected int, got str"),
        ('input = "staff"', 'days = true, when = "start"', "row staff: it cannot be of the start"),
        (
            'input = "staff"',
            'breakdown = "branch", children = true',
            "only what is listed has children",
        ),
        ('key = "staff", ru = "Штат", kk = "Штат", input', 'breakdown = "division", input',
         "row load: unknown line “staff”"),
        ('parts = ["kk"] }', 'input = "staff" }', "row and column both name an input"),

        ('input = "staff"', 'plan_of = "t.luck"', "table t: unknown plan “t.luck”"),
        ('per = "year"', 'per = "century"', "inputs.staff, per: Invalid enum value 'century'"),
    ],
)  # fmt: skip
def test_a_wrong_definition_is_refused_with_its_place(tmp_path, was, becomes, said):
    assert was in GOOD
    with pytest.raises(BadConfiguration) as refused:
        read(tmp_path, GOOD.replace(was, becomes, 1))
    assert said in f"{refused.value.facts['place']}: {refused.value.facts['problem']}"


def test_a_table_may_change_with_time_but_not_be_two_at_once(tmp_path):
    table = GOOD[GOOD.index("[[table]]") :]
    old = table.replace('id = "t"', 'id = "t"\nuntil = 2026-01-01')
    new = table.replace('id = "t"', 'id = "t"\nsince = 2026-01-01').replace("Таблица", "Новая")
    both = GOOD.replace(table, old + new)

    done = read(tmp_path, both)

    days = [done.table("t", day).names.ru for day in (D2025, D2026)]
    assert days == ["Таблица", "Новая"]
    with pytest.raises(BadConfiguration, match="valid at one time"):
        read(tmp_path, GOOD + table)


def test_a_part_may_count_every_kind(tmp_path):
    done = read(tmp_path, GOOD.replace('kind = "visit"', 'kind = "any"'))
    assert [part.kind for part in done.measures["visits"].parts] == list(Kind)


def test_broken_toml_is_said(tmp_path):
    with pytest.raises(BadConfiguration):
        read(tmp_path, "[measures")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b - c", 2),
        ("100 * a / b", Fraction(100, 4)),
        ("(a + b) * 2 - 1", 9),
        ("{year}.share - a.kk", None),
        ("a / (c - 3)", None),
        ("a / (c - 3) | b + 1", 5),
        ("a | b", 1),
        ("2 * (d | b)", 8),
    ],
)
def test_formulas_are_computed_exactly(text, value):
    known = {"a": Fraction(1), "b": Fraction(4), "c": Fraction(3)}
    assert evaluate(parse(text), lambda name: known.get(str(name))) == value


@pytest.mark.parametrize("text", ["", "a +", "a b", "(a", "a)", "* a", "a $ b", "1.5.2"])
def test_what_is_no_formula_is_said(text):
    with pytest.raises(BadFormula):
        parse(text)


def test_a_formula_knows_its_shape():
    factors = {Name("opening"): 1, Name("in"): 2, Name("out"): -1}
    assert linear(parse("opening + in - (out - in)")) == factors
    assert linear(parse("a * b")) is None
    assert division(parse("100 * a / b")) == (parse("a"), parse("b"))
    assert division(parse("a - b")) is None
    assert written(parse("100 * a / b"), str) == "100*a/b"
    assert written(parse("a / b | c"), str, choice="IFERROR({},{})") == "IFERROR(a/b,c)"
    assert linear(parse("a | b")) is None


TERMS = st.recursive(
    st.sampled_from([
        Name("loans.kk"), Name("{year}.fact"), CellReference("loans", "fact"),
        Number(Fraction(100)), Number(Fraction("0.25")),
    ]),
    lambda inner: st.builds(FormulaOperation, st.sampled_from("+-*/|"), inner, inner),
)  # fmt: skip


@given(TERMS)
def test_a_formula_can_be_written_and_read_again(term):
    assert parse(written(term, str)) == term


def a_line(kind, key="x", **said):
    return kind(key=key, names=Names("x", "x"), **said)


COUNTED = a_line(CountedLine, measure="loans")
FORMULA = a_line(FormulaLine, formula=parse("a"))
FIXED, MADE = a_line(InputLine, input="staff"), a_line(InputLine, "r", input="{row}_{column}")
PLAN, DAYS = a_line(PlanLine, plan_of="t.loans"), a_line(DaysLine)
SHARE = a_line(ShareLine, share_of="loans")


@pytest.mark.parametrize(
    ("row", "column", "source"),
    [
        (FIXED, FORMULA, ComputedCell(parse("a"), across=True)),
        (FORMULA, FORMULA, ComputedCell(parse("a"), across=True)),
        (PLAN, SHARE, ShareCell("loans", across=True)),
        (FORMULA, FIXED, DeclaredCell("staff")),
        (DAYS, FIXED, DeclaredCell("staff")),
        (FORMULA, MADE, ComputedCell(parse("a"), across=False)),
        (SHARE, PLAN, ShareCell("loans", across=False)),
        (FIXED, PLAN, PlannedCell("t.loans")),
        (PLAN, MADE, PlannedCell("t.loans")),
        (PLAN, DAYS, PlannedCell("t.loans")),
        (FIXED, DAYS, DaysCell()),
        (FIXED, MADE, DeclaredCell("staff")),
        (MADE, COUNTED, DeclaredCell("r_x")),
        (COUNTED, a_line(CountedLine), CountedCell("loans")),
        (a_line(CountedLine), a_line(CountedLine), CountedCell(None)),
    ],
)
def test_what_a_cell_shows_is_said_by_row_and_column_together(row, column, source):
    assert resolve(row, column) == source


REFERENCE = ROOT / "docs" / "reports.md"


def reference(known):
    """The list of all reports and tables with their keys, as `docs/reports.md` has it."""
    out = [
        "# Reports and their keys",
        "",
        "Made from the definitions in `config/reports/`: what `--format json` calls things.",
        "`<facet>` stands for the values of a breakdown, `.part` for «в т.ч.» within a line.",
        "`ils stats explain TABLE` says what each cell counts.",
        "",
        "## Reports",
        "",
        "| id | name | tables |",
        "|---|---|---|",
    ]
    for one in known.reports.values():
        tables = " ".join(f"`{table}`" for table in one.tables)
        out.append(f"| `{one.id}` | {one.names.ru} | {tables} |")
    out += ["", "## Tables", "", "| id | content | rows | columns |", "|---|---|---|---|"]
    for table in known.tables:
        out.append(
            f"| `{table.id}` | {table.names.ru} | {keys(table.rows)} | {keys(table.columns)} |"
        )
    return "\n".join([*out, ""])


def keys(lines):
    found = []
    for one in lines:
        if one.hidden:
            continue
        key = ".".join(f"<{facet}>" for facet in one.breakdown) or one.key
        found.append(f"`{key}`" + "".join(f" `.{part}`" for part in one.parts))
    return " · ".join(found)


def test_the_list_of_reports_is_up_to_date(config, request):
    made = reference(definitions(config))
    if request.config.getoption("--golden-update"):
        REFERENCE.write_text(made, encoding="utf-8")
    assert REFERENCE.read_text(encoding="utf-8") == made
