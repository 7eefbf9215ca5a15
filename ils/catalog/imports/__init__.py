"""Records that come from files."""
