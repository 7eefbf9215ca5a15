"""The books of the stock: the summary register (КСУ) and the inventory book."""
