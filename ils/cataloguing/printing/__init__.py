"""Cards, lists and citations on paper."""
