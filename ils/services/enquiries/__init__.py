"""References, unmet requests, suggestions."""
