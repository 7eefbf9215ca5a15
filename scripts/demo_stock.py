"""The stock, catalogues and digitised documents of the year 2020, see demo.py."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parent.parent / "config" / "demo" / "year-2020.json"
CENTRAL = "CGB"
BRANCHES = ("CGB", "CDB", "F1", "F2", "F3", "F4", "F5", "F6", "F7")
DIVISIONS = ("society", "science", "technology", "arts", "literature")
TONGUES = ("ko", "yi", "lt", "de", "uk", "tt", "uz", "en", "tr", "fr")
CATALOGUES = ("books", "articles", "local_history", "periodicals", "ecology", "cd",
              "professional", "rare", "ebooks", "earticles")  # fmt: skip
SOURCES = {"budget": 4, "state_order": 6, "gift": 12}
DIGITISED = {"newspaper_article": 1, "journal_article": 2, "book": 4}
#: The libraries were closed to visitors from 18 March to 2 September.
CLOSED = (date(2020, 3, 18), date(2020, 9, 2))
Line = dict[str, Any]


class Told:
    """The stock, the catalogues and what was digitised, as lines of the ledger."""

    def __init__(self) -> None:
        tables = json.loads(SOURCE.read_text(encoding="utf-8"))
        self.rows = {table["id"]: table["rows"] for table in tables}
        self.chance = random.Random(2020)  # noqa: S311 -- which day, not a secret
        every = [date(2020, 1, 3) + timedelta(days=n) for n in range(363)]
        self.days = [d for d in every if d.isoweekday() != 7]
        self.open_days = [d for d in self.days if not CLOSED[0] <= d <= CLOSED[1]]
        self.number = 0

    def line(self, kind: str, day: date, count: int = 1, **facts: object) -> Line:
        """A line of the import."""
        self.number += 1
        said = {"request_id": f"year-2020-{self.number}", "kind": kind, "day": day.isoformat(),
                "branch": CENTRAL, "count": count}  # fmt: skip
        return {**said, **{k: v for k, v in facts.items() if v is not None}}

    # --- stock --------------------------------------------------------------------------------

    def state(self, year: int) -> dict[tuple[str, str], int]:
        """(division, language) → copies at the end of a year."""
        row = self.rows["T000-16"][year - 2019]
        return {
            (division, language): row[2 + at * 4 + 1 + shift]
            for at, division in enumerate(DIVISIONS)
            for shift, language in enumerate(("kk", "ru", "other"))
        }

    def came(self, year: int) -> dict[tuple[str, str], int]:
        """(division, language) → copies received in a year; others are those the stock gained."""
        row = self.rows["T000-11"][0 if year == 2019 else 2]
        found = {}
        for at, division in enumerate(DIVISIONS):
            whole, kazakh = row[2 + 2 * at], row[3 + 2 * at]
            gained = 0
            if year == 2020:
                gained = self.state(2020)[division, "other"] - self.state(2019)[division, "other"]
            found[division, "kk"] = kazakh
            found[division, "other"] = gained
            found[division, "ru"] = whole - kazakh - gained
        return found

    def periodicals(self) -> list[tuple[str, str, str, int, int]]:
        """(material, language, detail, on 1 January, received); withdrawn is what remains.

        By language and by whether they are of Kazakhstan: what is of 2020 in the print, and in
        all, leaves four newspapers and five journals in Kazakh to be written off.
        """
        found = []
        for material, at in (("newspaper", 0), ("journal", 2)):
            whole, local = self.rows["T000-13"][at], self.rows["T000-13"][at + 1]
            parts = {
                ("kk", "kz"): (local[3], local[4]),
                ("kk", ""): (whole[3] - local[3], whole[4] - local[4]),
                ("ru", "kz"): (local[1] - local[3], local[2] - local[4]),
                ("ru", ""): (whole[1] - whole[3] - local[1] + local[3],
                             whole[2] - whole[4] - local[2] + local[4]),
            }  # fmt: skip
            for (language, detail), (closing, received) in parts.items():
                found.append((material, language, detail, max(0, closing - received), received))
        return found

    def stock_of_2019(self) -> Iterator[Line]:
        """The balance of 1 January 2019, and the year until the printed state of its end."""
        end, came = self.state(2019), self.came(2019)
        gone = {("literature", "ru"): 19_294}
        start = {key: end[key] - came[key] + gone.get(key, 0) for key in end}
        day = date(2019, 1, 1)
        for material, language, detail, opening, _ in self.periodicals():
            division = "society" if material == "newspaper" else "literature"
            start[division, language] -= opening
            yield self.line("opening", day, opening, of="stock", material=material,
                            language=language, division=division, detail=detail or None,
                            catalogue="periodicals")  # fmt: skip
        special = {"rare": self.rows["T000-26"][0][2], "local_history": self.rows["T000-26"][0][4]}
        for catalogue, copies in special.items():
            start["society", "kk"] -= copies
            yield self.line("opening", day, copies, of="stock", material="book", language="kk",
                            division="society", catalogue=catalogue)  # fmt: skip
        for (division, language), copies in start.items():
            for tongue, part in (
                self.tongues(copies) if language == "other" else [(language, copies)]
            ):
                if part:
                    yield self.line("opening", day, part, of="stock", material="book",
                                    language=tongue, division=division,
                                    catalogue="books")  # fmt: skip
        for (division, language), copies in came.items():
            if copies:
                yield self.line("accession", date(2019, 6, 14), copies, language=language,
                                division=division, material="book", source="budget")  # fmt: skip
        for (division, language), copies in gone.items():
            yield self.line("withdrawal", date(2019, 10, 4), copies, language=language,
                            division=division, material="book", reason="worn")  # fmt: skip

    def tongues(self, copies: int) -> list[tuple[str, int]]:
        """Copies in other languages, taken from what the print still has to place."""
        if not hasattr(self, "_left"):
            self._left = [
                [t, row[1]] for t, row in zip(TONGUES, self.rows["T000-17"], strict=False)
            ]
        found = []
        for entry in self._left:
            taken = min(copies, entry[1])
            entry[1] -= taken
            copies -= taken
            if taken:
                found.append((entry[0], taken))
        return found

    def arrivals(self) -> Iterator[Line]:
        """4 606 copies, each with division, language, source, material and branch as printed."""
        came = self.came(2020)
        copies: list[dict[str, Any]] = []
        for material, language, detail, _, received in self.periodicals():
            division = "society" if material == "newspaper" else "literature"
            came[division, language] -= received
            copies += [
                {"material": material, "language": language, "division": division,
                 "detail": detail or None, "source": "periodicals", "catalogue": "periodicals"}
                for _ in range(received)
            ]  # fmt: skip
        books = []
        for (division, language), number in came.items():
            spread = self.tongues(number) if language == "other" else [(language, number)]
            for tongue, part in spread:
                books += [{"material": "book", "language": tongue, "division": division,
                           "catalogue": "books"} for _ in range(part)]  # fmt: skip
        shares = {
            code: (self.rows["T000-09"][at][1], self.rows["T000-09"][at][2])
            for code, at in SOURCES.items()
        }
        self._order(books, *shares.pop("state_order"))
        self._share([book for book in books if "source" not in book], "source", shares)
        copies += books
        central, all_ = self.rows["T000-10"][1], self.rows["T000-10"][0]
        owners = {
            CENTRAL: (central[1], central[2]),
            "": (all_[1] - central[1], all_[2] - central[2]),
        }
        self._share(copies, "owner_branch", owners)
        days = self.chance.sample(self.days, 24)
        for copy in copies:
            copy["owner_branch"] = copy["owner_branch"] or self.chance.choice(BRANCHES[1:])
            yield self.line("accession", self.chance.choice(days), **copy)
        titles, kazakh = self.rows["T000-12"][0], self.rows["T000-12"][1]
        for material, at in (("book", 2), ("newspaper", 3), ("journal", 4)):
            for language, count in (("kk", kazakh[at]), ("ru", titles[at] - kazakh[at])):
                for _ in range(count):
                    yield self.line("title", self.chance.choice(days), material=material,
                                    language=language)  # fmt: skip

    def _order(self, books: Sequence[dict[str, Any]], whole: int, kazakh: int) -> None:
        """What of the books the state ordered, by division as printed: in Kazakh, if it can be."""
        left = whole - kazakh
        for division, number in self._divided(whole).items():
            there = [book for book in books if book["division"] == division]
            russian = [book for book in there if book["language"] != "kk"]
            chosen = [book for book in there if book["language"] == "kk"][:number]
            if division == DIVISIONS[-1]:  # the largest takes what is left of other languages
                chosen = chosen[: number - left] + russian[:left]
            elif len(chosen) < number:
                left -= number - len(chosen)
                chosen += russian[: number - len(chosen)]
            for book in chosen:
                book["source"] = "state_order"

    def _divided(self, whole: int) -> dict[str, int]:
        """Copies of the state's order by division: the nearest to the printed percentages."""
        percent = [row[1] for row in self.rows["T000-30"]]
        literature, society, language, arts, science, technology = percent
        said = {"society": society, "science": science, "technology": technology, "arts": arts}
        found = {division: round(whole * part / 100) for division, part in said.items()}
        assert round(literature + language + sum(said.values()), 1) == 100
        return {**found, "literature": whole - sum(found.values())}

    def _share(
        self, copies: Sequence[dict[str, Any]], key: str, shares: dict[str, tuple[int, int]]
    ) -> None:
        """Give each copy a value, so that all and those in Kazakh come out as printed."""
        for kazakh in (True, False):
            values = [
                code
                for code, (whole, in_kazakh) in shares.items()
                for _ in range(in_kazakh if kazakh else whole - in_kazakh)
            ]
            self.chance.shuffle(values)
            meant = [copy for copy in copies if (copy["language"] == "kk") == kazakh]
            for copy, value in zip(meant, values, strict=True):
                copy[key] = value

    def withdrawals(self) -> Iterator[Line]:
        """14 706 copies by division as printed; in Kazakh, what the balance of the stock leaves."""
        before, after, came = self.state(2019), self.state(2020), self.came(2020)
        days = self.chance.sample(self.open_days, 6)
        out = {key: before[key] + came[key] - after[key] for key in before}
        for material, language, detail, opening, received in self.periodicals():
            closing = self._closing(material, language, detail)
            division = "society" if material == "newspaper" else "literature"
            gone = opening + received - closing
            out[division, language] -= gone
            for _ in range(gone):
                yield self.line("withdrawal", self.chance.choice(days), material=material,
                                language=language, division=division, detail=detail or None,
                                reason="worn", catalogue="periodicals")  # fmt: skip
        for (division, language), number in out.items():
            for _ in range(number):
                yield self.line("withdrawal", self.chance.choice(days), material="book",
                                language=language, division=division, reason="worn",
                                catalogue="books",
                                owner_branch=self.chance.choice(BRANCHES))  # fmt: skip

    def _closing(self, material: str, language: str, detail: str) -> int:
        at = 0 if material == "newspaper" else 2
        whole, local = self.rows["T000-13"][at], self.rows["T000-13"][at + 1]
        kazakh: int = local[3] if detail else whole[3] - local[3]
        return (
            kazakh if language == "kk" else (local[1] if detail else whole[1] - local[1]) - kazakh
        )

    # --- catalogue, digitisation ----------------------------------------------------------------

    def records(self) -> Iterator[Line]:
        """Electronic catalogues: on 1 January, added, in Kazakh."""
        for code, grown, kept in zip(
            CATALOGUES, self.rows["T000-18"], self.rows["T000-19"], strict=False
        ):
            start, added, kazakh = grown[1], grown[2], kept[4]
            share = min(kazakh, round(added * kazakh / kept[3])) if kept[3] else 0
            before = self.indicator(9, 2019) if code == "books" else 0  # added in 2019, see below
            balance = {"kk": kazakh - share, "ru": start - kazakh + share - before}
            for language, count in balance.items():
                yield self.line("opening", date(2019, 1, 1), count, of="records", catalogue=code,
                                language=language)  # fmt: skip
            for number in range(added):
                language = "kk" if number < share else "ru"
                yield self.line("record_added", self.chance.choice(self.days), catalogue=code,
                                language=language)  # fmt: skip

    def digitised(self) -> Iterator[Line]:
        """Documents and pages: before, and in the year; each document has one page or more."""
        for code, at in DIGITISED.items():
            _, documents, all_, pages, all_pages = (n or 0 for n in self.rows["T000-25"][at])
            rare = self.rows["T000-26"][0][3] if code == "book" else 0
            for catalogue, part, leaves in (
                ("rare", rare, 100 * rare),
                ("local_history", all_ - documents - rare, all_pages - pages - 100 * rare),
            ):
                if part:
                    yield self.line("opening", date(2020, 1, 1), part, of="documents", detail=code,
                                    catalogue=catalogue, pages=leaves)  # fmt: skip
            for number in range(documents):
                leaves = pages * (number + 1) // documents - pages * number // documents
                yield self.line("digitised", self.chance.choice(self.days), detail=code,
                                pages=leaves, language="kk" if number % 3 else "ru",
                                catalogue="local_history")  # fmt: skip

    def indicator(self, at: int, year: int) -> int:
        """A row of the table of indicators."""
        return int(self.rows["T000-05"][at][2 if year == 2019 else 4] or 0)
