"""Formulas over the cells of a line: ``opening + in - out``, ``100 * fact / plan``. Pure.

``a | b``: the second where the first has no value.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

TOKEN = re.compile(
    r"\s*(?:(\d+(?:\.\d+)?(?![\w.]))|((?:\{\w+\}|[A-Za-z_])[\w.\-]*(?<![.\-]))|([-+*/()|])"
    r"|(\[[^|\]]+\|[^|\]]+\]))"
)
#: How close a sign binds.
PRECEDENCE = {"|": 0, "+": 1, "-": 1, "*": 2, "/": 2}


class BadFormula(ValueError):
    """What is wrong with a formula."""


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: Fraction


@dataclass(frozen=True)
class Name:
    """Another line, by its key."""

    key: str

    def __str__(self) -> str:
        """As formulas write it."""
        return self.key


class CellReference(NamedTuple):
    """A cell of the table: the keys of its row and its column; written ``[row|column]``."""

    row: str
    column: str

    def __str__(self) -> str:
        """As formulas write it."""
        return f"[{self.row}|{self.column}]"


@dataclass(frozen=True)
class FormulaOperation:
    """Two terms and what is done with them."""

    sign: str
    left: Term
    right: Term


Reference = Name | CellReference
Term = Number | Name | CellReference | FormulaOperation


def parse(text: str) -> Term:
    """The formula a text says; ``*`` and ``/`` bind closer than ``+`` and ``-``, ``|`` least.

    Raises:
        BadFormula: it is none.
    """
    tokens = _tokens(text)
    term, rest = _choice(tokens, 0)
    if rest != len(tokens):
        raise BadFormula(f"“{tokens[rest]}” is not expected")
    return term


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while at < len(text.rstrip()):
        found = TOKEN.match(text, at)
        if found is None:
            raise BadFormula(f"“{text[at:].strip()}” cannot be read")
        tokens.append(found.group().strip())
        at = found.end()
    return tokens


def _choice(tokens: list[str], at: int) -> tuple[Term, int]:
    term, at = _sum(tokens, at)
    while at < len(tokens) and tokens[at] == "|":
        right, at = _sum(tokens, at + 1)
        term = FormulaOperation("|", term, right)
    return term, at


def _sum(tokens: list[str], at: int) -> tuple[Term, int]:
    term, at = _product(tokens, at)
    while at < len(tokens) and tokens[at] in "+-":
        sign = tokens[at]
        right, at = _product(tokens, at + 1)
        term = FormulaOperation(sign, term, right)
    return term, at


def _product(tokens: list[str], at: int) -> tuple[Term, int]:
    term, at = _factor(tokens, at)
    while at < len(tokens) and tokens[at] in "*/":
        sign = tokens[at]
        right, at = _factor(tokens, at + 1)
        term = FormulaOperation(sign, term, right)
    return term, at


def _factor(tokens: list[str], at: int) -> tuple[Term, int]:
    if at >= len(tokens):
        raise BadFormula("something is missing at its end")
    said = tokens[at]
    if said == "(":
        term, at = _choice(tokens, at + 1)
        if at >= len(tokens) or tokens[at] != ")":
            raise BadFormula("a bracket is not closed")
        return term, at + 1
    if said[0].isdigit():
        return Number(Fraction(said)), at + 1
    if said in set("+-*/)|"):
        raise BadFormula(f"“{said}” is not expected")
    if said[0] == "[":
        return CellReference(*said[1:-1].split("|")), at + 1
    return Name(said), at + 1


def names(term: Term) -> Iterator[str]:
    """The keys it refers to."""
    if isinstance(term, Name):
        yield term.key
    elif isinstance(term, FormulaOperation):
        yield from names(term.left)
        yield from names(term.right)


def references(term: Term) -> Iterator[CellReference]:
    """The cells it refers to."""
    if isinstance(term, CellReference):
        yield term
    elif isinstance(term, FormulaOperation):
        yield from references(term.left)
        yield from references(term.right)


Value = Fraction | None
OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def evaluate(term: Term, value_of: Callable[[Reference], Value]) -> Value:
    """Its value; nothing where a part has none or something is divided by zero."""
    if isinstance(term, Number):
        return term.value
    if not isinstance(term, FormulaOperation):
        return value_of(term)
    left, right = evaluate(term.left, value_of), evaluate(term.right, value_of)
    if term.sign == "|":
        return right if left is None else left
    if left is None or right is None or (term.sign == "/" and not right):
        return None
    return OPERATIONS[term.sign](left, right)


def division(term: Term) -> tuple[Term, Term] | None:
    """What is divided by what, where a formula is a ratio: ``100 * a / b`` or ``a / b``."""
    if isinstance(term, FormulaOperation) and term.sign == "/":
        top = term.left
        if isinstance(top, FormulaOperation) and top.sign == "*" and isinstance(top.left, Number):
            top = top.right
        return top, term.right
    return None


def linear(term: Term) -> dict[Reference, int] | None:
    """What it refers to → 1 or -1 (or their sums), if it only adds and subtracts."""
    if isinstance(term, Name | CellReference):
        return {term: 1}
    if isinstance(term, FormulaOperation) and term.sign in "+-":
        left, right = linear(term.left), linear(term.right)
        if left is None or right is None:
            return None
        factor = 1 if term.sign == "+" else -1
        return {
            key: left.get(key, 0) + factor * right.get(key, 0)
            for key in dict.fromkeys((*left, *right))
        }
    return None


def with_names(term: Term, rename: Callable[[str], str]) -> Term:
    """The same formula over lines with other keys."""
    return replaced(term, lambda name: Name(rename(name.key)))


def replaced(term: Term, with_: Callable[[Name], Reference]) -> Term:
    """The same formula over other lines, or over cells."""
    if isinstance(term, Name):
        return with_(term)
    if isinstance(term, FormulaOperation):
        return FormulaOperation(term.sign, replaced(term.left, with_), replaced(term.right, with_))
    return term


def written(term: Term, write: Callable[[Reference], str], *, choice: str = "{} | {}") -> str:
    """The formula as text, with brackets where they are needed.

    Args:
        write: what stands for a line or a cell.
        choice: how ``a | b`` is written; other programs have a function for it.
    """
    if isinstance(term, Number):
        return format(Decimal(term.value.numerator) / Decimal(term.value.denominator), "f")
    if not isinstance(term, FormulaOperation):
        return write(term)
    left, right = (written(side, write, choice=choice) for side in (term.left, term.right))
    if term.sign == "|" and choice != "{} | {}":
        return choice.format(left, right)
    binds = PRECEDENCE[term.sign]
    if _binding(term.left) < binds:
        left = f"({left})"
    if _binding(term.right) <= binds:
        right = f"({right})"
    space = " " if binds < PRECEDENCE["*"] else ""
    return f"{left}{space}{term.sign}{space}{right}"


def _binding(term: Term) -> int:
    return PRECEDENCE[term.sign] if isinstance(term, FormulaOperation) else len(PRECEDENCE)
