"""Branches."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Dialect, ForeignKey, String, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ils.db import Base, BigId, new_id, one_of
from ils.errors import InLanguages


class BranchType(StrEnum):
    """What a branch is in its system."""

    CENTRAL = "central"
    CHILDREN = "children"
    CITY = "city"
    RURAL = "rural"


class PointType(StrEnum):
    """Where a branch serves readers."""

    LENDING = "lending"
    READING_ROOM = "reading_room"
    OUTREACH = "outreach"
    HOME_DELIVERY = "home_delivery"


class Codes(TypeDecorator[frozenset[str]]):
    """A set of codes of a library's list, kept in order, separated by blanks."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:
        """To the column."""
        del dialect
        return None if value is None else " ".join(sorted(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str] | None:
        """From the column."""
        del dialect
        return None if value is None else frozenset(value.split())


class Named:
    """What has a name in Russian and in Kazakh."""

    name_ru: Mapped[str]
    name_kk: Mapped[str]

    def name(self, language: str) -> str:
        """The name in the viewer's language; Russian stands for any but Kazakh."""
        return self.name_kk if language == "kk" else self.name_ru

    @property
    def names(self) -> InLanguages:
        """The name in each language, for a message whose reader is not known yet."""
        return InLanguages({code: self.name(code) for code in ("kk", "ru", "en")})


class Branch(Named, Base):
    """A library of the system: the central one or a branch."""

    __tablename__ = "branch"
    __table_args__ = (one_of("type", BranchType),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str] = mapped_column(default=BranchType.CITY)
    timezone: Mapped[str]
    #: Weekdays without service, as digits: 1 is Monday, 7 is Sunday.
    closed_weekdays: Mapped[str] = mapped_column(default="")
    #: Weekdays its van leaves, as digits; empty: nobody said.
    van_weekdays: Mapped[str] = mapped_column(default="", server_default="")
    #: Where readers find it, when it is open, its phone, in their words; for letters.
    address_ru: Mapped[str] = mapped_column(default="", server_default="")
    address_kk: Mapped[str] = mapped_column(default="", server_default="")
    hours_ru: Mapped[str] = mapped_column(default="", server_default="")
    hours_kk: Mapped[str] = mapped_column(default="", server_default="")
    phone: Mapped[str] = mapped_column(default="", server_default="")
    #: The round of its van; branches of one round are near each other.
    route: Mapped[str] = mapped_column(default="", server_default="")
    active: Mapped[bool] = mapped_column(default=True)
    #: Public holidays that became closed days by themselves, as 2027-01-01; each does once.
    holidays_offered: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    #: Catalogues its cataloguers may fill; none named: all.
    catalogues: Mapped[frozenset[str]] = mapped_column(
        Codes, default=frozenset(), server_default=""
    )
    #: [the first day it was another, the type until then], in order.
    former_types: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")

    def address(self, language: str) -> str:
        """Its address in the viewer's language."""
        return self.address_kk if language == "kk" else self.address_ru

    def hours(self, language: str) -> str:
        """When it is open, in the viewer's language."""
        return self.hours_kk if language == "kk" else self.hours_ru

    def where(self, language: str) -> str:
        """Its name, and what is known of address, hours and phone."""
        known = (self.name(language), self.address(language), self.hours(language), self.phone)
        return ", ".join(filter(None, known))

    def van_days(self) -> frozenset[int]:
        """Weekdays its van leaves; 1 is Monday."""
        return frozenset(int(digit) for digit in self.van_weekdays)

    def type_on(self, day: date) -> str:
        """What the branch was on a day: reports of the past do not follow later changes."""
        former = (type_ for until, type_ in self.former_types if day < date.fromisoformat(until))
        return next(former, self.type)


class Department(Named, Base):
    """A department of a branch: lending, reading room, local history and so on."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("branch_id", "code"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    code: Mapped[str]


class ServicePoint(Named, Base):
    """A place of service of a branch: hall, village point, home delivery."""

    __tablename__ = "service_point"
    __table_args__ = (UniqueConstraint("branch_id", "code"), one_of("type", PointType))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    code: Mapped[str]
    type: Mapped[str] = mapped_column(default=PointType.LENDING)
