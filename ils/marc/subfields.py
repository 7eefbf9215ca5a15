"""Which subfields the fields of UNIMARC have, and which of them may stand several times.

RUSMARC (2015), with the codes UNIMARC added since. Digits are left alone: links, sources and
what a library says for itself. So are fields inside others, and those of a library's own.
"""

from __future__ import annotations

from collections import Counter

from ils.marc.record import Field

#: Tag, its codes; ``*``: may stand several times.
_TABLE = """
010 ab*d9*z*; 011 abd*fg*y*z*9*; 012 a259; 013 abdz*9*; 014 az*2; 015 abdz*9*; 016 abdz*9*;
017 abdz*29*; 020 abz*9; 021 abz*9; 022 abz*; 033 az*; 035 az*; 036 abcdef*gmnopq*rt*u*z*2;
071 abcdz*; 073 abcdz*9*; 100 a; 101 a*b*c*d*e*f*gh*i*j*; 102 a*b*c*2*; 105 a9; 106 a; 110 a;
115 ab; 116 a; 117 a; 120 a; 121 ab; 122 a*; 123 ab*c*defgh*ijkmnop; 124 ab*c*d*e*f*g*;
125 abc; 126 a*b; 127 a*; 128 a*b*c*d; 130 a*; 131 a*b*c*d*e*f*g*h*i*j*k*l*; 135 a; 140 a;
141 abcdef59; 145 ab*c*d*e*f*; 146 ab*c*d*e*f*h*i*; 181 a*b*c*; 182 ac*; 183 ac*26*8*;
200 a*b*c*d*e*f*g*h*i*jkrvz*5; 203 a*b*c; 205 ab*d*f*g*; 206 ab*cdef; 207 a*z*; 208 ad*;
210 a*b*c*d*e*f*g*h*rs; 211 a; 215 a*cd*e*; 225 ad*e*f*h*i*v*x*z*; 230 a; 251 a*b*c;
283 ac*26*8*; 300 a; 301 a; 302 a; 305 a; 311 a; 313 a; 316 au*569; 317 au*5689;
318 ab*c*d*e*f*h*i*j*k*l*n*o*pr*u*59; 320 au*; 321 abcux56; 322 a; 323 a; 324 a;
325 abc*d*efghij*n*uvxy*z56*; 326 ab; 327 a*b*c*d*e*f*g*h*i*p*u*z*; 330 a; 333 a; 334 abcd*u*;
335 abc*g*u*8; 336 a; 337 au*; 345 a*b*c*d*u*59; 371 abcdz;
500 ab*h*i*j*kl*mn*o*p*qr*s*uvwx*y*z*23; 501 ab*ej*kmr*s*uwx*y*z*23; 503 abd*efhij*klmn;
506 ah*i*cdefk*r*s*u3; 507 ah*i*cdefk*r*s*ulmnov*w*3; 510 ae*h*i*jnz; 511 ae*h*i*jnz;
512 ae*h*i*jnz; 513 ae*hijnz; 514 ae*hijnz; 515 ae*hijnz; 516 ae*hijnz; 517 ae*hijnz;
518 ae*hijnz; 520 ae*h*i*jnxz; 530 abjvz; 531 abvz; 532 az; 540 ae*hiz; 541 ae*h*i*z;
545 ae*h*i*jnz; 560 ae*h*i*jnz5; 576 1*; 577 1*; 600 abc*dfgj*px*y*z*23*59;
601 ab*c*defghj*x*y*z*23*59; 602 acd*fj*x*y*z*23*5; 604 1*;
605 ah*i*j*klmn*qr*s*u*w*x*y*z*23*; 606 aj*x*y*z*23*; 607 aj*x*y*z*23*59; 608 aj*x*y*z*23*59;
610 a*; 615 ax*n*m*23*; 616 ac*fj*x*y*z*23*; 617 a*bc*de*f*ghik*m*n*o*23;
620 abc*de*f*ghik*m*n*o*23*; 621 abc*de*fghik*m*n*o*2356; 660 a; 661 a; 675 avz3; 676 avz3;
680 ab3; 686 a*b*c*v23; 700 abc*dfgo*p349*; 701 abc*dfgo*p3*49*; 702 abc*dfgo*p3*49*r*5;
703 abc*dfgo*p3*49*5; 710 ab*c*defgho*p34*8; 711 ab*c*defgho*p34*; 712 ab*c*defgho*p34*r*5;
713 ab*c*defgho*p34*5; 716 ac*f3; 720 acd*fo*34; 721 afo*34; 722 afo*34r*5; 723 afo*345;
730 a4*; 740 ab*c*ef*i*l*n*t3; 741 ab*c*ef*i*l*n*t3; 742 ab*c*ef*i*l*n*t3; 801 abcg*2h; 802 a;
830 a; 850 a*; 852 ab*cdegjklmnptx*y*2; 856 a*b*c*d*ef*g*h*i*jklmnopq*rs*t*uv*w*x*yz*2*
"""


def _read() -> dict[str, dict[str, bool]]:
    found: dict[str, dict[str, bool]] = {}
    for entry in _TABLE.replace("\n", " ").split(";"):
        tag, codes = entry.split()
        found[tag] = {
            code: codes[at + 1 : at + 2] == "*" for at, code in enumerate(codes) if code != "*"
        }
    return found


SUBFIELDS = _read()


def unknown(f: Field) -> list[str]:
    """Letters of subfields that a field does not have.

    >>> unknown(Field("200", "1 ", [("a", "Абай"), ("w", "?"), ("9", "")]))
    ['w']
    """
    known = SUBFIELDS.get(f.tag)
    if known is None:
        return []
    letters = {code for code, _ in f.subfields if code.isascii() and code.isalpha()}
    return sorted(letters - known.keys())


def repeated(f: Field) -> list[str]:
    """Letters of subfields that stand several times in a field and may not.

    >>> repeated(Field("700", " 1", [("a", "Әуезов"), ("b", "М."), ("b", "О.")]))
    ['b']
    """
    known, times = SUBFIELDS.get(f.tag, {}), Counter(code for code, _ in f.subfields)
    return sorted(c for c, n in times.items() if c.isalpha() and n > 1 and known.get(c) is False)
