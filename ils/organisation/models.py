"""The library as an organisation: places, people who work there, what they administered."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Dialect, ForeignKey, String, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.db import Base, BigId, new_id, one_of


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


class Role(StrEnum):
    """What an account may do."""

    DESK = "desk"
    #: A senior librarian: may let pass what rules refuse, and tidies what desks may not.
    SENIOR = "senior"
    CATALOGUER = "cataloguer"
    STOCK = "stock"
    DIGITISER = "digitiser"
    STATISTICIAN = "statistician"
    #: Sees all figures, changes none.
    DIRECTOR = "director"
    ADMINISTRATOR = "administrator"


class Roles(TypeDecorator[frozenset[Role]]):
    """A set of roles, kept as their codes in order, separated by blanks."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: frozenset[Role] | None, dialect: Dialect) -> str | None:
        """To the column."""
        del dialect
        return None if value is None else " ".join(role for role in Role if role in value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[Role] | None:
        """From the column."""
        del dialect
        return None if value is None else frozenset(map(Role, value.split()))


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


class Branch(Base):
    """A library of the system: the central one or a branch."""

    __tablename__ = "branch"
    __table_args__ = (one_of("type", BranchType),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name_ru: Mapped[str]
    name_kk: Mapped[str]
    type: Mapped[str] = mapped_column(default=BranchType.CITY)
    timezone: Mapped[str]
    #: Weekdays without service, as digits: 1 is Monday, 7 is Sunday.
    closed_weekdays: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    #: Catalogues its cataloguers may fill; none named: all.
    catalogues: Mapped[frozenset[str]] = mapped_column(
        Codes, default=frozenset(), server_default=""
    )

    def name(self, language: str) -> str:
        """The name in the viewer's language; Russian stands for any but Kazakh."""
        return self.name_kk if language == "kk" else self.name_ru


class Department(Base):
    """A department of a branch: lending, reading room, local history and so on."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("branch_id", "code"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    code: Mapped[str]
    name_ru: Mapped[str]
    name_kk: Mapped[str]


class ServicePoint(Base):
    """A place of service of a branch: hall, village point, home delivery."""

    __tablename__ = "service_point"
    __table_args__ = (UniqueConstraint("branch_id", "code"), one_of("type", PointType))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    code: Mapped[str]
    name_ru: Mapped[str]
    name_kk: Mapped[str]
    type: Mapped[str] = mapped_column(default=PointType.LENDING)


class ClosedDay(Base):
    """A day a branch does not work, besides its closed weekdays."""

    __tablename__ = "closed_day"
    __table_args__ = (UniqueConstraint("branch_id", "day"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    day: Mapped[date]
    reason: Mapped[str] = mapped_column(default="")


class Staff(Base):
    """An account of a member of staff."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    #: Grows with each new password: older sign-ins end.
    sign_in_version: Mapped[int] = mapped_column(default=1)
    roles: Mapped[frozenset[Role]] = mapped_column(Roles)
    branch_id: Mapped[int] = mapped_column(BigId, ForeignKey("branch.id"))
    language: Mapped[str] = mapped_column(default="ru")
    active: Mapped[bool] = mapped_column(default=True)
    #: Catalogues this account may fill, within its branch's; none named: all of them.
    catalogues: Mapped[frozenset[str]] = mapped_column(
        Codes, default=frozenset(), server_default=""
    )

    branch: Mapped[Branch] = relationship(lazy="joined", innerjoin=True)


class AuditEntry(Base):
    """One administrative act: who did what to whom, and what changed."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, default=new_id)
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff.id"))
    action: Mapped[str]
    subject: Mapped[str]
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
