"""Lists of copies people keep: inventory books, card lists, the accountant’s list."""
