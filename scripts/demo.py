"""The year 2020 of a real library system, told again as single acts.

Reads the printed tables of ``config/demo/year-2020.json`` and writes lines for
``ils ledger import``, such that the annual report prints every additive figure of those
tables, and computes the ratios the printed report has wrong. 2019 is told in sums, for
comparison. Which act happened on which day is made up; how many there were is not.

Usage: scripts/demo.py lines FILE.jsonl | plans FILE.csv | declared
"""

from __future__ import annotations

import csv
import json
import random
import sys
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
CATEGORIES = {
    "builder": 1, "driver": 2, "operator": 3, "worker": 4, "teacher": 6, "finance": 7,
    "medic": 8, "civil_servant": 9, "engineer": 10, "employee": 11, "entrepreneur": 12,
    "unemployed": 13, "student": 14, "pupil": 15, "pensioner": 16, "disabled": 17,
}  # fmt: skip
AGES = {"pupil": (7, 16), "student": (17, 23), "pensioner": (63, 80)}
SOURCES = {"budget": 4, "state_order": 6, "gift": 12}
REFERENCES = ("thematic", "address", "verifying", "factual")
DIGITISED = {"newspaper_article": 1, "journal_article": 2, "book": 4}
#: The libraries were closed to visitors from 18 March to 2 September.
CLOSED = (date(2020, 3, 18), date(2020, 9, 2))
Line = dict[str, Any]


