"""Accounts."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import JSON, Dialect, ForeignKey, String, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ils.db import REQUIRED, Base, BigId, new_id
from ils.organisation.branches.models import Branch, Codes


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
    #: Sign-ins that were ended by a sign-out → when their cookies are void anyway.
    ended_sittings: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    #: Catalogues this account may fill, within its branch's; none named: all of them.
    catalogues: Mapped[frozenset[str]] = mapped_column(
        Codes, default=frozenset(), server_default=""
    )
    #: [name, address] of lists as this account likes to see them, in order of their names.
    views: Mapped[list[list[str]]] = mapped_column(JSON, default=list, server_default="[]")

    branch: Mapped[Branch] = relationship(lazy="joined", innerjoin=REQUIRED)
