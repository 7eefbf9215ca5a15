"""Reports: sums over the ledger, and nothing else."""
