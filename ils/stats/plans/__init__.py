"""Plans and declared values."""
