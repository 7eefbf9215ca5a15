"""Staff's work on readers."""
