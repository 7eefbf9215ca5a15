"""Search in the texts of pages: an index of its own that follows them."""
