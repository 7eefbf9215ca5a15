"""Reports as data, and how sums of the ledger fill them. Pure."""
