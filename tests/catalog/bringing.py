"""Words of the tests of imports."""

#: What an import tells of a file, as far as it happened.
TOLD = ("new", "unchanged", "changed", "duplicate", "conflict", "rejected", "items")