class Year:
    """Lines of the ledger for the printed tables."""

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

    def lines(self) -> Iterator[Line]:
        """Everything; what there was none of has no line."""
        return (line for line in self._all() if line["count"])

    def _all(self) -> Iterator[Line]:
        yield from self.stock_of_2019()
        yield from self.arrivals()
        yield from self.withdrawals()
        yield from self.records()
        yield from self.digitised()
        yield from self.readers()
        yield from self.loans()
        yield from self.visits()
        yield from self.events()
        yield from self.references()
        yield from self.electronic()
        yield from self.work_of_2019()

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
                                    language=tongue, division=division, catalogue="books")  # fmt: skip
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
        self._share(books, "source", {
            code: (self.rows["T000-09"][at][1], self.rows["T000-09"][at][2])
            for code, at in SOURCES.items()
        })  # fmt: skip
        copies += books
        central, all_ = self.rows["T000-10"][1], self.rows["T000-10"][0]
        shares = {
            CENTRAL: (central[1], central[2]),
            "": (all_[1] - central[1], all_[2] - central[2]),
        }
        self._share(copies, "owner_branch", shares)
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
        kazakh = local[3] if detail else whole[3] - local[3]
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

    # --- readers ----------------------------------------------------------------------------------

    def indicator(self, at: int, year: int) -> int:
        """A row of the table of indicators."""
        return int(self.rows["T000-05"][at][2 if year == 2019 else 4] or 0)

    def person(self) -> Line:
        """A reader of some category."""
        groups = self.rows["T000-29"]
        weights = [groups[at][2] for at in CATEGORIES.values()]
        category = self.chance.choices(list(CATEGORIES), weights)[0]
        return self._aged(category)

    def _aged(self, category: str) -> Line:
        youngest, oldest = AGES.get(category, (20, 62))
        return {"patron_category": category, "age": self.chance.randint(youngest, oldest),
                "sex": self.chance.choice("ffm")}  # fmt: skip

    def readers(self) -> Iterator[Line]:
        """Registered readers by category; some of them at service points."""
        groups = self.rows["T000-29"]
        people = [code for code, at in CATEGORIES.items() for _ in range(groups[at][2])]
        self.chance.shuffle(people)
        far = self.rows["T000-04"][0][1]
        for number, category in enumerate(people):
            yield self.line("registration", self.chance.choice(self.open_days), new=number % 4 == 0,
                            branch=self.chance.choice(BRANCHES), **self._aged(category),
                            place="service_point" if number < far else None)  # fmt: skip
        for detail, at in (("site", 1), ("e_resources", 2)):
            for _ in range(self.indicator(at, 2020)):
                yield self.line("registration", self.chance.choice(self.days), detail=detail,
                                channel="site")  # fmt: skip
        reminded, returned = (row[1] for row in self.rows["T000-20"])
        for kind, count in (("reminder", reminded), ("amnesty_return", returned)):
            for _ in range(count):
                yield self.line(kind, self.chance.choice(self.open_days),
                                branch=self.chance.choice(BRANCHES))  # fmt: skip
        for topic, count in self.rows["T000-32"]:
            for _ in range(count):
                yield self.line("consultation", self.chance.choice(self.days), detail=topic[:100])

    def loans(self) -> Iterator[Line]:
        """Each loan by itself: electronic ones on any day, others while the libraries were open."""
        whole = self.indicator(4, 2020)
        documents, editions = self.indicator(5, 2020), self.indicator(6, 2020)
        far = self.rows["T000-04"][0][2]
        for number in range(whole):
            electronic = number < documents
            material = "ebook" if electronic else "cd" if number < documents + editions else "book"
            place = (
                "service_point"
                if number >= whole - far
                else "home"
                if number % 5
                else "reading_room"
            )
            yield self.line(
                "loan", self.chance.choice(self.days if electronic else self.open_days),
                material=material, place=None if electronic else place,
                channel="site" if electronic else "import",
                branch=CENTRAL if electronic else self.chance.choice(BRANCHES),
                division=self.chance.choices(DIVISIONS, (10, 8, 8, 7, 67))[0],
                language=self.chance.choices(("kk", "ru", "en"), (40, 59, 1))[0], **self.person(),
            )  # fmt: skip

    def visits(self) -> Iterator[Line]:
        """Visits to be served; those of events are told with the events."""
        served = self.indicator(7, 2020) - self.indicator(12, 2020)
        far = self.rows["T000-04"][0][3]
        for number in range(served):
            yield self.line("visit", self.chance.choice(self.open_days),
                            branch=self.chance.choice(BRANCHES), **self.person(),
                            place="service_point" if number < far else None)  # fmt: skip

    def events(self) -> Iterator[Line]:
        """Events with participants, views, and documents shown and lent."""
        onsite, online = self.indicator(10, 2020), self.indicator(11, 2020)
        for mode, number in (("onsite", onsite), ("online", online)):
            for _ in range(number):
                yield self.line("event", self.chance.choice(self.days), detail="meeting", place=mode,
                                branch=self.chance.choice(BRANCHES))  # fmt: skip
        yield from self._spread("visit", self.indicator(12, 2020), onsite, place="event")
        yield from self._spread("event_views", self.indicator(13, 2020), online, place="online")
        for kind, at in (("shown", 14), ("shown_issued", 16)):
            kazakh = self.indicator(at + 1, 2020)
            yield from self._spread(kind, kazakh, onsite, language="kk")
            yield from self._spread(kind, self.indicator(at, 2020) - kazakh, onsite, language="ru")

    def _spread(self, kind: str, whole: int, parts: int, **facts: object) -> Iterator[Line]:
        for number in range(parts):
            count = whole * (number + 1) // parts - whole * number // parts
            if count:
                yield self.line(kind, self.chance.choice(self.days), count, **facts)

    def references(self) -> Iterator[Line]:
        """References by type, in Kazakh, and those of the site."""
        rows = self.rows["T000-27"]
        russian = rows[4][4] - rows[5][4]  # of the virtual ones
        for at, detail in enumerate(REFERENCES):
            _, _, whole, kazakh, virtual = rows[at]
            first = russian if at == 0 else 0
            for number in range(whole):
                language = "kk" if number < kazakh else "ru"
                inside = number < virtual - first or kazakh <= number < kazakh + first
                yield self.line("reference", self.chance.choice(self.days), detail=detail,
                                language=language, channel="site" if inside else "import",
                                branch=self.chance.choice(BRANCHES))  # fmt: skip

    def electronic(self) -> Iterator[Line]:
        """Electronic resources: users, documents viewed and taken."""
        row = self.rows["T000-23"][0]
        for kind, at, facts in (
            ("remote_visit", 2, {"place": "e_resources"}), ("viewed", 4, {}),
            ("downloaded", 7, {}), ("downloaded", 8, {"detail": "fragment"}),
        ):  # fmt: skip
            yield from self._spread(kind, row[at], 366, channel="site", **facts)

    def work_of_2019(self) -> Iterator[Line]:
        """The year before, in monthly sums."""
        year = 2019
        loans = self.indicator(4, year)
        documents, editions = self.indicator(5, year), self.indicator(6, year)
        kazakh = {14: self.indicator(15, year), 16: self.indicator(17, year)}
        sums: list[tuple[str, int, Line]] = [
            ("registration", self.indicator(0, year), {"detail": "re"}),
            ("registration", self.indicator(1, year), {"detail": "site"}),
            ("registration", self.indicator(2, year), {"detail": "e_resources"}),
            ("loan", loans - documents - editions, {"material": "book"}),
            ("loan", documents, {"material": "ebook"}),
            ("loan", editions, {"material": "cd"}),
            ("visit", self.indicator(7, year) - self.indicator(12, year), {}),
            ("visit", self.indicator(12, year), {"place": "event"}),
            ("record_added", self.indicator(9, year), {"catalogue": "books", "language": "ru"}),
            ("event", self.indicator(10, year), {"place": "onsite"}),
            ("shown", kazakh[14], {"language": "kk"}),
            ("shown", self.indicator(14, year) - kazakh[14], {"language": "ru"}),
            ("shown_issued", kazakh[16], {"language": "kk"}),
            ("shown_issued", self.indicator(16, year) - kazakh[16], {"language": "ru"}),
        ]
        for kind, whole, facts in sums:
            for month in range(12):
                count = whole * (month + 1) // 12 - whole * month // 12
                if count:
                    yield self.line(kind, date(year, month + 1, 15), count, **facts)

    # --- beside the ledger ------------------------------------------------------------------------

    def plans(self) -> Iterator[tuple[str, int]]:
        """(indicator, plan of the year)."""
        rows = {
            "readers": 0, "site_users": 1, "e_users": 2, "loans": 4, "loans.e_documents": 5,
            "loans.e_editions": 6, "visits": 7, "catalogue_records": 9, "events": 10,
            "participants": 12, "shown": 14, "shown.kk": 15, "issued_at_events": 16,
            "issued_at_events.kk": 17,
        }  # fmt: skip
        for key, at in rows.items():
            if self.rows["T000-05"][at][3]:
                yield f"indicators.{key}", self.rows["T000-05"][at][3]
        for code, row in zip((*CATALOGUES, "total"), self.rows["T000-19"], strict=True):
            yield f"catalogue_growth.{code}", row[5]
        for detail, row in zip((*REFERENCES, "total"), self.rows["T000-27"], strict=False):
            yield f"references.{detail}", row[1]

    def declared(self) -> Iterator[tuple[str, date, int]]:
        """(what nobody can count, a day of its period, value)."""
        yield "population", date(2020, 1, 1), self.rows["T000-03"][-1][1]
        sites = self.rows["T000-22"]
        for key, at in (("site_visits", 7), ("site_visitors", 5)):
            for year in (2019, 2020):
                yield key, date(year, 12, 1), sum(row[at + year - 2019] for row in sites)
        yield "kazakhstani_stock", date(2020, 1, 1), self.rows["T000-26"][0][6]
        yield "kazakhstani_digitised", date(2020, 1, 1), self.rows["T000-26"][0][7]


def main() -> None:
    """Write what was asked for."""
    year = Year()
    if sys.argv[1] == "lines":
        with Path(sys.argv[2]).open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in year.lines())
    elif sys.argv[1] == "plans":
        with Path(sys.argv[2]).open("w", encoding="utf-8", newline="") as out:
            table = csv.writer(out, delimiter=";")
            table.writerow(("indicator", "branch", "year", "I", "II", "III", "IV"))
            for key, plan in year.plans():
                quarters = [plan * (n + 1) // 4 - plan * n // 4 for n in range(4)]
                table.writerow((key, "", 2020, *quarters))
    else:
        for key, day, value in year.declared():
            print(key, day.isoformat(), value)


if __name__ == "__main__":
    main()
