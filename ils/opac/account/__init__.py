"""The reader's own pages: what is lent, what is waited for, wishes."""
