"""For the accountant: what came, moved and went, entry by entry."""
