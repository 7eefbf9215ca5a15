"""Orders, their lines, what was received of them."""
