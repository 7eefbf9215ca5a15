"""How volumes are written. Pure."""

from __future__ import annotations

import re

from ils.errors import N_, Invalid

#: Volumes of a set: the largest known have some two hundred.
MOST_VOLUMES = 300
_range = re.compile(r"(\d{1,4})\s*[-–—]\s*(\d{1,4})")


def volumes(text: str) -> list[str]:
    """The volumes a text names, in order, each once.

    >>> volumes("1–3, 5"), volumes("1; 2 доп."), volumes("")
    (['1', '2', '3', '5'], ['1', '2 доп.'], [])

    Raises:
        Invalid: it names too many, or goes backwards.
    """
    found: dict[str, None] = {}
    for part in filter(None, (one.strip() for one in re.split(r"[,;\n]", text))):
        named = [part]
        if match := _range.fullmatch(part):
            first, last = int(match[1]), int(match[2])
            if not first <= last < first + MOST_VOLUMES:
                raise Invalid(N_("Volumes"), N_("It must be like 1–4, 6."))
            named = [str(number) for number in range(first, last + 1)]
        found.update(dict.fromkeys(named))
    if len(found) > MOST_VOLUMES:
        raise Invalid(N_("Volumes"), N_("It must be like 1–4, 6."))
    return list(found)


def written(numbers: list[str]) -> str:
    """Volumes as people write them, those that follow one another together.

    >>> written(["1", "2", "3", "5", "6", "доп."]), written([])
    ('1–3, 5, 6, доп.', '')
    """
    runs: list[list[str]] = []
    for number in numbers:
        if runs and number.isdecimal() and runs[-1][-1] == str(int(number) - 1):
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = (f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)
    return ", ".join(parts)
