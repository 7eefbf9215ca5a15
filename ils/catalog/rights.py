"""Who may fill which catalogue: the branch's catalogues, and within them the account's."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ils.errors import N_, Invalid, Refused


class UnknownCatalogue(Invalid):
    """No catalogue has this code."""

    code = "unknown_catalogue"
    message = N_("There is no catalogue “%(catalogue)s”; there are: %(known)s.")


class NotYourCatalogue(Refused):
    """The branch or the account may not fill this catalogue."""

    code = "not_your_catalogue"
    message = N_("Your branch or account may not change the catalogue “%(catalogue)s”.")


def allowed(
    every: Mapping[str, object], branch: Collection[str], account: Collection[str]
) -> list[str]:
    """The catalogues somebody may fill, in the library's order; an empty set limits nothing.

    >>> allowed({"books": 1, "articles": 1, "rare": 1}, {"articles", "rare"}, {"rare", "books"})
    ['rare']
    >>> allowed({"books": 1, "articles": 1}, set(), set())
    ['books', 'articles']
    """
    return [
        code
        for code in every
        if (not branch or code in branch) and (not account or code in account)
    ]


def check(catalogue: str, may: list[str], every: Mapping[str, object]) -> None:
    """Refuse a catalogue somebody may not fill.

    Raises:
        UnknownCatalogue: there is none with this code.
        NotYourCatalogue: it is not theirs.
    """
    if catalogue not in every:
        raise UnknownCatalogue(catalogue=catalogue, known=", ".join(every))
    if catalogue not in may:
        raise NotYourCatalogue(catalogue=catalogue)
