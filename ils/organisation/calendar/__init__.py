"""Days a branch is closed."""
