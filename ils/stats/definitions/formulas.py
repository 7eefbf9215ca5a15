"""Formulas over the cells of a line: ``opening + in - out``, ``100 * fact / plan``. Pure.

``a | b``: the second where the first has no value.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

TOKEN = re.compile(
    r"\s*(?:(\d+(?:\.\d+)?(?![\w.]))|((?:\{\w+\}|[A-Za-z_])[\w.\-]*(?<![.\-]))|([-+*/()|]))"
)


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


@dataclass(frozen=True)
class FormulaOperation:
    """Two terms and what is done with them."""

    sign: str
    left: Term
    right: Term


Term = Number | Name | FormulaOperation


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
    return Name(said), at + 1


def names(term: Term) -> Iterator[str]:
    """The keys it refers to."""
    if isinstance(term, Name):
        yield term.key
    elif isinstance(term, FormulaOperation):
        yield from names(term.left)
        yield from names(term.right)


Value = Fraction | None
OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def evaluate(term: Term, value_of: Callable[[str], Value]) -> Value:
    """Its value; nothing where a part has none or something is divided by zero."""
    if isinstance(term, Number):
        return term.value
    if isinstance(term, Name):
        return value_of(term.key)
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


def linear(term: Term) -> dict[str, int] | None:
    """Key → 1 or -1 (or their sums), if it only adds and subtracts."""
    if isinstance(term, Name):
        return {term.key: 1}
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
    """The same formula over other keys."""
    if isinstance(term, Name):
        return Name(rename(term.key))
    if isinstance(term, FormulaOperation):
        return FormulaOperation(
            term.sign, with_names(term.left, rename), with_names(term.right, rename)
        )
    return term


def written(term: Term, say: Callable[[str], str]) -> str:
    """The formula as a spreadsheet writes it, with addresses for keys."""
    if isinstance(term, Number):
        return str(term.value) if term.value.denominator == 1 else f"({term.value})"
    if isinstance(term, Name):
        return say(term.key)
    left, right = written(term.left, say), written(term.right, say)
    if term.sign == "|":
        return f"IFERROR({left},{right})"
    return f"({left}{term.sign}{right})"
