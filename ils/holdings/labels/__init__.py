"""Labels of copies: which, as what, on which printer."""
