"""Days on which overdue copies are taken back without a word, and what came of them."""
