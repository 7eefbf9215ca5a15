"""What a branch asks of the others."""
