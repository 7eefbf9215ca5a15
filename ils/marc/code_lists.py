"""Codes of languages (ISO 639-2) and countries (ISO 3166), as CLDR has them."""

from __future__ import annotations

from functools import cache

from babel import Locale
from babel.core import get_global

#: Groups of languages, which CLDR leaves out (ISO 639-2, collective codes), and codes of before
#: that old records have (MARC Code List for Languages, discontinued).
_FURTHER = """
afa alg apa art ath aus bad bai bat ber bih bnt btk cai cau cel cmc cpe cpf cpp crp cus day dra
fiu gem gme ijo inc ine ira iro kar khi kro map mis mkh mno mul mun myn nah nai nic nub oto paa
phi pra roa sai sal sem sgn sio sit sla smi son ssa tai tup tut und wak wen ypk znd zxx
ajm cam esp esk eth far fri gae gag gal gua int iri kus lan lap max mla mol sao scc scr sho snh
sso swz tag taj tar tru tsw
"""
#: Countries there are no more, and what UNIMARC says where none is known or several are.
_COUNTRIES = frozenset(["SU", "DD", "YU", "CS", "BU", "TP", "ZR", "AN", "XX", "ZZ"])


@cache
def _languages() -> frozenset[str]:
    names = {*map(str, get_global("language_aliases")), *map(str, Locale("en").languages)}
    return frozenset(_FURTHER.split()) | {name for name in names if len(name) == 3}


@cache
def _countries() -> frozenset[str]:
    return _COUNTRIES | {name for name in map(str, Locale("en").territories) if len(name) == 2}


def is_language(code: str) -> bool:
    """Whether a language is called so.

    >>> is_language("kaz"), is_language("ger"), is_language("deu"), is_language("каз")
    (True, True, True, False)
    """
    return code in _languages()


def is_country(code: str) -> bool:
    """Whether a country is, or was, called so.

    >>> is_country("KZ"), is_country("SU"), is_country("kz"), is_country("UK")
    (True, True, False, False)
    """
    return code in _countries()
