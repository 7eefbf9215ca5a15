"""Acts of the stock: copies put in, given to other branches, taken out, each by its document."""
