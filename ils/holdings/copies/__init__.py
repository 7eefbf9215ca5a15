"""Pages of copies: put into stock, described, moved, and what was done to them."""
