"""Pages of headings."""
