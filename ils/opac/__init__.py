"""The public face: the catalogue for readers at home, on a phone, in the foyer; their accounts."""
