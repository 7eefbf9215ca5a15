"""`ils holdings`: collects the commands of the rooms."""

from ils.holdings.accounting import cli as accounting_cli
from ils.holdings.acts import cli as acts_cli
from ils.holdings.books import cli as books_cli
from ils.holdings.console import holdings
from ils.holdings.labels import cli as labels_cli
from ils.holdings.lists import cli as lists_cli
from ils.holdings.stocktaking import cli as stocktaking_cli

__all__ = ["holdings"]
#: Imported for their commands.
ROOMS = (accounting_cli, acts_cli, books_cli, labels_cli, lists_cli, stocktaking_cli)
