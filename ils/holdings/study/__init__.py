"""How the stock is used: what lies unused, what a subject area does."""
