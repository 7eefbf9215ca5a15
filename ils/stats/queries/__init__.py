"""The queries behind every report; they know the ledger and names of branches."""
