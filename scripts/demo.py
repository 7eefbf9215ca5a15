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
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from demo_stock import BRANCHES, CATALOGUES, CENTRAL, DIVISIONS, Line, Told

CATEGORIES = {
    "builder": 1, "driver": 2, "operator": 3, "worker": 4, "teacher": 6, "finance": 7,
    "medic": 8, "civil_servant": 9, "engineer": 10, "employee": 11, "entrepreneur": 12,
    "unemployed": 13, "student": 14, "pupil": 15, "pensioner": 16, "disabled": 17,
}  # fmt: skip
AGES = {"pupil": (7, 16), "student": (17, 23), "pensioner": (63, 80)}
FORMS = ("studied", "weekly", "daily", "monthly", "loans", "loans_kk", "loans_en", "adventure",
         "fantasy", "detective", "humour", "history")  # fmt: skip
REFERENCES = ("thematic", "address", "verifying", "factual")


class Year(Told):
    """Lines of the ledger for the printed tables."""

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

    # --- readers ----------------------------------------------------------------------------------

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
                yield self.line("event", self.chance.choice(self.days), detail="meeting",
                                place=mode, branch=self.chance.choice(BRANCHES))  # fmt: skip
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
        users, documents = self.rows["T000-28"][0][3], self.rows["T000-28"][0][5]
        legal = {"detail": "legal", "channel": "site"}
        yield from self._spread("remote_visit", users, users, place="e_resources", **legal)
        yield from self._spread("viewed", documents, documents, **legal)
        yield from self.internet(2020)

    def internet(self, year: int) -> Iterator[Line]:
        """Users of the internet: at the central and children's library as printed, at branches."""
        _, central, children, branches = (row[year - 2011] for row in self.rows["T000-21"][:4])
        shares = [branches * (n + 1) // 7 - branches * n // 7 for n in range(7)]
        for branch, count in zip(BRANCHES, (central, children, *shares), strict=True):
            yield self.line("registration", date(year, 3, 2), count, detail="internet",
                            branch=branch)  # fmt: skip

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
            *self.electronic_of_2019(),
        ]
        yield from self.internet(year)
        for kind, whole, facts in sums:
            for month in range(12):
                count = whole * (month + 1) // 12 - whole * month // 12
                if count:
                    yield self.line(kind, date(year, month + 1, 15), count, **facts)

    def electronic_of_2019(self) -> Iterator[tuple[str, int, Line]]:
        """(kind, how many, facts) of electronic resources and the legal database."""
        row, legal = self.rows["T000-23"][0], self.rows["T000-28"][0]
        yield "remote_visit", row[1], {"place": "e_resources"}
        yield "viewed", row[3], {}
        yield "downloaded", row[5], {}
        yield "downloaded", row[6], {"detail": "fragment"}
        yield "remote_visit", legal[2], {"place": "e_resources", "detail": "legal"}
        yield "viewed", legal[4], {"detail": "legal"}

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
        yield "references.total.kk", self.rows["T000-27"][5][1]

    def declared(self) -> Iterator[tuple[str, date, float]]:
        """(what nobody can count, a day of its period, value)."""
        for key, value in self.declared_of_2020():
            yield key, date(2020, 1, 1), value
        for key, at in (("site_visits", 8), ("site_visitors", 3)):
            for year in (2019, 2020):
                yield key, date(year, 12, 1), self.indicator(at, year)
        for year in (2019, 2020):
            yield "site_views", date(year, 12, 1), sum(r[year - 2010] for r in self.rows["T000-22"])
        followers, posts, views = self.rows["T000-24"][-1][1:]
        for key, value in (("followers", followers), ("posts", posts), ("views", views)):
            yield f"social_{key}", date(2020, 12, 1), value
        for year, funding in zip((2018, 2019, 2020), self.rows["T000-07"][0], strict=True):
            yield "funding", date(year, 1, 1), funding

    def declared_of_2020(self) -> Iterator[tuple[str, float]]:
        """(what nobody can count, value of the year)."""
        yield "population", self.rows["T000-03"][-1][1]
        yield "settlements", len(self.rows["T000-03"]) - 1
        yield "service_points", int(self.rows["T000-04"][0][0].split()[0])
        _, own, schools, colleges = self.rows["T000-01"]
        yield "own_libraries", own[1]
        yield "own_staff", self.rows["T000-02"][0][6]
        for kind, row in (("schools", schools), ("colleges", colleges)):
            for at, key in enumerate(("libraries", "stock", "readers", "loans", "visits"), 1):
                yield f"{kind}_{key}", row[at]
        yield "schools_staff", self.rows["T000-02"][8][6]
        yield "colleges_staff", sum(row[6] for row in self.rows["T000-02"][1:8])
        for at, key in enumerate(("books", "periodicals", "second_half", "next_half"), 1):
            yield f"funding_{key}", self.rows["T000-06"][0][at]
        parts = ("sum", "sets", "titles", "sum_kz", "sum_kk", "sets_kz", "sets_kk", "titles_kz",
                 "titles_kk")  # fmt: skip
        for key, value in zip(parts, self.rows["T000-08"][0], strict=True):
            yield f"subscription_{key}", value
        for key, row in zip(FORMS, self.rows["T000-31"], strict=True):
            yield f"forms_{key}", row[1]
        yield "kazakhstani_stock", self.rows["T000-26"][0][6]
        yield "kazakhstani_digitised", self.rows["T000-26"][0][7]


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
