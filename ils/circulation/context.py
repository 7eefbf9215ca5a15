"""What every act of the desk is given: session, origin, policy, how the desk is set."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from ils.circulation.policy.queries import terms_at
from ils.circulation.policy.rules import LoanPolicy
from ils.config import Config
from ils.ledger import Origin, ServicePlace
from ils.settings import Circulation


@dataclass(frozen=True)
class Override:
    """Problems that somebody with the right lets pass, and why."""

    codes: frozenset[str] = frozenset()
    reason: str = ""


@dataclass(frozen=True)
class Desk:
    """What an act of the desk needs: the session, the origin, the rules, how the desk is set.

    Attributes:
        place: where the copies go.
        returned_on: the day returns are dated, when the book-drop is emptied.
    """

    session: Session
    origin: Origin
    config: Config
    place: ServicePlace = ServicePlace.HOME
    override: Override = field(default_factory=Override)
    returned_on: date | None = None

    @property
    def rules(self) -> Circulation:
        """How the desk works, and what holds where no rule is narrower."""
        return self.config.circulation

    def terms(
        self, category: str, *materials: str | None, branch_id: int | None = None
    ) -> tuple[LoanPolicy, ...]:
        """What holds for a reader of a category, for each of the materials (`None`: for all)."""
        branch_id = branch_id or self.origin.branch_id
        return terms_at(self.session, self.config, branch_id, category, *materials)
