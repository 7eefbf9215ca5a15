"""Checking texts: pages beside their pictures, corrected line by line."""
