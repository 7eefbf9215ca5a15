"""Pages of batch changes and of the work list."""
