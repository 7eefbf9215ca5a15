"""Search: one analysis of words, an index that follows the catalogue, what people type."""
